"""The books name the organisation as it is when a receipt is issued, and never again otherwise."""

from dataclasses import replace

from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.transactions import booking, reading
from organisation.organisation import Look, OrganisationProfile
from organisation.store import add_version
from receipts.receipt import ReceiptStyle
from receipts.store import Issued, receipt_of_gift
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import apply_happenings, charged


def receipt(engine: Engine, n: int) -> Issued:
    """The receipt of a gift."""
    with reading(engine) as conn:
        issued = receipt_of_gift(conn, gift_id(n))
    assert issued is not None
    return issued


def test_a_receipt_freezes_the_name_and_look_that_hold_when_it_is_issued(books: Books) -> None:
    """A writer that has run since yesterday reads them in its own transaction; the receipt before stays as it was."""
    for n in (1, 2):
        books.pledge(n)
    apply_happenings(books, charged("1", gift=gift_id(1)))
    before = receipt(books.engine, 1)

    renamed = OrganisationProfile(replace(DEMO_ORGANISATION, name="Renamed"), "en_IE", look=Look("#7a1020"))
    with booking(books.engine) as conn:
        add_version(conn, renamed, "somebody", NOON)
    apply_happenings(books, charged("2", gift=gift_id(2)))

    after = receipt(books.engine, 2).receipt
    assert (after.organisation.name, after.style) == ("Renamed", ReceiptStyle("en_IE", "#7a1020", None, charity=False))
    assert receipt(books.engine, 1) == before
    assert (before.receipt.organisation, before.receipt.style) == (DEMO_ORGANISATION, None)
