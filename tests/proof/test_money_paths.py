"""Gross less fees less payouts, followed to zero: what lies elsewhere is named."""

from sqlalchemy import Engine

from database.transactions import reading
from ledger.accounts import Account, Figure
from ledger.money import GBP
from ledger.views import money_paths
from payments.reading.happenings import Category
from tests.proof.books import Desk
from tests.proof.settled_books import everything, line, tell
from treasury.overview.money_trail import money_trail


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

    trail = money_trail(path)
    assert sum(row.amount.minor for row in trail.came) == trail.total.minor == 1842
    assert [(row.words, row.amount.minor, row.address) for row in trail.came] == [
        ("Given", 2500, "/desk/entries?figure=given&currency=GBP"),
        ("Given back", -1000, "/desk/entries?figure=given-back&currency=GBP"),
        ("Fees of Stripe and of disputes", -58, "/desk/entries?figure=fees&currency=GBP"),
        ("Stripe money that is no gift", 700, "/desk/entries?account=other&currency=GBP"),
        ("Held back or released by Stripe", -300, "/desk/entries?account=adjustments&currency=GBP"),
    ]
