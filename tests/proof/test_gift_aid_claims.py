"""The audit finds a gift that is claimed without right, however it came into the database."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from database.transactions import booking, reading
from ledger.finding import Finding, Status
from payments.gift_aid.claim import Claimant
from payments.gift_aid.claim_store import make_claim
from payments.gift_aid.claim_views import claimable_now
from payments.gift_aid.declaration_store import add_gift_aid_declaration
from payments.gift_aid.tables import gift_aid_claim, gift_aid_line
from proof.audit import audit_all
from tests.engines import ON_SQLITE
from tests.payments.gift_aid.samples import DECLARED, NOON, TODAY
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk

LATER = {"number": 3, "made_at": NOON, "made_on": TODAY, "who": "x", "charity": "x", "reference": "x"}
Sabotage = Callable[[Connection], object]


def finding(engine: Engine) -> Finding:
    """What the audit says of claims."""
    with reading(engine) as conn:
        return next(found for found in audit_all(conn, lambda: NOON) if found.name == "gift aid claims")


@pytest.fixture
def claimed(desk: Desk, engine: Engine) -> Engine:
    """Two donors who declared, of whom the first has given twice, and one claim."""
    for n, donor in ((1, 1), (2, 1), (3, 3)):
        desk.books.pledge(n, email=f"donor{donor}@example.org")
    desk.give(1, 2500)
    desk.give(3, 1000)
    with booking(engine) as conn:
        for n in (1, 3):
            donor_id = desk.books.gift(n).donor_id
            assert donor_id is not None
            declared = replace(DECLARED, id=f"declared-{n}", donor_id=donor_id, gift_id=gift_id(n))
            add_gift_aid_declaration(conn, declared)
    with booking(engine) as conn:
        make_claim(conn, claimable_now(conn, TODAY), Claimant("Libraries for all", "AB12345"), "treasurer", NOON)
    return engine


def test_claims_are_right(claimed: Engine) -> None:
    """On both databases."""
    found = finding(claimed)
    assert (found.status, found.figures) == (Status.PASSED, {"claims": 1, "gifts": 2, "wrong": 0})


LINE, FIRST = sa.update(gift_aid_line), gift_aid_line.c.gift_id == gift_id(1)


@ON_SQLITE
@pytest.mark.parametrize(
    "change",
    [
        lambda conn: conn.execute(LINE.where(FIRST).values(amount_minor=2501)),
        lambda conn: conn.execute(LINE.where(FIRST).values(declaration_id="declared-3")),
        lambda conn: conn.execute(LINE.where(FIRST).values(given_on=TODAY.replace(year=2020))),
        lambda conn: conn.execute(LINE.where(FIRST).values(holds_of=None, gift_id=gift_id(3))),
        lambda conn: conn.execute(sa.insert(gift_aid_claim).values(LATER)),
    ],
    ids=["more than came", "another's declaration", "another day", "twice", "a number left out"],
)
def test_what_is_claimed_without_right_is_found(claimed: Engine, change: Sabotage) -> None:
    """With the guard taken away and the row changed by hand."""
    with claimed.connect() as raw:
        raw.exec_driver_sql("DROP TRIGGER gift_aid_line_frozen")
        change(raw)
        raw.commit()
    assert finding(claimed).has_failed
