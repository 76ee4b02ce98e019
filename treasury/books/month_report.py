"""The report of one month: what stands in it, as JSON that closing the month freezes, and as a digest. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from ledger.accounts import Account
from ledger.entry import NO_CAMPAIGN
from ledger.money import CURRENCIES, Currency, Money
from ledger.period_views import AccountMovement, BankMovement, CampaignMonth, currencies_in

FORMAT = 1


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign's month as the report prints it; the title is the one of the day of the report."""

    title: str
    month: CampaignMonth


@dataclass(frozen=True, slots=True)
class CurrencyReport:
    """A month in one currency: by campaign, in all, what reached the bank, and every account.

    `not_accepted` is money of gifts whose donors were still being checked at the month's end: it was not to be spent.
    """

    currency: Currency
    campaigns: tuple[CampaignLine, ...]
    bank: tuple[BankMovement, ...]
    accounts: tuple[AccountMovement, ...]
    not_accepted: Money

    @property
    def total(self) -> CampaignMonth:
        """All campaigns together."""
        months = [line.month for line in self.campaigns]
        nothing = Money(0, self.currency)
        return CampaignMonth(
            NO_CAMPAIGN,
            sum(month.gifts for month in months),
            sum((month.given for month in months), start=nothing),
            sum((month.given_back for month in months), start=nothing),
            sum((month.fees for month in months), start=nothing),
        )

    @property
    def to_bank(self) -> Money:
        """What reached the bank in all."""
        return sum((movement.amount for movement in self.bank), start=Money(0, self.currency))

    def closing_of(self, account: Account) -> Money:
        """What an account holds at the month's end."""
        held = (movement.closing for movement in self.accounts if movement.account == account)
        return next(held, Money(0, self.currency))

    @property
    def debits(self) -> Money:
        """The month's debits, which equal its credits."""
        return sum((movement.debit for movement in self.accounts), start=Money(0, self.currency))

    @property
    def credits(self) -> Money:
        """The month's credits."""
        return sum((movement.credit for movement in self.accounts), start=Money(0, self.currency))


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The report of a month of one organisation."""

    organisation: str
    month: date
    currencies: tuple[CurrencyReport, ...]


def month_report(
    organisation: str,
    month: date,
    titles: Mapping[int, str],
    figures: tuple[Sequence[AccountMovement], Sequence[CampaignMonth], Sequence[BankMovement]],
    not_accepted: Mapping[str, Money] = MappingProxyType({}),
) -> MonthReport:
    """The report of these figures, the currency with the largest movements first.

    `not_accepted` is what was held at the month's end, by currency.
    """
    accounts, campaigns, bank = figures
    return MonthReport(
        organisation,
        month,
        tuple(
            CurrencyReport(
                of,
                tuple(
                    CampaignLine(titles.get(month.campaign, "No campaign"), month)
                    for month in campaigns
                    if month.given.currency == of
                ),
                tuple(movement for movement in bank if movement.amount.currency == of),
                tuple(movement for movement in accounts if movement.opening.currency == of),
                not_accepted.get(of.code, Money(0, of)),
            )
            for of in currencies_in(accounts)
        ),
    )


def frozen_report(report: MonthReport) -> tuple[str, str]:
    """The report as JSON, the same for the same figures, and its SHA-256."""
    text = json.dumps(_values(report), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def thawed_report(text: str) -> MonthReport:
    """The report that was frozen as this text."""
    values = json.loads(text)
    month = date.fromisoformat(values["month"])
    return MonthReport(values["organisation"], month, tuple(_currency_report(part) for part in values["currencies"]))


def _values(report: MonthReport) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "organisation": report.organisation,
        "month": report.month.isoformat(),
        "currencies": [
            {
                "currency": part.currency.code,
                "campaigns": [
                    [line.title, line.month.campaign, line.month.gifts, *_minor(line.month)] for line in part.campaigns
                ],
                "bank": [[paid.payout, paid.day.isoformat(), paid.amount.minor] for paid in part.bank],
                "accounts": [
                    [row.account.value, row.opening.minor, row.debit.minor, row.credit.minor] for row in part.accounts
                ],
                **({"not_accepted": part.not_accepted.minor} if part.not_accepted else {}),
            }
            for part in report.currencies
        ],
    }


def _minor(month: CampaignMonth) -> tuple[int, int, int]:
    return month.given.minor, month.given_back.minor, month.fees.minor


def _currency_report(values: Mapping[str, Any]) -> CurrencyReport:
    of = CURRENCIES[values["currency"]]
    return CurrencyReport(
        of,
        tuple(
            CampaignLine(title, CampaignMonth(campaign, gifts, *(Money(minor, of) for minor in sums)))
            for title, campaign, gifts, *sums in values["campaigns"]
        ),
        tuple(BankMovement(payout, date.fromisoformat(day), Money(minor, of)) for payout, day, minor in values["bank"]),
        tuple(
            AccountMovement(Account(account), *(Money(minor, of) for minor in sums))
            for account, *sums in values["accounts"]
        ),
        Money(values.get("not_accepted", 0), of),
    )
