"""Each figure of the overview is what a plain model counts from the raw gifts, and closed months never move."""

from dataclasses import replace
from itertools import product

from sqlalchemy.engine import Engine

from database.lists import list_total
from database.transactions import reading
from payments.gifts.given_back_views import went_back_in_all
from payments.gifts.tables import gift
from tests.books.book_databases import BookDatabase
from tests.treasury.overview_reference import reference_figures, shown_figures
from tests.treasury.simulated_year import ZONE, play_year
from treasury.lists.gifts_list import GIFT_LIST

FILTERS = {
    "campaign": ("", "1", "2"),
    "kind": ("", "once", "recurring", "offline"),
    "source": ("", "-", "leaflet", "stall-7"),
    "currency": ("", "GBP"),
    "from": ("", "2026-03-01", "2026-03-09"),
    "to": ("", "2026-06-30", "2026-04-04"),
}


def totals_unlike_their_gifts(engine: Engine) -> list[str]:
    """The filters of the list of gifts whose kept total is not what the gifts themselves add up to."""
    plain, unlike = replace(GIFT_LIST.question, kept_total=None), list[str]()
    with reading(engine) as conn:
        for words in product(*FILTERS.values()):
            query = {name: word for name, word in zip(FILTERS, words, strict=True) if word}
            choice = GIFT_LIST.form.read(query).choice(ZONE)
            if list_total(conn, GIFT_LIST.question, choice) != list_total(conn, plain, choice):
                unlike.append(str(query))
    return unlike


def test_every_figure_is_the_models_after_a_year_at_the_twin(sqlite_books: BookDatabase) -> None:
    """With gifts of each kind, refunds and disputes of months that were closed, ends and failed renewals.

    `./farthing soak year` plays 100,000 gifts.
    """
    sqlite_books.restore(sqlite_books.empty)

    year = play_year(sqlite_books.engine, gifts_a_step=3)
    shown = shown_figures(year)

    assert shown == reference_figures(year)
    assert all(shown[name] for name in ("promised", "income", "sources", "cohorts", "forecast", "ended"))
    assert len(year.frozen) >= 9
    assert year.reports_again() == year.frozen
    assert totals_unlike_their_gifts(sqlite_books.engine) == []
    with reading(sqlite_books.engine) as conn:
        every = GIFT_LIST.form.read({}).choice(ZONE)
        back = list_total(conn, GIFT_LIST.question, every).back
        assert back == went_back_in_all(conn, [gift.c.received_on.is_not(None)], None, gift.c.amount_minor)
        assert back["GBP"] > 0
