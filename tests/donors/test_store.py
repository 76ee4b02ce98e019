"""A donor is one for each address, and every gift names its donor."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from database.transactions import reading, writing
from donors.store import donor_by_id, donor_of_address, find_or_add_donor, language_of_donor
from donors.tables import donor as donor_table
from tests.ledger.samples import NOON
from tests.payments.organisation_books import Books, gift_id
from web.language import speaking


def test_two_spellings_of_an_address_are_one_donor(engine: Engine) -> None:
    """As the first wrote it; the second adds nobody."""
    with writing(engine) as conn:
        first = find_or_add_donor(conn, "Zoë", "Zoe@Example.org", NOON)
        second = find_or_add_donor(conn, "Z. Ünal", " zoe@example.ORG", NOON)

    assert (second, first.email) == (first, "Zoe@Example.org")
    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(donor_table)) == 1
        assert donor_by_id(conn, first.id) == first == donor_of_address(conn, "zoe@example.org")


def test_letters_are_in_the_language_of_the_last_form(engine: Engine) -> None:
    """What comes without a form, such as an instalment, changes nothing."""
    known = []
    with writing(engine) as conn:
        for code in ("en", "cy"):
            with speaking(code):
                known.append(find_or_add_donor(conn, "Zoë", "zoe@example.org", NOON).language)
        donor = find_or_add_donor(conn, "Zoë", "zoe@example.org", NOON)

        assert (known, language_of_donor(conn, donor.id), language_of_donor(conn, None)) == (["en", "cy"], "cy", "")


def test_nobody_is_found_by_an_address_that_nobody_used(engine: Engine) -> None:
    """And by no id either."""
    with reading(engine) as conn:
        assert (donor_of_address(conn, "ada@example.org"), donor_by_id(conn, "none")) == (None, None)


def test_gifts_of_one_address_have_one_donor(books: Books) -> None:
    """What each was typed with stays with the gift."""
    books.pledge(1)
    books.pledge(2)
    with reading(books.engine) as conn:
        first, second = (donor_of_address(conn, f"donor{n}@example.org") for n in (1, 2))

    assert first is not None
    assert second is not None
    assert (books.gift(1).donor_id, books.gift(2).donor_id) == (first.id, second.id)
    assert books.gift(1).donor.name == "Donor 1"


def test_a_gift_without_a_donor_is_refused_by_the_database(books: Books) -> None:
    """Whoever writes it."""
    books.pledge(1)
    columns = "state, currency, amount_minor, donor_name, donor_email, message, created_at, attempts, attempted_at"
    copied = f"SELECT 'x', {columns}, 'y' FROM gift WHERE id = '{gift_id(1)}'"  # noqa: S608 - our own names
    with pytest.raises(IntegrityError, match="names no donor"), writing(books.engine) as conn:
        conn.exec_driver_sql(f"INSERT INTO gift (id, {columns}, return_token) {copied}")
