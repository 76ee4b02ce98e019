"""Every account of some days, and the trial balance of a day, with the list behind each figure. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.money import Currency, Money
from ledger.period_views import AccountMovement, currencies_in
from treasury.books.linked import LinkedAmount, account_words, entries_address
from treasury.books.spans import BookSpan

ACCOUNTS = "/desk/books/accounts"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An account in some days. Opening and closing are debits less credits; `statement` leads to its statement."""

    account: Account
    statement: str
    opening: LinkedAmount
    debit: Money
    credit: Money
    closing: LinkedAmount


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    """All accounts of one currency in some days. Debits equal credits."""

    currency: Currency
    rows: tuple[LedgerRow, ...]
    debits: Money
    credits: Money


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What an account holds at the end of a day: on the debit side or on the credit side, the other is None."""

    account: Account
    statement: str
    debit: LinkedAmount | None
    credit: LinkedAmount | None


@dataclass(frozen=True, slots=True)
class TrialSheet:
    """The trial balance of one currency. Both sides add up to the same."""

    currency: Currency
    rows: tuple[TrialRow, ...]
    debits: Money
    credits: Money


def statement_address(account: Account, of: Currency, span: BookSpan) -> str:
    """The address of an account's statement."""
    return span.address(f"{ACCOUNTS}/{account.value}", currency=of.code)


def ledger_sheets(movements: Sequence[AccountMovement], span: BookSpan) -> list[LedgerSheet]:
    """A sheet for each currency, the one with the largest movements first."""
    return [_ledger_sheet(of, _in(movements, of), span) for of in currencies_in(movements)]


def trial_sheets(movements: Sequence[AccountMovement], day: date) -> list[TrialSheet]:
    """The balances at the end of this day, by currency; accounts that hold nothing are left out."""
    return [_trial_sheet(of, _in(movements, of), day) for of in currencies_in(movements)]


def _in(movements: Sequence[AccountMovement], of: Currency) -> list[AccountMovement]:
    return [movement for movement in movements if movement.opening.currency == of]


def _ledger_sheet(of: Currency, movements: Sequence[AccountMovement], span: BookSpan) -> LedgerSheet:
    rows = []
    for movement in movements:
        words = account_words(movement.account)
        before = entries_address(of, (None, span.day_before), **words)
        at_the_end = entries_address(of, (None, span.last), **words)
        rows.append(
            LedgerRow(
                movement.account,
                statement_address(movement.account, of, span),
                LinkedAmount(movement.opening, before),
                movement.debit,
                movement.credit,
                LinkedAmount(movement.closing, at_the_end),
            )
        )
    return LedgerSheet(of, tuple(rows), _sum([row.debit for row in rows], of), _sum([row.credit for row in rows], of))


def _trial_sheet(of: Currency, movements: Sequence[AccountMovement], day: date) -> TrialSheet:
    rows = [_trial_row(of, movement, day) for movement in movements if movement.closing]
    sides = ([row.debit for row in rows], [row.credit for row in rows])
    debits, total = (_sum([cell.amount for cell in side if cell], of) for side in sides)
    return TrialSheet(of, tuple(rows), debits, total)


def _trial_row(of: Currency, movement: AccountMovement, day: date) -> TrialRow:
    held, account = movement.closing, movement.account
    address = entries_address(of, (None, day), **account_words(account))
    amount = LinkedAmount(held if held.minor > 0 else -held, address)
    statement = statement_address(account, of, BookSpan(date(day.year, 1, 1), day))
    return TrialRow(account, statement, amount if held.minor > 0 else None, None if held.minor > 0 else amount)


def _sum(amounts: Sequence[Money], of: Currency) -> Money:
    return sum(amounts, start=Money(0, of))
