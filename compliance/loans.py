"""Loans beside gifts: the law adds them up with what their lender gave, and has both reported. Pure.

Loans are regulated transactions (PPERA part 4A): they stand on the Commission's own forms. The desk says which are to
be reported, with the gifts that count beside them; the report's files hold gifts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.aggregation import AcceptedGift, counts, reportable_groups
from compliance.regulated_gift import RegulatedGift
from compliance.report import ReportBooks
from compliance.report_calendar import ReportPeriod
from ledger.money import GBP, Money
from payments.valuing.loan import KeptLoan


@dataclass(frozen=True, slots=True)
class RegulatedLoan:
    """A loan of more than the permissibility threshold, lent in a report's period: whoever lends is checked.

    `beside` are the gifts and loans that pass the threshold together with it, `total` their sum, so that all are
    reported; without them it is not to be reported yet. `is_unvalued`: it is in another currency, without a value here.
    """

    kept: KeptLoan
    beside: tuple[RegulatedGift, ...] = ()
    total: Money | None = None
    is_unvalued: bool = False


def regulated_loans(kept: Sequence[KeptLoan], period: ReportPeriod, books: ReportBooks) -> list[RegulatedLoan]:
    """The loans of a period that the rules cover, in the order in which they were lent. Raises NoSuchRule."""
    standing = [each for each in kept if each.taken_back_at is None]
    regulated = {each.loan.id: _as_gift(each) for each in standing if each.loan.amount.currency == GBP}
    accepted = [AcceptedGift(gift, gift.received_on) for gift in regulated.values()]
    groups = reportable_groups([*books.accepted(), *accepted], books.families, period.regime, books.rules)
    reported = {each.gift.gift_id: group for group in groups if group.passed_on <= period.last for each in group.gifts}
    loans = []
    for each in sorted(standing, key=lambda kept: (kept.loan.lent_on, kept.loan.id)):
        gift, group = regulated.get(each.loan.id), reported.get(each.loan.id)
        if not period.holds(each.loan.lent_on) and not (group and period.holds(group.passed_on)):
            continue
        if gift is None:
            loans.append(RegulatedLoan(each, is_unvalued=True))
        elif group is not None:
            loans.append(RegulatedLoan(each, tuple(other.gift for other in group.gifts), group.total))
        elif counts(gift, period.regime, books.rules):
            loans.append(RegulatedLoan(each))
    return loans


def _as_gift(kept: KeptLoan) -> RegulatedGift:
    """A loan as it is added up: by its lender, its day and its amount."""
    return RegulatedGift(kept.loan.id, kept.loan.donor_id, kept.loan.amount, kept.loan.lent_on)
