"""Each figure of the overview is what a plain model counts from the raw gifts, and closed months never move."""

from tests.books.book_databases import BookDatabase
from tests.treasury.overview_reference import reference_figures, shown_figures
from tests.treasury.simulated_year import play_year


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
