"""Gifts of one donor added up until they must be reported. Pure.

The Commission's "grouping": gifts above the permissibility threshold, from one source, to one section, in one calendar
year, in the order in which they were accepted, since the last that had to be reported. When the total passes the
threshold of that day the whole group is reported and closed; later gifts begin a new one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from compliance.regime import Regime
from compliance.regulated_gift import CENTRE, RegulatedGift
from compliance.rule import PERMISSIBILITY, Rule, RuleBook
from ledger.money import GBP, Money

# The first report of a donor in a year, and every later one. A members association has no lower second step.
_STEPS = {
    Regime.PARTY: ("report_central_first", "report_central_subsequent"),
    Regime.MEMBERS_ASSOCIATION: ("report", "report"),
    Regime.REGULATED_DONEE: ("report", "report"),
    Regime.CAMPAIGNER: ("report_quarterly_first", "report_quarterly_subsequent"),
}
_UNIT = "report_accounting_unit"


@dataclass(frozen=True, slots=True)
class AcceptedGift:
    """A gift and the day on which a named person accepted it."""

    gift: RegulatedGift
    accepted_on: date

    @property
    def order(self) -> tuple[date, date, str]:
        """The order of acceptance; of one day, that of receipt."""
        return self.accepted_on, *self.gift.order


@dataclass(frozen=True, slots=True)
class ReportableGroup:
    """Gifts of one donor that are reported together, because the last of them made the total pass `rule`'s amount.

    `section` is the accounting unit, or CENTRE, to which the gifts of units are added that their unit need not report.
    """

    donor: str
    section: str
    gifts: tuple[AcceptedGift, ...]
    rule: Rule

    @property
    def passed_on(self) -> date:
        """The day of the acceptance that made the group reportable."""
        return self.gifts[-1].accepted_on

    @property
    def total(self) -> Money:
        """The sum of the group."""
        return _total(self.gifts)


@dataclass(frozen=True, slots=True)
class ReportMargin:
    """What one donor has given in one year since the last report, and how much more need not be reported."""

    open_total: Money
    left: Money


class _DonorYear:
    """The gifts of one donor in one calendar year: what stands open, section by section, and what was reported."""

    def __init__(self, donor: str, regime: Regime, rules: RuleBook) -> None:
        self.donor, self.regime, self.rules = donor, regime, rules
        self.open: defaultdict[str, list[AcceptedGift]] = defaultdict(list)
        self.centre_reported = False

    def take(self, accepted: AcceptedGift) -> ReportableGroup | None:
        """Add a gift; the group that it makes reportable, if it does."""
        day = accepted.accepted_on
        section = accepted.gift.section if self.regime.has_units else CENTRE
        self.open[section].append(accepted)
        if section != CENTRE:
            unit_rule = self.rules.rule(self.regime, _UNIT, day)
            if _total(self.open[section]) > unit_rule.amount:
                return ReportableGroup(self.donor, section, tuple(self.open.pop(section)), unit_rule)
        rule = self.centre_rule(day)
        if self.open_total > rule.amount:
            gifts = sorted((each for section_gifts in self.open.values() for each in section_gifts), key=_order)
            self.open.clear()
            self.centre_reported = True
            return ReportableGroup(self.donor, CENTRE, tuple(gifts), rule)
        return None

    def centre_rule(self, day: date) -> Rule:
        """The rule that the total of the centre, with its units, is next measured by."""
        first, later = _STEPS[self.regime]
        return self.rules.rule(self.regime, later if self.centre_reported else first, day)

    @property
    def open_total(self) -> Money:
        """Everything that was accepted and is in no report."""
        return _total([each for gifts in self.open.values() for each in gifts])


def reportable_groups(
    accepted: Iterable[AcceptedGift], families: Mapping[str, str], regime: Regime, rules: RuleBook
) -> list[ReportableGroup]:
    """Every group that had to be reported, in the order in which they passed the threshold.

    `families` are the donors who are linked (`donor_links.linked_families`). Gifts of the permissibility threshold or
    less are neither recorded nor added up. The threshold is that of the day of each acceptance: where it changes
    within a year, what stands open is measured again when the next gift is accepted.
    """
    _, groups = _walk(accepted, families, regime, rules)
    return groups


def report_margins(
    accepted: Iterable[AcceptedGift], families: Mapping[str, str], regime: Regime, rules: RuleBook, today: date
) -> Mapping[str, ReportMargin]:
    """What each donor has open this year, and what is left before a report, as far as the centre's threshold goes."""
    years, _ = _walk(accepted, families, regime, rules)
    return {
        donor: ReportMargin(of_donor.open_total, of_donor.centre_rule(today).amount - of_donor.open_total)
        for (donor, year), of_donor in years.items()
        if year == today.year
    }


def counts(gift: RegulatedGift, regime: Regime, rules: RuleBook) -> bool:
    """Whether a gift is a donation in law: covered by the regime, and above the threshold of the day of its receipt."""
    above = rules.amount(regime, PERMISSIBILITY, gift.received_on)
    return gift.has_regulated_purpose and gift.value > above


def _walk(
    accepted: Iterable[AcceptedGift], families: Mapping[str, str], regime: Regime, rules: RuleBook
) -> tuple[Mapping[tuple[str, int], _DonorYear], list[ReportableGroup]]:
    years: dict[tuple[str, int], _DonorYear] = {}
    groups: list[ReportableGroup] = []
    for each in sorted(accepted, key=_order):
        if not counts(each.gift, regime, rules):
            continue
        donor = families.get(each.gift.donor_id, each.gift.donor_id)
        of_donor = years.setdefault((donor, each.accepted_on.year), _DonorYear(donor, regime, rules))
        if (group := of_donor.take(each)) is not None:
            groups.append(group)
    return years, groups


def _order(accepted: AcceptedGift) -> tuple[date, date, str]:
    return accepted.order


def _total(gifts: Iterable[AcceptedGift]) -> Money:
    return sum((each.gift.value for each in gifts), Money(0, GBP))
