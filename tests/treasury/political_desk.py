"""A party's desk with gifts whose donors are checked, for the tests of reports and rules."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from compliance.check_steps import Acceptance, CheckStep, NamedPerson, ReturnProof
from compliance.donor_types import DonorType
from compliance.due_checks import due_checks
from compliance.regime import Regime, RegimePeriod
from compliance.regulated_gift import RegulatedGift
from compliance.rule_store import add_regime_period, rule_book
from compliance.store import open_checks, take_check_step
from database.transactions import booking, reading
from ledger.money import GBP, Money
from staff.role import Role
from staff.store import member_by_email
from tests.clock import FixedClock
from tests.compliance.gifts import decision, lookup, record
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
GIVEN_ON = date(2026, 11, 21)
QUARTER = "/desk/reports/quarterly/2026-10-01/2026-12-31"


@dataclass
class PoliticalDesk:
    """The desk of an organisation under a regime, and what its staff do about gifts."""

    engine: Engine
    clock: FixedClock
    desk: Desk
    app: FastAPI

    def visit(self, role: Role = Role.TREASURER) -> TestClient:
        """Somebody who has signed in."""
        client = TestClient(self.app, base_url=BASE_URL, follow_redirects=False)
        sign_in_as(client, self.engine, self.clock(), role, f"{role.value}@example.org")
        return client

    def person(self) -> NamedPerson:
        """A member of staff who decides about checks."""
        with reading(self.engine) as conn:
            member = member_by_email(conn, "owner@example.org")
        assert member is not None
        return NamedPerson(member.id, member.name)

    def enter_regime(self, regime: Regime, first: date = date(2020, 1, 1)) -> None:
        """Enter the rules that the organisation is under."""
        staff_id = self.person().staff_id
        with booking(self.engine) as conn:
            add_regime_period(conn, RegimePeriod(regime, first), staff_id, datetime(2026, 2, 1, tzinfo=UTC))

    def check(self, n: int, pence: int, *steps: CheckStep, days_ago: int = 0) -> str:
        """A gift of this many pence comes and its check opens; these steps are taken, by a member of staff."""
        self.desk.give(n, pence, days_ago=days_ago)
        received = GIVEN_ON - timedelta(days=days_ago)
        gift = RegulatedGift(gift_id(n), f"donor of {n}", Money(pence, GBP), received)
        with booking(self.engine) as conn:
            periods = [RegimePeriod(Regime.PARTY, date(2020, 1, 1))]
            open_checks(conn, due_checks([gift], [], periods, rule_book(conn)), received)
        self.take(n, *steps)
        return gift_id(n)

    def take(self, n: int, *steps: CheckStep) -> None:
        """These steps of a gift's check, by a member of staff."""
        person = self.person()
        with booking(self.engine) as conn:
            for step in steps:
                by_staff = replace(step, by=person)  # type: ignore[arg-type]
                take_check_step(conn, gift_id(n), by_staff, self.clock(), today=GIVEN_ON)

    def accept(self, n: int, pence: int, *, days_ago: int = 0, **facts: str) -> str:
        """A gift that was accepted on its day."""
        day = GIVEN_ON - timedelta(days=days_ago)
        steps = (record(DonorType.INDIVIDUAL, **facts), lookup(day), Acceptance(self.person(), day))
        return self.check(n, pence, *steps, days_ago=days_ago)

    def send_back(self, n: int, pence: int, **facts: str) -> str:
        """A gift that went back, with proof, a week after it came."""
        day = GIVEN_ON + timedelta(days=7)
        return self.check(
            n, pence, record(DonorType.INDIVIDUAL, **facts), decision(day), ReturnProof(self.person(), day, "re_1")
        )


def political_desk(
    engine: Engine, clock: FixedClock, desk: Desk, regime: Regime | None = Regime.PARTY
) -> PoliticalDesk:
    """The desk's real routes, for an organisation under this regime since 2020; None: under none.

    It was entered here on 1 February 2026, so that reports are known from then on.
    """
    site, app = pages("test", BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    political = PoliticalDesk(engine, clock, desk, app)
    political.visit(Role.OWNER)
    if regime is not None:
        political.enter_regime(regime)
    return political
