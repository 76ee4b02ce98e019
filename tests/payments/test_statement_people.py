"""Whose a statement is: of two donors who are one person, of nobody known, of one who was erased."""

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading, writing
from donors.donor import NO_ADDRESS, NOBODY
from donors.erasure_store import erase_details
from donors.merge_store import merge_donors, merges_of_person, undo_merge
from donors.tables import donor
from payments.letters.document_letters import document_letter
from payments.statements.reissuing import reissue_statement
from payments.statements.views import numbers_of_span
from receipts.document_store import document_by_number
from receipts.statement import GiftStatement
from receipts.void_store import AlreadyVoid, Reissue
from tests.payments.organisation_books import NOON, Books
from tests.payments.test_statements import ISSUER, YEAR, give, make
from tests.receipts.samples import PAGES


def test_two_donors_who_are_one_person_have_one_statement(books: Books) -> None:
    """As they are kept."""
    give(books, 1, 2, 3)
    donors = [str(books.gift(n).donor_id) for n in (1, 2)]
    with writing(books.engine) as conn:
        merge_donors(conn, donors[0], donors[1], "treasurer", NOON)

    assert sorted(len(statement.gifts) for statement in make(books)) == [1, 2]


def join(books: Books, *numbers: int) -> list[str]:
    """The donors of two gifts are found to be one person: the second is read as a part of the first."""
    kept, merged = (str(books.gift(n).donor_id) for n in numbers)
    with writing(books.engine) as conn:
        merge_donors(conn, merged, kept, "treasurer", NOON)
    return [kept, merged]


def reissue(books: Books, number: str) -> str:
    """Another statement takes the place of this one."""
    with booking(books.engine) as conn:
        issued = document_by_number(conn, number)
        assert issued is not None
        put_right = Reissue("Zoë Ünal", (), "Her name.", "ada", ISSUER.verify_base)
        return reissue_statement(conn, issued, put_right, ISSUER.profile, today=NOON.date(), now=NOON)


def void_of(books: Books, number: str) -> str | None:
    """What took the place of a statement; None while it holds."""
    with reading(books.engine) as conn:
        issued = document_by_number(conn, number)
    assert issued is not None
    return issued.void.replaced_by if issued.void else None


@pytest.mark.parametrize("which", [1, 2])
def test_issued_anew_after_two_donors_were_joined_it_takes_the_place_of_both(books: Books, which: int) -> None:
    """Whichever of the two it was: no gift is confirmed twice, and it is the donor's who is kept."""
    give(books, 1, 2)
    numbers = {each.donor_name: each.number for each in make(books)}
    kept, _merged = join(books, 1, 2)

    new = reissue(books, numbers[f"Donor {which}"])

    with reading(books.engine) as conn:
        assert list(numbers_of_span(conn, YEAR)) == [new]
        issued = document_by_number(conn, new)
    assert issued is not None
    assert (issued.donor_id, issued.subject) == (kept, YEAR.subject(kept))
    assert [void_of(books, number) for number in numbers.values()] == [new, new]
    assert isinstance(issued.document, GiftStatement)
    assert (len(issued.document.gifts), issued.document.replaces) == (2, "ST2026-000001, ST2026-000002")
    assert [each.number for each in make(books)] == [new]
    with pytest.raises(AlreadyVoid):
        reissue(books, "ST2026-000001")


def test_made_after_two_donors_were_joined_it_takes_the_place_of_the_other_s(books: Books) -> None:
    """Only the one who is now a part of the other had one; read apart again, they have one of their own again."""
    give(books, 2)
    [of_other] = [each.number for each in make(books)]
    give(books, 1)
    join(books, 1, 2)

    [statement] = make(books)
    assert (len(statement.gifts), statement.replaces, void_of(books, of_other)) == (2, of_other, statement.number)
    with writing(books.engine) as conn:
        [merge] = merges_of_person(conn, [str(books.gift(2).donor_id)])
        undo_merge(conn, merge.id, "treasurer", NOON)
    assert [len(each.gifts) for each in make(books)] == [2, 1]


def test_nobody_and_who_was_erased_have_no_statement(books: Books) -> None:
    """One stands for all of whom nothing is known; of the other nothing is to be known. No address, no letter."""
    give(books, 1, 2, 3)
    with writing(books.engine) as conn:
        erase_details(conn, [str(books.gift(1).donor_id)])
        for n, email in ((2, NOBODY), (3, f"x@{NO_ADDRESS}")):
            values = {"email": email, "email_key": email}
            conn.execute(sa.update(donor).where(donor.c.id == books.gift(n).donor_id).values(values))

    [statement] = make(books)
    assert statement.donor_name == "Donor 3"
    with reading(books.engine) as conn:
        issued = document_by_number(conn, statement.number)
        assert issued is not None
        assert document_letter(conn, PAGES, issued) is None
