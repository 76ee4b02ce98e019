"""An auditor walks from a line of a filed report to its check, evidence, gift, payout and bank line, and back."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from payments.reading.happenings import Category
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import line, pay_out, tell
from tests.treasury.check_desk import COMPANY, FOUND, PDF, CheckedDesk
from tests.treasury.political_desk import QUARTER, political_desk
from tests.treasury.test_bank import BARCLAYS, save

PAID = ",21/11/2026,20-00-00 12345678,11830.00,FT,STRIPE PAYMENTS UK\n"
VERSION = f"{QUARTER}/versions/1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Where links lead is no matter of the database."""
    return sqlite_url


@pytest.fixture
def auditor(desk: Desk, clock: FixedClock) -> TestClient:
    """An auditor in January, when £12,000 was checked, accepted, paid out, found at the bank, and reported."""
    party = political_desk(desk.books.engine, clock, desk)
    party.check(1, 1_200_000)
    tell(desk, line("txn_1", Category.PAYMENT, 1_200_000, "pi_1", "pi_1", 17_000))
    pay_out(desk, "po_1", 1_183_000, ["txn_1"])
    treasurer = party.visit()
    checked = CheckedDesk(treasurer, desk.books.engine, clock)
    for step, typed in (("donor", COMPANY), ("lookup", FOUND), ("accept", {"note": ""})):
        assert checked.sends(step, typed, file=PDF).status_code == 303
    save(treasurer, BARCLAYS + PAID)
    clock.advance(timedelta(days=50))
    treasurer = party.visit()
    [digest] = re.findall(r'name="seen" value="([0-9a-f]{64})"', treasurer.get(QUARTER).text)
    filed = treasurer.post(f"{QUARTER}/file", data={"seen": digest, "signature": "Grace Hopper"})
    assert filed.headers["location"] == VERSION
    return party.visit(Role.AUDITOR)


def follow(auditor: TestClient, page: str, to: str) -> str:
    """The page that a link on this page leads to: the only address there that fits."""
    [address] = {address for address in re.findall(r'href="([^"]+)"', page) if re.fullmatch(to, address)}
    answer = auditor.get(address)
    assert answer.status_code == 200, address
    return str(answer.text)


def test_every_fact_leads_to_the_next_and_back(auditor: TestClient) -> None:
    """By the links on the pages alone; nothing is offered that an auditor may not do."""
    check, gift = f"/desk/checks/{gift_id(1)}", f"/desk/gifts/{gift_id(1)}"
    bank_line = r"/desk/bank/lines/[0-9a-f-]{36}"

    report = follow(auditor, auditor.get("/desk/reports").text, QUARTER)
    filed = follow(auditor, report, VERSION)
    checked = follow(auditor, filed, check)
    assert follow(auditor, checked, rf"{check}/evidence/[0-9a-f]{{64}}").encode() == PDF
    given = follow(auditor, checked, gift)
    assert ("Charged: Visa ending 4242" in given, f"{gift}/refund" in given) == (True, False)
    payout = follow(auditor, given, "/desk/payouts/po_1")
    at_the_bank = follow(auditor, payout, bank_line)
    assert "STRIPE PAYMENTS UK" in at_the_bank
    assert at_the_bank == follow(auditor, given, bank_line)

    payout = follow(auditor, at_the_bank, "/desk/payouts/po_1")
    given = follow(auditor, payout, gift)
    checked = follow(auditor, given, check)
    assert "Grace Hopper" in follow(auditor, checked, VERSION)
    assert "Accepted on 21 November 2026 by Treasurer" in " ".join(re.sub(r"<[^>]+>", " ", checked).split())
