"""An auditor walks from a line of a filed report to the bank's own line, and back, by links alone."""

import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from payments.reading.happenings import Category
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import line, pay_out, tell
from tests.staff.signing_in import sign_in_as
from tests.treasury.check_desk import FOUND, PDF
from tests.treasury.political_desk import BASE_URL, QUARTER, political_desk
from tests.treasury.test_bank import BARCLAYS, save
from tests.treasury.test_lost_gifts import build

DONOR = {"kind": "company", "fact-name": "Mill Ltd", "fact-address": "1 Mill Lane", "fact-number": "01234567"}
STATEMENT = BARCLAYS + ",21/11/2026,20-00-00 12345678,11999.42,FT,STRIPE PAYMENTS UK\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Links are no matter of the database."""
    return sqlite_url


@pytest.fixture
def clock() -> FixedClock:
    """The day after the gift; the report is filed in January."""
    return FixedClock(datetime(2026, 11, 22, 9, tzinfo=UTC))


def links(page: str) -> list[str]:
    """Where a page's links lead."""
    return re.findall(r'href="(/desk/[^"#?]*)', page)


def follow(auditor: TestClient, page: str, pattern: str) -> str:
    """The page behind the first link of this form that stands on the page."""
    place = next(address for address in links(page) if re.fullmatch(pattern, address))
    answer = auditor.get(place)
    assert answer.status_code == 200, place
    return str(answer.text)


def file_report(engine: Engine, clock: FixedClock, desk: Desk) -> str:
    """A gift of £12,000 is checked with evidence and accepted, paid out and proved by the bank, and reported."""
    party = political_desk(engine, clock, desk)
    owner = TestClient(build(engine, clock, BASE_URL), base_url=BASE_URL, follow_redirects=False)
    sign_in_as(owner, engine, clock(), Role.OWNER, "owner@example.org")
    check = f"/desk/checks/{party.check(1, 1_200_000)}"
    steps = (("donor", DONOR, None), ("lookup", FOUND, {"file": ("evidence", PDF)}), ("accept", {"note": ""}, None))
    for number, (step, typed, files) in enumerate(steps):
        answer = owner.post(f"{check}/{step}", data={"seen": str(number), **typed}, files=files)
        assert answer.status_code == 303, answer.text
    tell(desk, line("txn_1", Category.PAYMENT, 1_200_000, "pi_1", "pi_1", 58))
    pay_out(desk, "po_1", 1_199_942, ["txn_1"])
    save(owner, STATEMENT)
    clock.now = datetime(2027, 1, 10, 9, tzinfo=UTC)
    sign_in_as(owner, engine, clock(), Role.OWNER, "owner@example.org")
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{64})"', owner.get(QUARTER).text)
    assert owner.post(f"{QUARTER}/file", data={"seen": seen, "signature": "Grace Hopper"}).status_code == 303
    return check


def test_a_line_of_a_filed_report_leads_to_the_bank_and_back(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """Report, check, evidence, gift with its charge, payout, bank line; then payout, gift, check and report again."""
    check, gift, version = file_report(engine, clock, desk), f"/desk/gifts/{gift_id(1)}", f"{QUARTER}/versions/1"
    auditor = TestClient(build(engine, clock, BASE_URL, "gb_party"), base_url=BASE_URL)
    sign_in_as(auditor, engine, clock(), Role.AUDITOR, "audit@example.org")
    page = auditor.get("/desk").text
    for place in ("/desk/reports", QUARTER, version):
        page = follow(auditor, page, place)
    report = page
    assert all(words in report for words in ("Mill Ltd", "£12,000.00", "Grace Hopper"))

    of_check = follow(auditor, report, check)
    [evidence] = {address for address in links(of_check) if "/evidence/" in address}
    assert auditor.get(evidence).content == PDF
    of_gift = follow(auditor, of_check, gift)
    assert "ch_1" in of_gift
    bank_line = follow(auditor, follow(auditor, of_gift, "/desk/payouts/po_1"), "/desk/bank/lines/[^/]+")
    assert "£11,999.42" in bank_line

    page = bank_line
    for place in ("/desk/payouts/po_1", gift, check, version):
        page = follow(auditor, page, place)
    assert page == report
