"""Everything that is known about one check, read for its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.engine import Connection

from campaigns.store import campaign_titles
from compliance.check import Check, CheckReason, CheckState
from compliance.check_steps import CheckStep, DonorRecord, Lookup, ReturnFailure
from compliance.donor_types import DonorType, NeededFact, caution, lacking_facts, needed_facts
from compliance.due_checks import gifts_added_up
from compliance.evidence import KeptEvidence
from compliance.evidence_store import evidence_of
from compliance.gift_views import donor_families, family_members, gifts_of_donors
from compliance.likeness_views import LikeDonor, donors_by_id
from compliance.regime import RegimePeriod, regime_on
from compliance.registers import OfficialRegister, registers_for
from compliance.regulated_gift import RegulatedGift
from compliance.returning import ReturnRefund, return_refunds
from compliance.rule import PERMISSIBILITY, NoSuchRule
from compliance.rule_store import regime_periods, rule_book
from compliance.store import checks_of
from ledger.money import Money
from payments.gifts.declaration import Declaration
from payments.gifts.details_store import declaration_of
from payments.gifts.gift import Gift
from payments.gifts.offline_store import KeptOffline, offline_gift_of
from payments.gifts.store import gift as gift_by_id
from payments.refunding.left_views import payments_left
from payments.refunding.paying_back import is_paid_back
from treasury.checks.taking import DONE, check_of_gift
from treasury.checks.words import clock_words, days_left_of
from web.errors import NotFound

IRISH = frozenset({DonorType.IRISH_CITIZEN, DonorType.IRISH_BODY})


class NextStep(StrEnum):
    """What a check waits for, by the page on which it is done."""

    DONOR = "donor"
    LOOKUP = "lookup"
    ACCEPT = "accept"
    RETURN = "return"
    RETURNED = "returned"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step in the history of a check: on which day, who, and what they did."""

    on: date
    who: str
    what: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check with its gift and all that belongs to it.

    `left` is what Stripe can still give back of the gift, `threshold` that of the day of receipt. `family` are donors
    who are joined with this one, `added_up` the small gifts that made the check due together, this one last.
    `is_paid_back`: our own payment is in the books.
    """

    check: Check
    gift: Gift
    shares: Sequence[tuple[str, Money]]
    declaration: Declaration | None
    offline: KeptOffline | None
    evidence: Sequence[KeptEvidence]
    refunds: Sequence[ReturnRefund]
    left: Sequence[Money]
    period: RegimePeriod | None
    threshold: Money | None
    family: Sequence[LikeDonor]
    added_up: Sequence[RegulatedGift]
    today: date
    is_paid_back: bool = False

    @property
    def days_left(self) -> int:
        """The days until the last day of the clock."""
        return days_left_of(self.check, self.today)

    @property
    def is_over(self) -> bool:
        """Whether the clock ran out before anybody ended the check."""
        return self.check.is_pending and self.check.clock.is_over(self.today)

    @property
    def clock(self) -> str:
        """How it stands, in words."""
        return clock_words(self.check.state, self.days_left)

    @property
    def donor_name(self) -> str:
        """The donor as they were recorded, else as they declared or typed it."""
        recorded = dict(self.check.donor.facts).get("name", "") if self.check.donor else ""
        return recorded or (self.declaration.name if self.declaration else "") or self.gift.donor.name or "No name"

    @property
    def lookups(self) -> Sequence[Lookup]:
        """Where the donor was looked up, in order."""
        return [step for step in self.check.steps if isinstance(step, Lookup)]

    @property
    def facts(self) -> Sequence[tuple[NeededFact, str]]:
        """What was recorded of the donor, in the order of the form."""
        record = self.check.donor
        return (
            [(fact, dict(record.facts).get(fact.key, "")) for fact in needed_facts(record.donor_type)] if record else []
        )

    @property
    def caution(self) -> str | None:
        """What to know before accepting from this type of donor."""
        record = self.check.donor
        return caution(record.donor_type, self.period) if record and self.period else None

    @property
    def registers(self) -> Sequence[OfficialRegister]:
        """Where a donor of the recorded type is looked up."""
        return registers_for(self.check.donor.donor_type) if self.check.donor else []

    @property
    def types(self) -> Sequence[DonorType]:
        """The types of donor that are offered here: Irish ones only where the regime may accept from them."""
        is_irish = self.period is not None and self.period.is_northern_irish
        return [kind for kind in DonorType if is_irish or kind not in IRISH]

    @property
    def has_failed(self) -> bool:
        """Whether the newest decision's refund failed, so that another way must be found."""
        return self.check.state is CheckState.CAME_BACK or any(refund.has_failed for refund in self.refunds)

    @property
    def is_refunded(self) -> bool:
        """Whether Stripe has made every refund that the newest decision asked for."""
        return bool(self.refunds) and all(refund.is_agreed for refund in self.refunds)

    @property
    def is_asking(self) -> bool:
        """Whether Stripe has not answered yet."""
        return any(refund.request.is_open for refund in self.refunds)

    @property
    def next_step(self) -> NextStep:
        """What the check waits for."""
        if not self.check.is_pending:
            return NextStep.NOTHING
        if self.check.state in (CheckState.TO_RETURN, CheckState.CAME_BACK):
            return NextStep.RETURN if self.has_failed else NextStep.RETURNED
        record = self.check.donor
        if record is None or lacking_facts(record.donor_type, dict(record.facts)):
            return NextStep.DONOR
        if record.donor_type is DonorType.UNIDENTIFIED:
            return NextStep.RETURN
        return NextStep.ACCEPT if self.lookups else NextStep.LOOKUP

    @property
    def history(self) -> Sequence[TakenStep]:
        """Every step, the newest first."""
        return [_taken(step) for step in reversed(self.check.steps)]


def shown_check(conn: Connection, gift_id: str, today: date) -> ShownCheck:
    """A check with all that its page shows. Raises NotFound."""
    check, gift = check_of_gift(conn, gift_id), gift_by_id(conn, gift_id)
    if gift is None:
        raise NotFound
    titles, periods = campaign_titles(conn), regime_periods(conn)
    day = check.gift.received_on
    period = regime_on(periods, day)
    rule = rule_book(conn).find(period.regime, PERMISSIBILITY, day) if period else None
    members = family_members(donor_families(conn), [check.gift.donor_id])
    return ShownCheck(
        check,
        gift,
        [(titles[share.campaign], share.amount) for share in gift.allocations],
        declaration_of(conn, gift_id),
        offline_gift_of(conn, gift_id) if gift.is_offline else None,
        evidence_of(conn, gift_id),
        return_refunds(conn, check),
        [payment.left for payment in payments_left(conn, gift) if payment.left.minor],
        period,
        rule.amount if rule else None,
        [donor for key, donor in donors_by_id(conn, members).items() if key != check.gift.donor_id],
        _added_up(conn, check, members, periods) if check.reason is CheckReason.LINKED_TOTAL else (),
        today,
        is_paid_back(conn, gift),
    )


def _added_up(
    conn: Connection, check: Check, members: Sequence[str], periods: Sequence[RegimePeriod]
) -> Sequence[RegulatedGift]:
    gifts = gifts_of_donors(conn, members, check.gift.received_on.replace(month=1, day=1)).gifts
    checked = {other.gift.gift_id for other in checks_of(conn, [gift.gift_id for gift in gifts])}
    try:
        return gifts_added_up(check.gift.gift_id, gifts, checked, periods, rule_book(conn))
    except NoSuchRule:
        return ()


def _taken(step: CheckStep) -> TakenStep:
    what = DONE[type(step)]
    if isinstance(step, ReturnFailure):
        return TakenStep(step.on, "", "The money did not go", [step.why])
    on = step.at.date() if isinstance(step, DonorRecord) else step.on
    return TakenStep(on, step.by.name, f"{what[0].upper()}{what[1:]}", [])
