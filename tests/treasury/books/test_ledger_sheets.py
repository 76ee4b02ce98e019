"""Trial balance and general ledger: each figure is the sum of the list that it links to."""

from datetime import date

from sqlalchemy import Engine

from database.transactions import reading
from ledger.accounts import Account
from ledger.money import GBP, Currency, Money
from ledger.period_views import account_movements
from tests.ledger.samples import folded
from tests.proof.books import Desk
from tests.treasury.books.simulated_books import FIRST, post_simulated, require_sums
from treasury.books.ledger_sheets import ledger_sheets, trial_sheets
from treasury.books.linked import LinkedAmount
from treasury.books.spans import BookSpan

SPANS = [
    BookSpan(date(2026, 10, 1), date(2026, 10, 31)),
    BookSpan(date(2026, 9, 1), date(2026, 12, 31)),
    BookSpan(date(2026, 10, 14), date(2026, 10, 14)),
    BookSpan(date(2025, 1, 1), date(2025, 12, 31)),
]


def test_every_figure_of_the_ledger_is_the_sum_of_its_list(desk: Desk, engine: Engine) -> None:
    """Of any period and any day; debits equal credits; the closing is the trial balance of the last day."""
    history = post_simulated(engine)
    with reading(engine) as conn:
        for span in SPANS:
            movements = account_movements(conn, span.first, span.last)
            sheets, balances = ledger_sheets(movements, span), trial_sheets(movements, span.last)
            closings = dict[tuple[Currency, Account], Money]()
            for sheet in sheets:
                assert sheet.debits == sheet.credits
                require_sums(conn, [row.opening for row in sheet.rows] + [row.closing for row in sheet.rows])
                closings |= {
                    (sheet.currency, row.account): row.closing.amount for row in sheet.rows if row.closing.amount
                }
            held = dict[tuple[Currency, Account], Money]()
            for balance in balances:
                assert balance.debits == balance.credits
                cells = [cell for row in balance.rows for cell in (row.debit, row.credit) if cell]
                assert all(cell.amount.minor > 0 for cell in cells)
                held |= {(balance.currency, row.account): signed(row.debit, row.credit) for row in balance.rows}
            assert held == closings
        expected = folded(history)
        debits = sum(row[0] for key, row in expected.items() if key[1] == "GBP")
        assert ledger_sheets(account_movements(conn, FIRST, date(2026, 12, 31)), SPANS[1])[0].debits.minor == debits


def signed(debit: LinkedAmount | None, credit: LinkedAmount | None) -> Money:
    """A balance as debits less credits."""
    assert (debit is None) != (credit is None)
    return debit.amount if debit else -credit.amount if credit else Money(0, GBP)
