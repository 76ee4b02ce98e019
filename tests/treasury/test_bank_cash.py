"""A line of the bank that is cash and cheques which were paid in."""

import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from ledger.money import GBP, Money
from payments.bank.tables import bank_line
from payments.gifts.offline_store import cash_in_hand
from staff.role import Role
from staff.tables import act
from tests.clock import FixedClock
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_bank import BARCLAYS, PATH, save
from tests.treasury.test_lost_gifts import build


@pytest.fixture
def treasurer(engine: Engine, clock: FixedClock, desk: Desk) -> TestClient:
    """Ada."""
    browser = TestClient(build(desk.books.engine, clock, "http://127.0.0.1"), base_url="http://127.0.0.1")
    sign_in_as(browser, engine, clock(), Role.TREASURER)
    return browser


def test_a_line_is_cash_that_was_paid_in(treasurer: TestClient, engine: Engine) -> None:
    """One press books the deposit and says what the line is; never more than is in hand, and never twice."""
    gift = {"means": "cash", "amount": "65", "day": "2026-11-18", "campaign": "1", "name": "Kofi"}
    key = re.findall(r'name="key" value="([^"]*)"', treasurer.get("/desk/offline/new").text)[0]
    treasurer.post("/desk/offline/new", data=gift | {"key": key})
    lines = (",20/11/2026,1,65.00,X,CASH HIGH ST", ",20/11/2026,1,65.01,X,ELSE", ",20/11/2026,1,-5,X,OUT")
    save(treasurer, BARCLAYS + "".join(f"{line}\n" for line in lines))
    with reading(engine) as conn:
        rows = conn.execute(sa.select(bank_line.c.description, bank_line.c.id))
        of = {row.description: f"{PATH}/lines/{row.id}" for row in rows}
    assert "Cash and cheques that we paid in" in treasurer.get(of["CASH HIGH ST"]).text
    assert "Cash and cheques that we paid in" not in treasurer.get(of["ELSE"]).text
    assert treasurer.post(f"{of['ELSE']}/cash").status_code == 422
    treasurer.post(f"{of['OUT']}/cash")

    for _ in range(2):
        treasurer.post(f"{of['CASH HIGH ST']}/cash")

    assert "Cash that was banked" in treasurer.get(of["CASH HIGH ST"]).text
    with reading(engine) as conn:
        assert cash_in_hand(conn, GBP) == Money(0, GBP)
        deposits = conn.scalar(sa.select(sa.func.count()).select_from(act).where(act.c.what == "cash.deposit"))
    assert deposits == 1
    treasurer.post(f"{of['CASH HIGH ST']}/undo")  # the cash stays banked, and is what the line may be
    page = treasurer.get(of["CASH HIGH ST"]).text
    assert ("It is this: Cash and cheques" in page, "that we paid in" in page) == (True, False)
