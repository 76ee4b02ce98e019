"""Income by campaign in some days: a parent is summed with its groups, and each stands under it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaigns.store import CampaignName
from ledger.accounts import Figure
from ledger.entry import NO_CAMPAIGN
from ledger.income_views import CampaignIncome, no_income
from ledger.money import CURRENCIES, Currency, Money
from treasury.books.linked import LinkedAmount, entries_address, figure_words
from treasury.books.spans import BookSpan
from treasury.lists.desk_list import ColumnKind, ListColumn


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """A campaign alone, or with its groups, or a group under its parent, and what it got.

    `left` is what remains; it leads nowhere, because it stands beside what it is made of.
    """

    title: str
    parent: str
    with_groups: bool
    income: CampaignIncome
    given: LinkedAmount
    shares: LinkedAmount
    given_back: LinkedAmount
    fees: LinkedAmount

    @property
    def left(self) -> Money:
        """Given, less what went back, less fees."""
        return self.income.net


@dataclass(frozen=True, slots=True)
class IncomeSheet:
    """Everything in one currency. `has_shares` says whether any campaign had a part of its groups' gifts."""

    currency: Currency
    rows: tuple[IncomeRow, ...]
    total: CampaignIncome

    @property
    def has_shares(self) -> bool:
        """Whether the column of shares says anything."""
        return any(row.income.shares for row in self.rows)


def income_sheets(
    incomes: Mapping[tuple[str, int], CampaignIncome], names: Sequence[CampaignName], span: BookSpan
) -> list[IncomeSheet]:
    """A sheet for each currency, the one with most gifts first."""
    sheets = [_sheet(CURRENCIES[code], incomes, names, span) for code in {code for code, _ in incomes}]
    return sorted(sheets, key=lambda sheet: (-sheet.total.gifts, sheet.currency.code))


def _sheet(
    of: Currency, incomes: Mapping[tuple[str, int], CampaignIncome], names: Sequence[CampaignName], span: BookSpan
) -> IncomeSheet:
    own = {campaign: income for (code, campaign), income in incomes.items() if code == of.code}
    parts = _Parts(of, own, span)
    rows = [row for name in names if name.parent is None for row in parts.rows(name, _groups(name, names, own))]
    if NO_CAMPAIGN in own:
        rows += parts.rows(CampaignName(NO_CAMPAIGN, "No campaign", None, slug=""), [])
    return IncomeSheet(of, tuple(rows), sum(own.values(), start=no_income(of)))


def _groups(
    parent: CampaignName, names: Sequence[CampaignName], own: Mapping[int, CampaignIncome]
) -> list[CampaignName]:
    groups = [name for name in names if name.parent == parent.id and name.id in own]
    return sorted(groups, key=lambda group: (group.title.casefold(), group.id))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is needed to make rows: the currency, what each campaign got, and the days that the lists are of."""

    of: Currency
    own: Mapping[int, CampaignIncome]
    span: BookSpan

    def rows(self, name: CampaignName, groups: Sequence[CampaignName]) -> Iterator[IncomeRow]:
        """A campaign's row; of one with groups that got anything, the sum, what it got alone, and each group."""
        alone = self.own.get(name.id, no_income(self.of))
        if not groups:
            if name.id in self.own:
                yield self._row(name.title, "", name.id, alone)
            return
        together = sum((self.own[group.id] for group in groups), start=alone)
        yield self._row(name.title, "", name.id, together, with_groups=True)
        yield self._row("Without its groups", name.title, name.id, alone)
        for group in groups:
            yield self._row(group.title, name.title, group.id, self.own[group.id])

    def _row(
        self, title: str, parent: str, campaign: int, income: CampaignIncome, *, with_groups: bool = False
    ) -> IncomeRow:
        def linked(figure: Figure, amount: Money) -> LinkedAmount:
            words = figure_words(figure, campaign, with_groups=with_groups)
            return LinkedAmount(amount, entries_address(self.of, (self.span.first, self.span.last), **words))

        return IncomeRow(
            title, parent, with_groups, income,
            linked(Figure.GIVEN, income.given),
            linked(Figure.SHARES, income.shares),
            linked(Figure.GIVEN_BACK, -income.given_back),
            linked(Figure.FEES, -income.fees),
        )  # fmt: skip


INCOME_COLUMNS: Sequence[ListColumn[IncomeRow]] = (
    ListColumn("Campaign", lambda row: row.parent or row.title),
    ListColumn("Group", lambda row: row.title if row.parent else ("With its groups" if row.with_groups else None)),
    ListColumn("Gifts", lambda row: row.income.gifts, ColumnKind.COUNT),
    ListColumn("Given", lambda row: row.income.given, ColumnKind.MONEY),
    ListColumn("Of it shares of gifts to groups", lambda row: row.income.shares, ColumnKind.MONEY),
    ListColumn("Given back", lambda row: row.income.given_back, ColumnKind.MONEY),
    ListColumn("Fees", lambda row: row.income.fees, ColumnKind.MONEY),
    ListColumn("Left", lambda row: row.left, ColumnKind.MONEY),
    ListColumn("Currency", lambda row: row.left.currency.code),
)
