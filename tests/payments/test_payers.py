"""A gift of two taps has no typed name: it takes the name of the wallet that paid it, and nothing public does."""

from typing import Any

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading, writing
from donors.tables import donor, donor_word
from donors.word_store import donors_called
from ledger.tables import entry
from payments.erasing.jobs import erase_person
from payments.gifts.details_store import name_giver
from payments.gifts.store import gift as gift_by_id
from payments.gifts.tables import gift as gift_table
from payments.gifts.wall_views import wall_entries
from receipts.store import receipt_of_gift
from tests.payments.messages import charged, completed
from tests.payments.organisation_books import NOON, Books, gift_id

WALLET: dict[str, Any] = {"billing_details": {"name": "Ada Lovelace", "email": "ada@example.org"}}
EMAIL = "ada@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What receiving asks of the database is asked of both elsewhere."""
    return sqlite_url


def pledge(books: Books, name: str = "", n: int = 1) -> None:
    """A form without a name, or with one."""
    books.pledge(n, email=EMAIL)
    with writing(books.engine) as conn:
        conn.execute(sa.update(gift_table).where(gift_table.c.id == gift_id(n)).values(donor_name=name))


def names(books: Books) -> tuple[str, str]:
    """On the gift, and on its receipt."""
    with reading(books.engine) as conn:
        gift, issued = gift_by_id(conn, gift_id(1)), receipt_of_gift(conn, gift_id(1))
        assert gift is not None
        assert issued is not None
        return gift.donor.name, issued.receipt.donor_name


@pytest.mark.parametrize("is_charge_first", [True, False])
def test_the_wallets_name_stands_on_gift_and_receipt_in_any_order(books: Books, *, is_charge_first: bool) -> None:
    """And when both come twice."""
    pledge(books)
    messages = [charged(gift=gift_id(1), **WALLET), completed(gift=gift_id(1))]
    for message in (messages if is_charge_first else messages[::-1]) * 2:
        books.deliver(message)
    assert names(books) == ("Ada Lovelace", "Ada Lovelace")


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_a_charge_that_does_not_name_its_gift_names_nobody(books: Books, *, is_one_batch: bool) -> None:
    """It may wait for its session without its name: then it must not matter whether it waited."""
    pledge(books)
    messages = [charged(**WALLET), completed(gift=gift_id(1))]
    for batch in [messages] if is_one_batch else [[message] for message in messages]:
        books.deliver(*batch)
    assert names(books) == ("", "")


def test_a_typed_name_stays_and_none_at_all_is_none(books: Books) -> None:
    """The form's word goes first; without either the receipt says what it said before."""
    pledge(books, "A. King")
    books.deliver(charged(gift=gift_id(1), **WALLET))
    assert names(books) == ("A. King", "A. King")
    pledge(books, n=2)
    books.deliver(charged("2", gift=gift_id(2)))
    with reading(books.engine) as conn:
        issued = receipt_of_gift(conn, gift_id(2))
    assert issued is not None
    assert issued.receipt.donor_name == ""


def test_it_is_on_no_wall_and_not_in_the_books(books: Books) -> None:
    """Nobody agreed to be shown."""
    pledge(books)
    books.deliver(charged(gift=gift_id(1), **WALLET))
    with reading(books.engine) as conn:
        assert wall_entries(conn, (1,), 50, 0, ()) == []
        assert "Lovelace" not in str(conn.execute(sa.select(entry)).all())


def test_an_erased_donor_is_not_named_again(books: Books) -> None:
    """Not by a payment that comes afterwards, and what was kept goes with the others."""
    pledge(books)
    pledge(books, n=2)
    books.deliver(charged(gift=gift_id(1), **WALLET))
    with booking(books.engine) as conn:
        [donor_id] = conn.scalars(sa.select(donor.c.id).where(donor.c.email == EMAIL))
        erase_person(conn, [donor_id], [EMAIL], lambda: NOON)
    books.deliver(charged("2", gift=gift_id(2), **WALLET))
    with reading(books.engine) as conn:
        assert "Lovelace" not in str(conn.execute(sa.select(gift_table)).all())
        assert conn.scalars(sa.select(donor_word.c.word)).all() == []


def test_a_giver_who_is_named_later_is_found_by_that_name(books: Books) -> None:
    """As by one that they typed at once; of a gift that had a name already nothing changes."""
    pledge(books)
    pledge(books, "A. King", n=2)
    with writing(books.engine) as conn:
        name_giver(conn, [gift_id(1), gift_id(2)], "\u0141ukasz Lovelace")
    with reading(books.engine) as conn:
        [donor_id] = conn.scalars(sa.select(donor.c.id).where(donor.c.email == EMAIL))
        assert conn.scalars(donors_called(conn, "lukasz love")).all() == [donor_id]
