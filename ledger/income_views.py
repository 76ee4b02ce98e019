"""What each campaign got in some days: gifts, what went back, fees, what is left. Writes nothing."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import FIGURE_ACCOUNTS, Account, Figure
from ledger.money import CURRENCIES, Currency, Money
from ledger.total_views import kept_totals


@dataclass(frozen=True, slots=True)
class CampaignIncome:
    """What one campaign, or several together, got in some days, in one currency.

    `given` includes `shares`, which are its shares of gifts to its groups. What went back and fees are positive.
    """

    gifts: int
    given: Money
    shares: Money
    given_back: Money
    fees: Money

    @property
    def net(self) -> Money:
        """Given, less what went back, less fees."""
        return self.given - self.given_back - self.fees

    def __add__(self, more: "CampaignIncome") -> "CampaignIncome":
        return CampaignIncome(
            self.gifts + more.gifts, self.given + more.given, self.shares + more.shares,
            self.given_back + more.given_back, self.fees + more.fees,
        )  # fmt: skip


def no_income(of: Currency) -> CampaignIncome:
    """Nothing, in this currency."""
    nothing = Money(0, of)
    return CampaignIncome(0, nothing, nothing, nothing, nothing)


def campaign_incomes(conn: Connection, first: date, last: date) -> dict[tuple[str, int], CampaignIncome]:
    """What each campaign got from the first to the last of these days, by currency and campaign (0: none)."""
    given, given_back, fees = (
        [account.value for account in FIGURE_ACCOUNTS[figure]]
        for figure in (Figure.GIVEN, Figure.GIVEN_BACK, Figure.FEES)
    )
    kept = kept_totals(first, last).c
    income, account = kept.credit_minor - kept.debit_minor, kept.account
    rows = conn.execute(
        sa.select(
            kept.currency,
            kept.campaign_id,
            _sum_where(account == Account.GIFTS.value, kept.credits - kept.debits),
            _sum_where(account.in_(given), income),
            _sum_where(account == Account.SHARES.value, income),
            _sum_where(account.in_(given_back), -income),
            _sum_where(account.in_(fees), -income),
        )
        .where(account.in_([*given, *given_back, *fees]))
        .group_by(kept.currency, kept.campaign_id)
        .order_by(kept.currency, kept.campaign_id)
    )
    return {
        (code, campaign): CampaignIncome(int(count), *(Money(int(minor), CURRENCIES[code]) for minor in sums))
        for code, campaign, count, *sums in rows
    }


def _sum_where(condition: sa.ColumnElement[bool], amount: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, amount), else_=0)), 0)
