"""The statement of a year, mailed to donors who chose it instead of a letter for each gift of a recurring gift."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.letters import Letter, letter_was_posted, post_letter
from outbox.worker import Chore
from payments.gifts.receipt_choice_store import receipt_choices
from payments.gifts.receipt_choices import ReceiptChoice, has_statement
from payments.letters.about_recurring import AboutRecurring, about_recurring
from payments.letters.notice import LONGEST_NAME
from payments.own.own_files import YearStatement, statement_of
from payments.own.own_views import gifts_of_recurring
from payments.own.statement_views import recurring_with_statements
from web.language import translated
from web.pages import Pages
from web.typed import clipped

POST_EVERY = timedelta(hours=1)
# What was paid in the last hours of a year is reported in the first of the next, at times days later.
YEAR_IS_COMPLETE_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DueStatement:
    """A statement that is due: of the gifts of one recurring gift in one year."""

    recurring: str
    year: int

    @property
    def key(self) -> str:
        """The cause of its letter."""
        return f"statement:{self.recurring}:{self.year}"


def posting_statements(engine: Engine, pages: Pages, clock: Clock) -> Chore:
    """The worker's chore: posts the statements that are due, each once."""

    def post_statements() -> None:
        now = clock()
        with reading(engine) as conn:
            due = [each for each in due_statements(conn, pages, now) if not letter_was_posted(conn, each.key)]
        for statement in due:
            with reading(engine) as conn:
                about = about_recurring(conn, statement.recurring, pages)
                gifts = gifts_of_recurring(conn, statement.recurring, statement.year)
            if about is None:
                continue
            with about.speaking():
                letter = _statement_letter(about, statement.key, statement_of(statement.year, gifts))
            with writing(engine) as conn:
                post_letter(conn, letter, now)

    return Chore(POST_EVERY, post_statements)


def due_statements(conn: Connection, pages: Pages, now: datetime) -> list[DueStatement]:
    """Every statement of this year and the last that is due, also where it was mailed."""
    zone = pages.wording.zone
    today = now.astimezone(zone).date()
    series = recurring_with_statements(conn, date(today.year - 1, 1, 1))
    choices = receipt_choices(conn, [each.recurring for each in series], zone)
    return [
        DueStatement(each.recurring, year)
        for each in series
        for year in years_due(each.years, choices[each.recurring], today, has_ended=each.has_ended)
    ]


def years_due(
    years: Collection[int], choices: Sequence[ReceiptChoice], today: date, *, has_ended: bool
) -> Sequence[int]:
    """Of the years with gifts those whose statement is due: the year is complete, or nothing more is to come."""
    return [
        year
        for year in sorted(years)
        if has_statement(choices, year) and (has_ended or today >= date(year + 1, 1, 1) + YEAR_IS_COMPLETE_AFTER)
    ]


def _statement_letter(about: AboutRecurring, key: str, statement: YearStatement) -> Letter:
    words, year = about.words, statement.year
    notice = about.notice(
        translated("Your %(kind)s donations to %(campaign)s in %(year)s", year=year, **words),
        translated("Your donations in %(year)s", year=year),
        translated(
            "Thank you for what you have given to %(campaign)s. You chose one statement a year instead of a letter"
            " for each %(kind)s donation. Here is that of %(year)s.",
            year=year,
            **words,
        ),
        translated(
            "Each of them has a receipt. Sign in on your own page with this email address: there are the receipts as"
            " PDFs, and a statement of everything that you gave in %(year)s.",
            year=year,
        ),
        button=about.own_page,
    )
    to = about.addressee
    texts = about.pages.letter("payments/letters/statement", notice=notice, statement=statement, name=to.name)
    return Letter(key, to.email, *texts, to_name=clipped(to.name, LONGEST_NAME))
