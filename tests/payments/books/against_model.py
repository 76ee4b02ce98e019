"""Where books in memory differ from the reference model."""

from collections.abc import Mapping
from typing import Any

from ledger.accounts import Account
from tests.books.model import Model
from tests.payments.books.memory import MemoryBooks


def differences(books: MemoryBooks, model: Model, second_payments: int = 0) -> list[str]:
    """A line for each figure that is not the model's; none when every penny agrees."""
    pairs: dict[str, tuple[Mapping[Any, int], Mapping[Any, int]]] = {
        "balance": (books.balances(), model.balances),
        "clearing": (books.by_subject(Account.CLEARING), model.clearing),
        "in transit": (books.by_subject(Account.IN_TRANSIT), model.in_transit),
        "raised": (_raised(books), model.raised()),
        "gifts received": ({"all": len(books.received)}, {"all": len(model.gifts) - second_payments}),
        "receipts": ({"all": len(books.receipts)}, {"all": len(books.received)}),
    }
    waiting = [f"{fact} of {payment} waits" for payment, fact in books.waiting if payment in model.gifts]
    return waiting + [
        f"{what} {key}: {ours.get(key, 0)}, should be {theirs.get(key, 0)}"
        for what, (ours, theirs) in pairs.items()
        for key in sorted(ours.keys() | theirs.keys(), key=str)
        if ours.get(key, 0) != theirs.get(key, 0)
    ]


def _raised(books: MemoryBooks) -> dict[tuple[int, str], int]:
    """What each campaign has raised, by currency."""
    raised: dict[tuple[int, str], int] = {}
    for (account, code, campaign), minor in books.balances().items():
        if account in (Account.GIFTS, Account.REFUNDS, Account.DISPUTE_LOSSES):
            raised[campaign, code] = raised.get((campaign, code), 0) - minor
    return raised
