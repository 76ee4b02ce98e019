"""Where the money is: what each account holds, by currency."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.money import Currency, Money
from ledger.views import VerifiedShare, balances, first_movement, verified_shares

# The accounts that hold money, in the order in which it passes through them.
PLACES = (Account.CLEARING, Account.STRIPE, Account.IN_TRANSIT, Account.BANK, Account.CASH, Account.SUSPENSE)


@dataclass(frozen=True, slots=True)
class CurrencyPlaces:
    """Where the money of one currency is, and how much of it is proved.

    What went to the bank is a sum since `banked_since`, no balance: the books do not see what the bank pays out.
    """

    currency: Currency
    proof: VerifiedShare
    places: tuple[tuple[Account, Money], ...]
    banked_since: date | None


def places(conn: Connection) -> list[CurrencyPlaces]:
    """Where the money is, largest currency first; accounts that never held any are left out."""
    balances_by_account = {account: balances(conn, account) for account in PLACES}
    currencies = []
    for proof in verified_shares(conn):
        of = proof.total.currency
        held = [(account, by_code[of.code]) for account, by_code in balances_by_account.items() if of.code in by_code]
        amounts = tuple((account, Money(minor, of)) for account, minor in held)
        currencies.append(CurrencyPlaces(of, proof, amounts, first_movement(conn, Account.BANK, of)))
    return sorted(currencies, key=lambda places: (-places.proof.total.minor, places.currency.code))
