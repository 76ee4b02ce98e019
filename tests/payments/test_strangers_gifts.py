"""Another Farthing, or anything else, on the same Stripe account: its gifts are other money, no fault of our books."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.migrating import mark_of
from database.transactions import reading
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.books.views import charges_without_gift
from payments.reading.balance_lines import read_line
from proof.audit import audit_all
from tests.clock import FixedClock
from tests.payments.conftest import LONDON
from tests.payments.messages import charge, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import apply_happenings, posted
from tests.payments.stripe_objects import line
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

OURS, ANOTHERS = "a" * 32, "b" * 32


@pytest.fixture
def books(books: Books) -> Books:
    """Books of an installation with a mark."""
    return Books(books.engine, Bookkeeper(BookRules(DEMO_ORGANISATION, LONDON, "test", OURS)))


def of_gift(n: int, mark: str | None) -> dict[str, object]:
    """A charge that names a gift, by the installation with this mark."""
    metadata = {"gift_id": gift_id(n)} | ({"app": "farthing", "installation": mark} if mark else {})
    return charge(str(n), metadata=metadata, balance_transaction="txn_1", customer=None)


def paid(books: Books, n: int, mark: str | None) -> None:
    """Stripe reports such a charge, and then its line."""
    taken = of_gift(n, mark)
    books.deliver(delivery(event("charge.succeeded", taken, name=f"charge_{n}")))
    apply_happenings(books, *read_line(line(2500, "charge", id=f"txn_{n}", source=taken)))


@pytest.mark.parametrize("mark", [None, ANOTHERS])
def test_a_gift_of_another_system_is_other_money(books: Books, mark: str | None) -> None:
    """By its own mark, or by any UUID that somebody calls gift_id. Nothing waits, and the audit has nothing to say."""
    paid(books, 7, mark)
    assert posted(books) == {"other:txn_7": ("stripe", "other", 2500)}
    with reading(books.engine) as conn:
        assert charges_without_gift(conn, 10) == []
    assert faults(books) == []


@pytest.mark.parametrize("mark", [None, OURS])
def test_a_gift_that_is_kept_here_is_ours(books: Books, mark: str | None) -> None:
    """With our mark, or without one: gifts of versions before have none."""
    books.pledge(1)
    paid(books, 1, mark)
    assert (books.raised(), books.clearing()) == (2500, 0)
    assert faults(books) == []


def test_what_bears_our_mark_and_has_no_gift_is_listed_until_a_treasurer_has_looked(books: Books) -> None:
    """As after the restore of an older backup. It is other money meanwhile; the act is in the log."""
    paid(books, 7, OURS)
    assert posted(books) == {"other:txn_7": ("stripe", "other", 2500)}
    assert faults(books) == ["every charge that names a gift has found it"]
    browser = treasurer(books.engine)
    assert "a gift of ours that is not in this database" in browser.get("/desk").text
    for status in (303, 404):
        answer = browser.post("/desk/charges-without-gift/ch_7", follow_redirects=False)
        assert answer.status_code == status
    assert "a gift of ours that is not in this database" not in browser.get("/desk").text
    assert faults(books) == []


def test_every_database_has_a_mark_of_its_own(engine: Engine) -> None:
    """Made with it, once."""
    assert len(mark_of(engine)) == 32
    assert mark_of(engine) == mark_of(engine)


def faults(books: Books) -> list[str]:
    """What the audit finds wrong; the lines of these tests come without a kept cause."""
    with reading(books.engine) as conn:
        failed = {finding.name for finding in audit_all(conn, FixedClock(NOON)) if finding.has_failed}
    return sorted(failed - {"kept causes"})


def treasurer(engine: Engine) -> TestClient:
    """A treasurer's browser at the desk."""
    app = FastAPI()
    site = pages("test", "http://127.0.0.1")
    app.router.routes += treasury_routes(engine, FixedClock(NOON), site).routes
    install_errors(app, site)
    browser = TestClient(app, base_url="http://127.0.0.1")
    sign_in_as(browser, engine, NOON)
    return browser
