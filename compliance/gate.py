"""The gate that received money passes: the check of a gift opens in the transaction that receives it.

Gifts that came, donors who were joined, and a rule or regime that was entered are all looked at here. What cannot be
looked at is written down as waiting: money is always booked, and nobody's gift is refused by a rule that is missing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

import structlog
from sqlalchemy.engine import Connection

from compliance.check_wait import CheckWaitReason
from compliance.donor_links import DonorLink
from compliance.due_checks import DueCheck, due_checks
from compliance.election_store import accounting_units
from compliance.gift_views import (
    ReceivedGifts,
    donor_families,
    donors_to_look_at,
    family_members,
    gifts_by_id,
    gifts_of_donors,
)
from compliance.link_store import add_donor_link
from compliance.regime import Regime, RegimePeriod, regime_on, uk_day
from compliance.regulated_gift import RegulatedGift
from compliance.rule import Rule, RuleBook
from compliance.rule_store import add_regime_period, add_rule, regime_periods, rule_book
from compliance.store import checked_gifts, open_checks
from compliance.wait_store import end_waits, let_wait
from donors.merge_store import DonorMerge, merge_donors
from organisation.organisation import OrganisationProfile
from organisation.store import REGIME_CHANGED, add_version, newest_version
from outbox.jobs import enqueue

log = structlog.get_logger()
# Wrong facts, such as a rule that is missing, must not keep money from the books.
WRONG_FACTS = (LookupError, ValueError, TypeError, ArithmeticError)
# Donors whose gifts are looked at together when a rule or a regime changes.
TOGETHER = 500


@dataclass(frozen=True, slots=True)
class CheckGate:
    """Opens the checks that are due. Call it inside `booking`: of two at once each must see what the other did."""

    zone: tzinfo

    def look_after_booking(
        self, conn: Connection, issuer: OrganisationProfile | None, gift_ids: Sequence[str], now: datetime
    ) -> None:
        """Look at gifts that were booked just now, for the organisation as it is; one under no rules asks nothing."""
        profile = issuer or _profile(conn)
        if gift_ids and profile is not None and profile.is_watched:
            self.look_at_gifts(conn, gift_ids, now)

    def look_at_gifts(self, conn: Connection, gift_ids: Sequence[str], now: datetime) -> bool:
        """Open what these gifts make due; whether it could be done. Where it could not, they wait."""
        periods = regime_periods(conn)
        if not _are_regulated(periods):
            return True
        try:
            due, unvalued = _due_with(conn, gift_ids, periods)
        except WRONG_FACTS as error:
            log.error("gifts_not_looked_at", gifts=len(gift_ids), error=type(error).__name__)
            let_wait(conn, dict.fromkeys(gift_ids, CheckWaitReason.FACTS), now)
            return False
        open_checks(conn, due, self._today(now))
        let_wait(conn, dict.fromkeys(unvalued, CheckWaitReason.VALUE), now)
        return not unvalued

    def look_again(self, conn: Connection, gift_ids: Sequence[str], now: datetime) -> int:
        """Look again at gifts that wait, each by itself; how many of them still do."""
        seen = [gift_id for gift_id in gift_ids if self.look_at_gifts(conn, [gift_id], now)]
        end_waits(conn, seen, now)
        return len(gift_ids) - len(seen)

    def look_at_donors(self, conn: Connection, donor_ids: Sequence[str], now: datetime) -> None:
        """Open what is due now that these donors count as one."""
        periods = regime_periods(conn)
        if not _are_regulated(periods):
            return
        members = family_members(donor_families(conn), donor_ids)
        received = gifts_of_donors(conn, members, _first_day(periods))
        self.look_at_gifts(conn, [gift.gift_id for gift in received.gifts], now)

    def portions(self, conn: Connection, since: date) -> list[list[str]]:
        """The donors to look at because a rule or a regime has changed from a day on, in portions of whole families.

        Donors whose gifts of no year come to more than the least threshold are not read.
        """
        periods = regime_periods(conn)
        if not _are_regulated(periods):
            return []
        families = donor_families(conn)
        lowest = rule_book(conn).lowest_threshold(since, {period.regime for period in periods})
        return list(_together(donors_to_look_at(conn, lowest, since, families), families))

    def look_at_portion(self, conn: Connection, donor_ids: Sequence[str], since: date, now: datetime) -> None:
        """Open what is due of everything that came from these donors since a day."""
        periods = regime_periods(conn)
        if not _are_regulated(periods):
            return
        received = gifts_of_donors(conn, donor_ids, max(since, _first_day(periods)))
        gift_ids = [gift.gift_id for gift in received.gifts] + [gift.gift_id for gift in received.unvalued]
        self.look_at_gifts(conn, gift_ids, now)

    def join_donors(self, conn: Connection, link: DonorLink, now: datetime) -> None:
        """Join two donors, or part them, and open what is then due. Parting closes no check."""
        add_donor_link(conn, link)
        self.look_at_donors(conn, [link.first, link.second], now)

    def merge_donors(self, conn: Connection, donors: tuple[str, str], who: str, now: datetime) -> DonorMerge:
        """Read the first donor as a part of the second, and open what is then due. Raises CannotMerge."""
        merge = merge_donors(conn, *donors, who, now)
        self.look_at_donors(conn, [merge.donor, merge.into], now)
        return merge

    def enter_rule(self, conn: Connection, rule: Rule, staff_id: str, now: datetime) -> None:
        """Add a rule; a job looks at what is here, if it decides about checks under a regime that was ever entered.

        Raises ValueError without a source or a day.
        """
        add_rule(conn, rule, staff_id, now)
        assert rule.first is not None, "add_rule has refused a rule without a day"
        if rule.decides_checks({period.regime for period in regime_periods(conn)}):
            _queue_look(conn, rule.first, now)

    def enter_regime(self, conn: Connection, period: RegimePeriod, staff_id: str, now: datetime) -> None:
        """Enter a regime, and say so in the organisation's next version; a job looks at what came since its first day.

        The job takes long where there are many gifts, and nobody who gives has to wait for it.
        """
        add_regime_period(conn, period, staff_id, now)
        profile = _profile(conn)
        in_force = regime_on(regime_periods(conn), uk_day(now))
        regime = in_force.regime if in_force else Regime.UNREGULATED
        if profile is not None and (profile.regime != regime.value or not profile.has_regimes):
            add_version(conn, replace(profile, regime=regime.value, has_regimes=True), staff_id, now)
        _queue_look(conn, period.first, now)

    def _today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()


def _due_with(
    conn: Connection, gift_ids: Sequence[str], periods: Sequence[RegimePeriod]
) -> tuple[list[DueCheck], list[str]]:
    """The checks that are due with these gifts, and those of the gifts that have no value in pounds."""
    rules = rule_book(conn)
    units = accounting_units(conn) if any(period.regime.has_units for period in periods) else ()
    batch = _covered(gifts_by_id(conn, gift_ids, units), periods)
    unvalued = [gift.gift_id for gift in batch.unvalued]
    if not batch.gifts:
        return [], unvalued
    families = donor_families(conn)
    members = family_members(families, {gift.donor_id for gift in batch.gifts})
    since = min(gift.received_on for gift in batch.gifts).replace(month=1, day=1)
    gifts = {gift.gift_id: gift for gift in (*gifts_of_donors(conn, members, since, units).gifts, *batch.gifts)}
    checked = checked_gifts(conn, sorted(gifts))
    return list(_due(gifts.values(), families, checked, periods, rules)), unvalued


def _due(
    gifts: Iterable[RegulatedGift],
    families: Mapping[str, str],
    checked: Collection[str],
    periods: Sequence[RegimePeriod],
    rules: RuleBook,
) -> Iterator[DueCheck]:
    by_family: defaultdict[str, list[RegulatedGift]] = defaultdict(list)
    for gift in gifts:
        by_family[families.get(gift.donor_id, gift.donor_id)].append(gift)
    for of_family in by_family.values():
        yield from due_checks(of_family, checked, periods, rules)


def _covered(received: ReceivedGifts, periods: Sequence[RegimePeriod]) -> ReceivedGifts:
    """Those that came on a day on which the organisation was under rules."""
    return ReceivedGifts(
        tuple(gift for gift in received.gifts if regime_on(periods, gift.received_on)),
        tuple(gift for gift in received.unvalued if regime_on(periods, gift.received_on)),
    )


def _queue_look(conn: Connection, since: date, now: datetime) -> None:
    enqueue(conn, REGIME_CHANGED, f"since {since}", {"since": since.isoformat()}, now=now, urgent=True)


def _are_regulated(periods: Sequence[RegimePeriod]) -> bool:
    return any(period.regime is not Regime.UNREGULATED for period in periods)


def _first_day(periods: Sequence[RegimePeriod]) -> date:
    """The first of January of the year in which rules first held: small gifts of a whole year are added up."""
    first = min(period.first for period in periods if period.regime is not Regime.UNREGULATED)
    return first.replace(month=1, day=1)


def _together(donor_ids: Collection[str], families: Mapping[str, str]) -> Iterator[list[str]]:
    """Portions of donors, each family whole."""
    by_family: defaultdict[str, list[str]] = defaultdict(list)
    for donor_id in sorted(donor_ids):
        by_family[families.get(donor_id, donor_id)].append(donor_id)
    portion: list[str] = []
    for members in by_family.values():
        portion += members
        if len(portion) >= TOGETHER:
            yield portion
            portion = []
    if portion:
        yield portion


def _profile(conn: Connection) -> OrganisationProfile | None:
    version = newest_version(conn, "UTC")
    return version.profile if version else None
