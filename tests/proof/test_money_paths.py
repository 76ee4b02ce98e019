"""Gross less fees less payouts, followed to zero: what lies elsewhere is named."""

from sqlalchemy import Engine

from database.transactions import reading
from ledger.accounts import Account, Figure
from ledger.money import GBP
from ledger.views import money_paths
from payments.reading.happenings import Category
from tests.proof.books import Desk
from tests.proof.settled_books import everything, line, tell


def test_every_penny_is_somewhere(desk: Desk, engine: Engine) -> None:
    """£25 less 58p and £10 back is at the bank; a reserve of £3 and a ticket of £7 are neither gifts nor fees."""
    everything(desk)
    tell(
        desk, line("txn_held", Category.ADJUSTMENT, -300, "txn_held"), line("txn_shop", Category.OTHER, 700, "txn_shop")
    )
    with reading(engine) as conn:
        [path] = money_paths(conn)

    minor = {what: amount.minor for part in (path.figures, path.others, path.held) for what, amount in part.items()}
    assert path.currency == GBP
    assert minor == {
        Figure.GIVEN: -2500, Figure.GIVEN_BACK: 1000, Figure.FEES: 58,
        Account.ADJUSTMENTS: 300, Account.OTHER: -700, Account.STRIPE: 400, Account.BANK: 1442,
    }  # fmt: skip
    assert sum(minor.values()) == 0
