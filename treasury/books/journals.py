"""The journal as Beancount and hledger read it, with our balances as assertions that those programs check. Pure.

Both sign a debit positive and a credit negative. A campaign is a sub-account, so every figure of the desk can be
asked there as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.accounts import ACCOUNT_TYPES, FIGURE_ACCOUNTS, Account
from ledger.entry import NO_CAMPAIGN
from ledger.journal_views import AccountSum, JournalEntry
from ledger.money import Currency, Money
from treasury.lists.csv_file import plain_amount

TYPES = {"asset": "Assets", "liability": "Liabilities", "income": "Income", "expense": "Expenses", "equity": "Equity"}
BY_CAMPAIGN = frozenset(account for accounts in FIGURE_ACCOUNTS.values() for account in accounts)


@dataclass(frozen=True, slots=True)
class JournalSpan:
    """What is exported: whose books, from which day up to before which, and what was there before and is there after.

    `slugs`: of the campaigns, by their numbers.
    """

    organisation: str
    first: date
    after: date
    slugs: Mapping[int, str]
    before: Sequence[AccountSum]
    at_end: Sequence[AccountSum]

    @property
    def last(self) -> date:
        """The last day."""
        return self.after - timedelta(days=1)

    @property
    def currencies(self) -> list[Currency]:
        """The currencies of the books."""
        by_code = {row.moved.currency.code: row.moved.currency for row in (*self.before, *self.at_end)}
        return [by_code[code] for code in sorted(by_code)]

    def balances(self) -> dict[tuple[Account, str], Money]:
        """What every account holds at the end, in every currency."""
        sums = {(account, of.code): Money(0, of) for of in self.currencies for account in Account}
        for row in self.at_end:
            sums[row.account, row.moved.currency.code] += row.moved
        return sums

    def name_of(self, account: Account, campaign: int) -> str:
        """An account's name, such as `Income:Gifts:3-libraries`."""
        kind = TYPES[ACCOUNT_TYPES[account]]
        name = f"{kind}:{account.value.replace('_', '-').title()}"
        if account not in BY_CAMPAIGN:
            return name
        return f"{name}:{_campaign_name(campaign, self.slugs)}"

    def parent_name(self, account: Account) -> str:
        """The name that holds all campaigns of an account."""
        return self.name_of(account, NO_CAMPAIGN).removesuffix(f":{_campaign_name(NO_CAMPAIGN, self.slugs)}")

    def names(self) -> list[str]:
        """Every account that may be moved."""
        names = {self.name_of(account, campaign) for account in Account for campaign in (NO_CAMPAIGN, *self.slugs)}
        return sorted(names | {self.parent_name(account) for account in Account})


def beancount_lines(span: JournalSpan, entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The journal for Beancount, line by line. `balance` is checked at the beginning of its day."""
    yield f'option "title" "{_quoted(span.organisation)}"'
    for of in span.currencies:
        yield f'option "operating_currency" "{of.code}"'
    day_before = span.first - timedelta(days=1)
    yield from (f"{day_before} open {name}" for name in span.names())
    yield ""
    if span.before:
        yield f'{day_before} * "Balances before {span.first}"'
        yield from (f"  {span.name_of(row.account, row.campaign)}  {_number(row.moved)}" for row in span.before)
        yield ""
    for entry in entries:
        yield f'{entry.day} * "{entry.kind.rules.noun}" "{_quoted(entry.subject)}"'
        yield f'  key: "{_quoted(entry.key)}"'
        yield f"  {span.name_of(entry.debit, entry.campaign)}  {_number(entry.amount)}"
        yield f"  {span.name_of(entry.credit, entry.campaign)}  {_number(-entry.amount)}"
        yield ""
    for (account, _), held in span.balances().items():
        number, code = _number(held).split()
        yield f"{span.after} balance {span.parent_name(account)}  {number} ~ 0 {code}"  # else a penny is let pass


def hledger_lines(span: JournalSpan, entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The journal for hledger, line by line. The last transaction moves nothing and asserts our balances."""
    yield f"; {span.organisation}"
    yield from (f"commodity 1000.{'0' * of.exponent} {of.code}" for of in span.currencies)
    yield from (f"account {name}" for name in span.names())
    yield ""
    if span.before:
        yield f"{span.first - timedelta(days=1)} * Balances before {span.first}"
        yield from (f"    {span.name_of(row.account, row.campaign)}  {_number(row.moved)}" for row in span.before)
        yield ""
    for entry in entries:
        yield f"{entry.day} * {entry.kind.rules.noun} {_plain(entry.subject)}  ; key:{_plain(entry.key)}"
        yield f"    {span.name_of(entry.debit, entry.campaign)}  {_number(entry.amount)}"
        yield f"    {span.name_of(entry.credit, entry.campaign)}  {_number(-entry.amount)}"
        yield ""
    yield f"{span.last} * Balances by Farthing"
    for (account, _), held in span.balances().items():
        yield f"    {span.parent_name(account)}  {_number(Money(0, held.currency))} =* {_number(held)}"


def _campaign_name(campaign: int, slugs: Mapping[int, str]) -> str:
    return "None" if campaign == NO_CAMPAIGN else f"{campaign}-{slugs[campaign]}"


def _number(amount: Money) -> str:
    """Such as `-12.50 GBP`: without grouping, with as many places as the currency has."""
    return f"{plain_amount(amount)} {amount.currency.code}"


def _quoted(text: str) -> str:
    return _plain(text).replace("\\", "\\\\").replace('"', '\\"')


def _plain(text: str) -> str:
    """One line without a semicolon, which would begin a comment."""
    return " ".join(text.split()).replace(";", ",")
