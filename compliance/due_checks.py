"""Which gifts need a check, and which small gifts look as if they had been split to stay below the threshold. Pure.

In law a gift of the threshold or less is no donation, and is not added up. But splitting a gift to evade the rules is
an offence, so small gifts of one donor are added up here, over campaigns, groups and linked donors, and a person looks.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from compliance.check import Check, CheckClock, CheckReason
from compliance.regime import Regime, RegimePeriod, regime_on
from compliance.regulated_gift import RegulatedGift
from compliance.rule import CHECK_DAYS, PERMISSIBILITY, SPLITTING_DAYS, RuleBook
from ledger.money import GBP, Money

_NOTHING = Money(0, GBP)


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A gift that needs a check and has none. `total` is what passed the threshold: the gift's, or the linked total."""

    gift: RegulatedGift
    reason: CheckReason
    total: Money
    clock: CheckClock

    def opened(self, on: date) -> Check:
        """The check that begins, without any step yet."""
        return Check(self.gift, self.reason, on, self.clock)


@dataclass(frozen=True, slots=True)
class SplittingSign:
    """Small gifts of one donor that come to more than the threshold within a few days. A question, not a finding."""

    gifts: tuple[RegulatedGift, ...]
    total: Money


def due_checks(
    gifts: Sequence[RegulatedGift], checked: Collection[str], periods: Sequence[RegimePeriod], rules: RuleBook
) -> list[DueCheck]:
    """The checks that the gifts of one donor, with all who are linked to them, need and do not have.

    A gift above the threshold of its day needs one. So does the gift that makes the total of the smaller ones of its
    calendar year pass it; from there on the total begins anew, so that each further step is looked at again. `checked`
    are the ids of gifts that have a check: one begins the total anew wherever it stands, also where donors were linked
    after it. The clock begins with the receipt, also of a gift that came before its donors were linked. Open a check in
    the transaction that receives the gift: what is only computed moves to another gift when an earlier one comes late.
    """
    due: list[DueCheck] = []
    for _, of_year in groupby(_covered(gifts, periods, rules), key=lambda covered: covered.gift.received_on.year):
        total = _NOTHING
        for gift, above, regime in of_year:
            has_check = gift.gift_id in checked
            if gift.value > above:
                if not has_check:
                    due.append(DueCheck(gift, CheckReason.ABOVE_THRESHOLD, gift.value, _clock(gift, regime, rules)))
                continue
            total += gift.value
            if total > above and not has_check:
                due.append(DueCheck(gift, CheckReason.LINKED_TOTAL, total, _clock(gift, regime, rules)))
            if total > above or has_check:
                total = _NOTHING
    return due


def gifts_added_up(
    gift_id: str,
    gifts: Sequence[RegulatedGift],
    checked: Collection[str],
    periods: Sequence[RegimePeriod],
    rules: RuleBook,
) -> tuple[RegulatedGift, ...]:
    """The small gifts that passed the threshold together with this one, which is the last of them.

    `gifts` are all of one donor with all who are linked to them, as `due_checks` adds them up. Empty where the gift is
    not among the small ones.
    """
    for _, of_year in groupby(_covered(gifts, periods, rules), key=lambda covered: covered.gift.received_on.year):
        run: list[RegulatedGift] = []
        for gift, above, _ in of_year:
            if gift.value > above:
                continue
            run.append(gift)
            if gift.gift_id == gift_id:
                return tuple(run)
            if gift.gift_id in checked or sum((each.value for each in run), _NOTHING) > above:
                run = []
    return ()


def splitting_signs(
    gifts: Sequence[RegulatedGift], periods: Sequence[RegimePeriod], rules: RuleBook
) -> list[SplittingSign]:
    """Runs of small gifts of one donor, with all who are linked to them, that together pass the threshold in few days.

    The days are a row of the rules, and our own choice. Instalments of a recurring gift are agreed, and not looked at.
    """
    signs: list[SplittingSign] = []
    window: list[RegulatedGift] = []
    for gift, above, regime in _covered(gifts, periods, rules):
        if gift.value > above or gift.is_instalment:
            continue
        days = rules.number(regime, SPLITTING_DAYS, gift.received_on)
        begins = gift.received_on - timedelta(days=days - 1)
        window = [*(earlier for earlier in window if earlier.received_on >= begins), gift]
        total = sum((each.value for each in window), _NOTHING)
        if total > above:
            signs.append(SplittingSign(tuple(window), total))
            window = []
    return signs


class _Covered(NamedTuple):
    """A gift that the regime of its day covers, with the threshold of that day."""

    gift: RegulatedGift
    above: Money
    regime: Regime


def _covered(gifts: Sequence[RegulatedGift], periods: Sequence[RegimePeriod], rules: RuleBook) -> Iterator[_Covered]:
    """In the order of receipt. A regime whose threshold for that day is not known raises NoSuchRule."""
    for gift in sorted(gifts, key=lambda gift: gift.order):
        period = regime_on(periods, gift.received_on)
        if period is not None and gift.has_regulated_purpose:
            above = rules.amount(period.regime, PERMISSIBILITY, gift.received_on)
            yield _Covered(gift, above, period.regime)


def _clock(gift: RegulatedGift, regime: Regime, rules: RuleBook) -> CheckClock:
    return CheckClock(gift.received_on, rules.number(regime, CHECK_DAYS, gift.received_on))
