"""A figure of the books, and the address of the list that adds up to it. Pure."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from ledger.accounts import Account, Figure
from ledger.money import Currency, Money

ENTRIES = "/desk/entries"


@dataclass(frozen=True, slots=True)
class LinkedAmount:
    """An amount, and the address of the list whose total it is."""

    amount: Money
    address: str


def entries_address(of: Currency, days: tuple[date | None, date], **words: str) -> str:
    """The address of the entries of one currency, from the first (None: the oldest) to the last of these days."""
    first, last = days
    query = {**words, "currency": of.code, "from": str(first or ""), "to": str(last)}
    return f"{ENTRIES}?{urlencode({name: word for name, word in query.items() if word})}"


def account_words(account: Account) -> dict[str, str]:
    """What such an address says of an account."""
    return {"account": account.value}


def figure_words(figure: Figure, campaign: int, *, with_groups: bool = False) -> dict[str, str]:
    """What such an address says of a campaign's figure."""
    return {"figure": figure.value, "campaign": str(campaign)} | ({"groups": "with"} if with_groups else {})
