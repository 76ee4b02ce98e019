"""A snap election, day by day, told to the product's rules and to the plain model alike.

Invented: dissolved on 7 December 2023, polled on 11 January 2024, so that the thresholds change in its midst. 41
groups, every second of them an accounting unit; 3,000 donors; five families, each joined on another day; 20
impermissible donors, each found on another day after their gift, some too late; refunds that fail; gifts nobody checks.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from compliance.check import Check
from compliance.check_steps import Acceptance, CheckStep, ReturnFailure, ReturnProof, ReturnReason
from compliance.donor_links import DonorLink, linked_families
from compliance.donor_types import DonorType
from compliance.due_checks import due_checks
from compliance.held_money import held_money
from compliance.regime import Regime
from compliance.regulated_gift import RegulatedGift
from compliance.report import ReportBooks
from compliance.report_calendar import Election
from compliance.thresholds import shipped_rules
from ledger.money import GBP, Money
from tests.compliance.gifts import ASHA, FOREVER, decision, lookup, record
from tests.compliance.plain_model import Gift, PlainModel

DISSOLVED, POLL = date(2023, 12, 7), date(2024, 1, 11)
ELECTION = Election("snap", date(2023, 1, 11), DISSOLVED, POLL, "https://example.org/invented")
FIRST, LAST_GIFT, LAST = date(2023, 11, 1), date(2024, 1, 25), date(2024, 4, 30)
DAY = timedelta(days=1)
# On both sides of every threshold, before and after it rose.
EDGES = (50_000, 50_001, 150_000, 150_001, 223_000, 223_001, 750_000, 750_001, 1_118_000, 1_118_001)


class SnapElection:
    """What has happened until today, in the product's values (`gifts`, `checks`, `links`) and in the plain `model`."""

    def __init__(self, regime: Regime, seed: int = 18) -> None:
        self.regime, self.random, self.rules = regime, Random(seed), shipped_rules()
        self.model = PlainModel()
        self.gifts: list[RegulatedGift] = []
        self.checks: dict[str, Check] = {}
        self.links: list[DonorLink] = []
        self.families: dict[str, str] = {}
        self.due: set[str] = set()
        self.by_family: defaultdict[str, list[tuple[RegulatedGift, Gift]]] = defaultdict(list)
        self.plain: dict[str, Gift] = {}
        self.to_do: defaultdict[date, list[tuple[str, CheckStep]]] = defaultdict(list)
        self.impermissible = {f"d{number:04}": 2 * number for number in range(1, 21)}  # found so many days later
        self.joined_on = {FIRST + DAY * (12 * number): number for number in range(1, 6)}
        self.arrivals = self._arrivals()

    def live(self, today: date) -> None:
        """One day: gifts come, donors are joined, and people get on with their checks."""
        touched = set()
        for gift in self.arrivals[today]:
            family = self.families.get(gift.donor_id, gift.donor_id)
            self.gifts.append(gift)
            plain = Gift(gift.gift_id, family, gift.value.minor, today, gift.section)
            self.plain[gift.gift_id] = plain
            self.model.gifts.append(plain)
            self.by_family[family].append((gift, plain))
            touched.add(family)
        touched |= self._join(today)
        for family in sorted(touched):
            self._open_checks(family, today)
        for gift_id, step in self.to_do.pop(today, ()):
            self._take(gift_id, step)

    def held(self) -> int:
        """Pence that the product says are not to be spent."""
        return held_money(self.gifts, self.checks, set()).not_accepted.minor

    def to_warn_of(self, today: date) -> set[str]:
        """The gifts of which the product says something today."""
        return {key for key, check in self.checks.items() if today in check.clock.warnings and check.is_pending}

    def books(self) -> ReportBooks:
        """What the product makes reports of."""
        return ReportBooks("The Movement", self.gifts, self.checks, self.families, {}, self.rules)

    def _arrivals(self) -> dict[date, list[RegulatedGift]]:
        random, days = self.random, (LAST_GIFT - FIRST).days
        drawn = [
            (random.randint(0, days), f"d{donor:04}") for donor in range(3_000) for _ in range(random.randint(1, 3))
        ]
        # The families, of four donors each, and the impermissible give more.
        drawn += [(random.randint(0, days), f"d{donor:04}") for donor in range(100, 120) for _ in range(6)]
        arrivals: defaultdict[date, list[RegulatedGift]] = defaultdict(list)
        for number, (day, donor) in enumerate(sorted(drawn)):
            group, when = random.randrange(41), FIRST + DAY * day
            section = f"unit {group}" if group % 2 and self.regime.has_units else ""
            value = Money(self._pence(donor), GBP)
            arrivals[when].append(RegulatedGift(f"g{number:05}", donor, value, when, section))
        return arrivals

    def _pence(self, donor: str) -> int:
        random = self.random
        if donor in self.impermissible:
            return random.choice([60_000, 900_000, 1_200_000])
        kind = random.random()
        if kind < 0.7:
            return random.randint(5, 500) * 100
        return random.choice(EDGES) if kind < 0.85 else random.randint(501, 12_000) * 100

    def _join(self, today: date) -> set[str]:
        if (number := self.joined_on.get(today)) is None:
            return set()
        donors = [f"d{donor:04}" for donor in range(96 + 4 * number, 100 + 4 * number)]
        at = datetime.combine(today, time(12), tzinfo=UTC)
        self.links += [DonorLink(donors[0], other, True, ASHA, at, "one household") for other in donors[1:]]
        self.families = dict(linked_families(self.links))
        for other in donors[1:]:
            self.by_family[donors[0]] += self.by_family.pop(other, [])
        for _, plain in self.by_family[donors[0]]:
            plain.family = donors[0]
        return {donors[0]}

    def _open_checks(self, family: str, today: date) -> None:
        gifts = [gift for gift, _ in self.by_family[family]]
        for due in due_checks(gifts, self.checks, FOREVER[self.regime], self.rules):
            self.checks[due.gift.gift_id] = due.opened(today)
            self._plan(due.gift, today)
        self.model.flag([plain for _, plain in self.by_family[family]])

    def _plan(self, gift: RegulatedGift, today: date) -> None:
        """What people will do about a check, and when."""
        if (later := self.impermissible.get(gift.donor_id)) is not None:
            self._plan_return(gift, max(gift.received_on + DAY * later, today))
        elif self.random.random() < 0.95:
            day = max(gift.received_on + DAY * self.random.randint(0, 40), today)
            self.to_do[day] += [(gift.gift_id, step) for step in (record(), lookup(day), Acceptance(ASHA, day))]

    def _plan_return(self, gift: RegulatedGift, day: date) -> None:
        unidentified = gift.gift_id.endswith("7")
        reason = ReturnReason.UNIDENTIFIED if unidentified else ReturnReason.IMPERMISSIBLE
        who = record(DonorType.UNIDENTIFIED) if unidentified else record()
        fails = gift.gift_id.endswith(("3", "8"))
        done = day + DAY * (4 if fails else 1)
        self.to_do[day] += [(gift.gift_id, step) for step in (who, lookup(day, is_found=False), decision(day, reason))]
        if fails:
            self.to_do[day + DAY].append((gift.gift_id, ReturnFailure(day + DAY, "the card is closed")))
        self.to_do[done].append((gift.gift_id, ReturnProof(ASHA, done, "BACS 0042")))

    def _take(self, gift_id: str, step: CheckStep) -> None:
        self.checks[gift_id] = self.checks[gift_id].with_step(step)
        match step:
            case Acceptance():
                self.plain[gift_id].accepted = step.on
            case ReturnProof():
                self.plain[gift_id].returned = step.on
            case _:
                pass
