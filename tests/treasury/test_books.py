"""The treasurer closes a month; what comes later never moves it, and only an owner opens it again."""

from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from ledger.period_store import period_steps
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.proof.books import BUSES, Desk
from tests.staff.signing_in import sign_in_as
from tests.web.samples import pages
from treasury.books.jobs import report_handler
from treasury.books.month_report import frozen_report, thawed_report
from treasury.books.months import report_now
from treasury.routes import treasury_routes
from web.errors import install_errors

BASE_URL = "http://127.0.0.1"
OCTOBER = "/desk/books/2026-10"
IN_DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    """The first of December, so that October and November are over."""
    return FixedClock(IN_DECEMBER)


@pytest.fixture
def app(engine: Engine, clock: FixedClock, desk: Desk) -> FastAPI:
    """The desk's real routes over two months of gifts."""
    site, app = pages("test", BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, clock, site).routes
    install_errors(app, site)
    desk.give(1, 2500, days_ago=40)
    desk.give(2, 4000, BUSES, days_ago=30)
    desk.give(3, 1000)
    return app


def visitor(app: FastAPI, engine: Engine, clock: FixedClock, role: Role = Role.TREASURER) -> TestClient:
    """Somebody who has signed in."""
    client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, engine, clock(), role, f"{role.value}@example.org")
    return client


def test_a_month_is_closed_once_and_never_moves(app: FastAPI, engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """A late refund and a late gift are booked in the open month and listed; the frozen report stays as it was."""
    treasurer = visitor(app, engine, clock)
    page = treasurer.get(OCTOBER)
    assert "£65.00" in page.text
    assert "November 2026, still open" not in treasurer.get("/desk/books/exports").text  # no month is closed
    refused = treasurer.post(f"{OCTOBER}/close")
    assert refused.status_code == 422  # money that is not in Stripe's balance yet
    assert "Still open:" in refused.text
    for _ in range(2):
        assert treasurer.post(f"{OCTOBER}/close", data={"all_the_same": "yes"}).status_code == 303
    with reading(engine) as conn:
        [step] = period_steps(conn)
        [written] = acts_on(conn, Subject("month", "2026-10"))
        before = frozen_report(report_now(conn, date(2026, 10, 1), "Every Branch Open"))
    assert '<option value="2026-10" selected>October 2026</option>' in treasurer.get("/desk/books/exports").text
    assert (written.what, written.after and written.after["digest"]) == ("books.close_month", step.digest)

    desk.give(4, 700, days_ago=41)
    with reading(engine) as conn:
        after = frozen_report(report_now(conn, date(2026, 10, 1), "Every Branch Open"))
        november = report_now(conn, date(2026, 11, 1), "Every Branch Open")
    assert after == before
    assert november.currencies[0].total.given.minor == 1700
    later = treasurer.get(f"{OCTOBER}/later").text
    assert ("£7.00" in later, "11 October 2026" in later) == (True, True)
    assert "1 entry" in treasurer.get("/desk/books").text


def test_what_nobody_knows_has_no_tick_and_forbids_nothing(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """Without a bank's statement the list says so; who is refused is led to the list."""
    treasurer = visitor(app, engine, clock)

    page, refused = treasurer.get(OCTOBER).text, treasurer.post(f"{OCTOBER}/close").text
    to_list = '<a href="#close">What is open</a>'

    assert "<strong>Not looked at:</strong> No statement was ever read in" in page
    assert '<a href="/desk/books/income?from=2026-10-01&amp;to=2026-10-31">' in page  # each figure with its entries
    assert (to_list in page, to_list in refused) == (False, True)


def test_the_report_is_printed_once_from_what_was_frozen(
    app: FastAPI, engine: Engine, clock: FixedClock, desk: Desk
) -> None:
    """And its bytes are the same whenever it is downloaded."""
    treasurer = visitor(app, engine, clock)
    treasurer.post(f"{OCTOBER}/close", data={"all_the_same": "yes"})
    waiting = treasurer.get(f"{OCTOBER}/report.pdf")
    assert (waiting.status_code, "Refresh" in waiting.headers) == (202, True)
    printed = list[str]()

    def print_html(html: str) -> bytes:
        printed.append(html)
        return html.encode()

    handle = report_handler(engine, pages("test", BASE_URL), print_html, clock)
    with reading(engine) as conn:
        [step] = period_steps(conn)
    handle({"step": step.id})
    desk.give(4, 700, days_ago=41)
    handle({"step": step.id})

    assert len(printed) == 1
    assert treasurer.get(f"{OCTOBER}/report.pdf").content == printed[0].encode()
    assert frozen_report(thawed_report(step.report)) == (step.report, step.digest)
    assert "£65.00" in printed[0]


def test_only_an_owner_opens_the_last_month_again_and_says_why(app: FastAPI, engine: Engine, clock: FixedClock) -> None:
    """The old report is kept; a month that is not over cannot be closed."""
    treasurer, owner = visitor(app, engine, clock), visitor(app, engine, clock, Role.OWNER)
    assert "October 2026 comes first" in treasurer.post("/desk/books/2026-11/close", data={"all_the_same": "1"}).text
    for month in ("2026-10", "2026-11"):
        assert treasurer.post(f"/desk/books/{month}/close", data={"all_the_same": "1"}).status_code == 303
    assert treasurer.post("/desk/books/2026-11/reopen", data={"reason": "late"}).status_code == 403
    assert owner.post("/desk/books/2026-11/reopen").status_code == 422
    assert "November 2026 comes first" in owner.post(f"{OCTOBER}/reopen", data={"reason": "late"}).text
    assert owner.post("/desk/books/2026-11/reopen", data={"reason": "A cheque was forgotten"}).status_code == 303
    with reading(engine) as conn:
        steps = period_steps(conn)
    assert [(step.act.value, step.month.month) for step in steps] == [("close", 10), ("close", 11), ("reopen", 11)]
