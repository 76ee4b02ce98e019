"""A donor who chose it has one statement a year instead of a letter for each instalment."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from database.transactions import reading, writing
from outbox.letters import Letter
from payments.gifts.receipt_choice_store import choose_receipts, receipt_choices
from payments.gifts.receipt_choices import ReceiptChoice, has_statement, letters_on
from payments.gifts.recurring import Interval, ReceiptLetters, Rhythm
from payments.gifts.tables import recurring as recurring_table
from payments.giving.rhythm_form import read_receipt_letters
from payments.own.yearly_statements import posting_statements, years_due
from payments.reading.happenings import InvoicePaid, InvoiceReported
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books
from tests.payments.sample_happenings import add_recurring_gift, apply_happenings, charged
from tests.payments.test_receipt_letters import work
from tests.receipts.samples import PAGES

EACH, YEARLY = ReceiptLetters.EACH, ReceiptLetters.YEARLY
MONTH = timedelta(days=30)
UUID = re.compile(r"[0-9a-f-]{36}")
JUNE = date(2026, 6, 1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the table is guarded on both (tests/database)."""
    return sqlite_url


def chosen(*choices: tuple[ReceiptLetters, int, int, int]) -> list[ReceiptChoice]:
    """Choices, each with its day."""
    return [ReceiptChoice(letters, date(*day)) for letters, *day in choices]


@pytest.mark.parametrize(
    ("choices", "letters", "years"),
    [
        ([], EACH, []),
        (chosen((YEARLY, 2026, 6, 1)), YEARLY, [2026, 2027, 2028]),
        (chosen((YEARLY, 2026, 6, 2)), EACH, [2026, 2027, 2028]),
        (chosen((YEARLY, 2025, 3, 1), (EACH, 2027, 1, 2)), YEARLY, [2025, 2026, 2027]),
        (chosen((YEARLY, 2026, 3, 1), (EACH, 2026, 5, 1)), EACH, [2026]),
        (chosen((YEARLY, 2025, 1, 1), (EACH, 2025, 2, 1), (YEARLY, 2028, 1, 1)), EACH, [2025, 2028]),
    ],
)
def test_what_was_chosen_holds_until_another_choice(
    choices: list[ReceiptChoice], letters: ReceiptLetters, years: list[int]
) -> None:
    """A year in which a statement was chosen on any day has one, so no gift of it goes unmentioned."""
    assert letters_on(choices, JUNE) is letters
    assert [year for year in (2025, 2026, 2027, 2028) if has_statement(choices, year)] == years


@pytest.mark.parametrize(
    ("today", "has_ended", "years"),
    [
        (date(2026, 12, 31), False, []),
        (date(2027, 1, 3), False, []),
        (date(2027, 1, 4), False, [2026]),
        (date(2026, 12, 31), True, [2026]),
        (date(2027, 1, 2), True, [2026, 2027]),
    ],
)
def test_a_statement_is_due_after_its_year_or_when_the_gift_ends(
    today: date, has_ended: bool, years: list[int]
) -> None:
    """What was paid on its last day is reported some days later."""
    received = {2026, today.year}
    assert list(years_due(received, chosen((YEARLY, 2026, 6, 1)), today, has_ended=has_ended)) == years


@pytest.mark.parametrize(
    ("ticked", "rhythm", "letters"),
    [
        ("yes", Rhythm(Interval.MONTH), YEARLY),
        ("", Rhythm(Interval.MONTH), EACH),
        ("yes", Rhythm(Interval.YEAR), EACH),
        ("yes", None, EACH),
    ],
)
def test_the_tick_counts_where_it_spares_letters(ticked: str, rhythm: Rhythm | None, letters: ReceiptLetters) -> None:
    """A gift given once or yearly has one letter a year anyway."""
    assert read_receipt_letters({"yearly_statement": ticked}, rhythm) is letters


def give_monthly(books: Books, months: int) -> str:
    """£10 a month from 21 November on, with one statement a year; returns the recurring gift."""
    books.pledge(amount=1000)
    recurring = add_recurring_gift(books)
    with writing(books.engine) as conn:
        choose_receipts(conn, recurring, YEARLY, "donor", NOON)
    for n in range(1, months + 1):
        paid = replace(charged(str(n), 1000), at=NOON + MONTH * (n - 1))
        reported, invoice_paid = InvoiceReported(f"in_{n}", recurring, n == 1), InvoicePaid(f"in_{n}", f"pi_{n}")
        apply_happenings(books, paid, reported, invoice_paid, now=paid.at)
    return recurring


def end(books: Books, recurring: str) -> None:
    """Stripe says that it has ended."""
    with writing(books.engine) as conn:
        conn.execute(sa.update(recurring_table).where(recurring_table.c.id == recurring).values(state="ended"))


def letters_at(books: Books, now: datetime) -> dict[str, Letter]:
    """Receipts and statements that were posted by then, by their keys; the worker looks twice."""
    chore = posting_statements(books.engine, PAGES, FixedClock(now))
    chore.do()
    chore.do()
    posted = work(books, FixedClock(now))
    return {UUID.sub("…", each.letter.key): each.letter for each in posted}


def test_only_the_first_has_its_letter_and_the_year_its_statement(books: Books) -> None:
    """All are numbered; after the year one letter lists its gifts, once."""
    give_monthly(books, 3)
    before = letters_at(books, datetime(2027, 1, 3, 23, tzinfo=UTC))
    after = letters_at(books, datetime(2027, 1, 4, 9, tzinfo=UTC))

    assert list(before) == ["receipt:2026-000001"]
    assert "You chose one statement a year instead of a letter for each" in before["receipt:2026-000001"].text
    assert "can choose letters again" in before["receipt:2026-000001"].html
    assert list(after) == ["receipt:2026-000001", "statement:…:2026"]
    statement = after["statement:…:2026"]
    assert (statement.to, statement.subject) == (
        "donor1@example.org",
        "Your monthly donations to Save our libraries in 2026",
    )
    assert "21 November 2026: £10.00, Save our libraries, Receipt 2026-000001" in statement.text
    assert "21 December 2026: £10.00, Save our libraries, Receipt 2026-000002" in statement.text
    assert ("Together: £20.00" in statement.text, "£20.00" in statement.html) == (True, True)
    assert "2027-000001" not in statement.text
    assert f"{PAGES.base_url}/giving" in statement.text


def test_a_gift_that_ends_has_its_statement_at_once(books: Books) -> None:
    """It is not sent again after the year."""
    end(books, give_monthly(books, 2))

    assert list(letters_at(books, datetime(2026, 12, 22, tzinfo=UTC))) == ["receipt:2026-000001", "statement:…:2026"]
    assert len(letters_at(books, datetime(2027, 2, 1, tzinfo=UTC))) == 2


def test_a_donor_who_wants_each_letter_has_no_statement(books: Books) -> None:
    """The first letter says that it can be chosen."""
    books.pledge(amount=1000)
    recurring = add_recurring_gift(books)
    paid, invoice = replace(charged("1", 1000), at=NOON), InvoiceReported("in_1", recurring, True)
    apply_happenings(books, paid, invoice, InvoicePaid("in_1", "pi_1"), now=NOON)

    [letter] = letters_at(books, datetime(2027, 2, 1, tzinfo=UTC)).values()
    assert "There you can also choose one statement a year instead of these letters." in letter.text


def test_the_same_choice_twice_is_kept_once(books: Books) -> None:
    """What was chosen before is kept beside what holds."""
    books.pledge()
    recurring = add_recurring_gift(books)
    with writing(books.engine) as conn:
        for n, letters in enumerate((EACH, YEARLY, YEARLY, EACH)):
            choose_receipts(conn, recurring, letters, "donor", NOON + timedelta(days=n))
    with reading(books.engine) as conn:
        kept = receipt_choices(conn, [recurring], ZoneInfo("Europe/London"))

    assert kept == {recurring: chosen((YEARLY, 2026, 11, 22), (EACH, 2026, 11, 24))}
