"""The charts of the desk as values: what is drawn, what each says, and the list that each figure adds up from. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from campaigns.campaign import Campaign, Progress, Target
from ledger.giving_kind import GivingKind
from ledger.giving_total_store import GivingTotal
from ledger.money import Currency, Money
from ledger.periods import month_before
from payments.gifts.giving_views import NO_SOURCE
from payments.gifts.recurring_views import ExpectedSum
from treasury.overview.charts import ColumnDrawing, bar_width, draw_columns
from treasury.overview.retention import ForecastMonth, Survival, committed, forecast

MONTHS = 13
GIFTS = "/desk/gifts"


@dataclass(frozen=True, slots=True)
class ListedAmount:
    """An amount with the number of gifts in it, and the list that adds up to it."""

    amount: Money
    gifts: int
    address: str


@dataclass(frozen=True, slots=True)
class IncomeMonth:
    """What came in during a month, by kind and in all."""

    month: date
    kinds: Mapping[GivingKind, ListedAmount]
    total: ListedAmount


@dataclass(frozen=True, slots=True)
class Income:
    """What came in each month, the oldest first, and by kind in all months."""

    months: tuple[IncomeMonth, ...]
    kinds: Mapping[GivingKind, Money]
    total: Money
    drawing: ColumnDrawing


@dataclass(frozen=True, slots=True)
class SourceIncome:
    """What one code brought; an empty one is what came by no link with a code. `bar` is as wide as it brought."""

    source: str
    listed: ListedAmount
    bar: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What recurring gifts bring a month now, and what they will bring."""

    now: Money
    months: tuple[ForecastMonth, ...]
    drawing: ColumnDrawing


@dataclass(frozen=True, slots=True)
class CurrencyTrends:
    """The charts of one currency."""

    currency: Currency
    income: Income
    forecast: Forecast | None
    sources: tuple[SourceIncome, ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A campaign or a group beside its target."""

    campaign: Campaign
    progress: Progress
    bar: str


def months_up_to(this_month: date) -> list[date]:
    """The thirteen months that charts show, the oldest first: a year, and the same month of the year before."""
    months = [this_month]
    while len(months) < MONTHS:
        months.insert(0, month_before(months[0]))
    return months


def currency_trends(
    totals: Sequence[GivingTotal], expected: Sequence[ExpectedSum], survived: Survival, months: Sequence[date]
) -> list[CurrencyTrends]:
    """The charts of each currency, most gifts first."""
    gifts: defaultdict[Currency, int] = defaultdict(int)
    for total in totals:
        gifts[total.amount.currency] += total.gifts
    for part in expected:
        gifts[part.amount.currency] += 0
    ordered = sorted(gifts, key=lambda of: (-gifts[of], of.code))
    return [_trends([total for total in totals if total.amount.currency == of], expected, survived, months, of)
            for of in ordered]  # fmt: skip


def _trends(
    totals: Sequence[GivingTotal], expected: Sequence[ExpectedSum], survived: Survival, months: Sequence[date],
    of: Currency,
) -> CurrencyTrends:  # fmt: skip
    monthly = committed(expected, of)
    return CurrencyTrends(
        of, _income(totals, months, of), _forecast(monthly, survived, months[-1]) if monthly else None,
        _sources(totals, months[0], of),
    )  # fmt: skip


def _income(totals: Sequence[GivingTotal], months: Sequence[date], of: Currency) -> Income:
    rows = tuple(_income_month([total for total in totals if total.month == month], month, of) for month in months)
    kinds = {kind: _sum([row.kinds[kind].amount for row in rows], of) for kind in GivingKind}
    columns = [{kind.value: row.kinds[kind].amount for kind in GivingKind} for row in rows]
    return Income(rows, kinds, _sum(list(kinds.values()), of), draw_columns(columns, of))


def _income_month(totals: Sequence[GivingTotal], month: date, of: Currency) -> IncomeMonth:
    code = {"month": f"{month:%Y-%m}", "currency": of.code}
    kinds = {
        kind: _listed([total for total in totals if total.kind is kind], of, code | {"kind": kind.value})
        for kind in GivingKind
    }
    return IncomeMonth(month, kinds, _listed(totals, of, code))


def _sources(totals: Sequence[GivingTotal], first: date, of: Currency) -> tuple[SourceIncome, ...]:
    """What each code brought since the first month, the most first; nothing where no code was ever used."""
    codes = {total.source for total in totals}
    if not any(codes):
        return ()
    since = {"from": str(first), "currency": of.code}
    brought = [
        (code, _listed([total for total in totals if total.source == code], of, since | {"source": code or NO_SOURCE}))
        for code in codes
    ]
    brought.sort(key=lambda pair: (-pair[1].amount.minor, pair[0]))
    most = brought[0][1].amount.minor
    return tuple(SourceIncome(code, listed, bar_width(listed.amount.minor, most)) for code, listed in brought)


def _forecast(monthly: Money, survived: Survival, this_month: date) -> Forecast:
    months = tuple(forecast(monthly, survived.share, this_month))
    columns = [{"recurring": monthly}, *({"recurring": month.amount} for month in months)]
    return Forecast(monthly, months, draw_columns(columns, monthly.currency))


def target_rows(progress: Sequence[tuple[Campaign, Progress]]) -> list[TargetRow]:
    """Campaigns that have a target, each followed by its groups."""
    by_parent: defaultdict[int | None, list[tuple[Campaign, Progress]]] = defaultdict(list)
    for campaign, so_far in progress:
        by_parent[campaign.parent_id].append((campaign, so_far))
    ordered = [pair for whole in by_parent[None] for pair in (whole, *by_parent[whole[0].id])]
    return [TargetRow(campaign, so_far, _bar(so_far)) for campaign, so_far in ordered if so_far.target is not None]


def _bar(progress: Progress) -> str:
    return bar_width(_count(progress.reached), _count(progress.target or 0))


def _count(target: Target) -> int:
    return target.minor if isinstance(target, Money) else target


def _listed(totals: Sequence[GivingTotal], of: Currency, query: Mapping[str, str]) -> ListedAmount:
    amount = _sum([total.amount for total in totals], of)
    return ListedAmount(amount, sum(total.gifts for total in totals), f"{GIFTS}?{urlencode(query)}")


def _sum(amounts: Sequence[Money], of: Currency) -> Money:
    return sum(amounts, start=Money(0, of))
