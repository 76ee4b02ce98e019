"""A gift with an open check, and people at the desk, for tests of the check desk."""

import re
from dataclasses import dataclass
from datetime import date

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from compliance.check import Check
from compliance.due_checks import due_checks
from compliance.regime import Regime, RegimePeriod
from compliance.regulated_gift import RegulatedGift
from compliance.store import checks_of, open_checks
from compliance.thresholds import shipped_rules
from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts.store import gift as gift_by_id
from staff.role import Role
from tests.clock import FixedClock
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.treasury.test_lost_gifts import build

BASE_URL = "http://127.0.0.1"
PARTY = [RegimePeriod(Regime.PARTY, date(2001, 2, 16))]
COMPANY = {"kind": "company", "fact-name": "Mill Ltd", "fact-address": "1 Mill Lane, Leeds", "fact-number": "01234567"}
FOUND = {"register": "Companies House", "as_of": "2026-11-21", "reference": "01234567", "result": "found", "note": ""}
PDF = b"%PDF-1.7\nwhat Companies House shows"


@dataclass
class CheckedDesk:
    """A browser at the desk before the check of gift 1, which was received on 21 November 2026."""

    browser: TestClient
    engine: Engine
    clock: FixedClock
    path: str = f"/desk/checks/{gift_id(1)}"
    gift_id: str = gift_id(1)

    @property
    def check(self) -> Check:
        """The check as it is kept."""
        with reading(self.engine) as conn:
            [check] = checks_of(conn, [self.gift_id])
        return check

    def signs_in(self, role: Role, email: str = "ada@example.org") -> None:
        """Somebody else takes the chair."""
        sign_in_as(self.browser, self.engine, self.clock(), role, email)

    def sends(self, step: str, typed: dict[str, str], seen: int | None = None, file: bytes = b"") -> Response:
        """Send the form of a step, as it stands on a page that shows all steps so far."""
        fields = {"seen": str(len(self.check.steps) if seen is None else seen), **typed}
        files = {"file": ("evidence", file)} if step == "lookup" else None
        answer: Response = self.browser.post(f"{self.path}/{step}", data=fields, files=files)
        return answer

    def is_ready(self) -> None:
        """Record the donor and a lookup that found them."""
        assert self.sends("donor", COMPANY).status_code == 303
        assert self.sends("lookup", FOUND).status_code == 303

    def page(self, part: str = "") -> str:
        """What can be read on a page of the check."""
        answer = self.browser.get(self.path + part)
        assert answer.status_code == 200, answer.text
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def open_check(engine: Engine, identity: str = gift_id(1), received_on: date = date(2026, 11, 21)) -> None:
    """Open the check of a gift that is in the books."""
    with writing(engine) as conn:
        gift = gift_by_id(conn, identity)
        assert gift is not None
        assert gift.donor_id is not None
        regulated = RegulatedGift(gift.id, gift.donor_id, Money(gift.amount.minor, GBP), received_on)
        open_checks(conn, due_checks([regulated], [], PARTY, shipped_rules()), received_on)


def checked_desk(desk: Desk, clock: FixedClock) -> CheckedDesk:
    """A treasurer before the open check of a gift of £600."""
    desk.give(1, 60000)
    engine = desk.books.engine
    open_check(engine)
    browser = TestClient(build(engine, clock, BASE_URL), base_url=BASE_URL, follow_redirects=False)
    sign_in_as(browser, engine, clock(), Role.TREASURER)
    return CheckedDesk(browser, engine, clock)
