"""The rules at the desk: rows with their sources, and what a new row alone changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from compliance.election_store import accounting_units
from compliance.gate import CheckGate
from compliance.jobs import compliance_jobs
from compliance.regime import Regime
from compliance.report_calendar import Election
from compliance.rule import Rule
from database.transactions import booking, reading
from ledger.money import GBP
from ledger.typed_money import NumberStyle
from outbox.worker import Worker
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.proof.books import LIBRARIES, Desk
from tests.treasury.political_desk import QUARTER, PoliticalDesk, political_desk
from treasury.rules.rule_form import read_election, read_rule

ROW = {
    "place": "gb_party",
    "key": "report_central_first",
    "value": "£9,000.50",
    "first": "1 October 2026",
    "last": "",
    "source": "https://example.org/invented",
    "confidence": "verified",
}
ELECTION = {
    "name": "Election 2026",
    "regulated_from": "2025-12-10",
    "dissolved_on": "2026-11-10",
    "polling_day": "2026-12-10",
    "pre_dissolution_from": "",
    "source": "https://example.org/poll",
}


@pytest.fixture
def clock() -> FixedClock:
    """The tenth of January 2027."""
    return FixedClock(datetime(2027, 1, 10, 9, tzinfo=UTC))


@pytest.fixture
def party(engine: Engine, clock: FixedClock, desk: Desk) -> PoliticalDesk:
    """A party's desk."""
    return political_desk(engine, clock, desk)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"place": "nobody"}, "place", "Choose one"),
        ({"key": "nothing"}, "key", "Choose one"),
        ({"confidence": ""}, "confidence", "Choose one"),
        ({"value": "9.000,50"}, "value", ""),
        ({"key": "check_or_return_days", "value": "thirty"}, "value", "whole number"),
        ({"key": "check_or_return_days", "value": "0"}, "value", "whole number"),
        ({"key": "weekly_nil_report", "value": "1"}, "value", "yes or no"),
        ({"first": "soon"}, "first", "Enter a day"),
        ({"last": "soon"}, "last", "or leave it empty"),
        ({"last": "2026-09-30"}, "last", "cannot end before"),
        ({"source": " "}, "source", "Say where the rule stands"),
    ],
)
def test_a_row_without_a_value_a_day_or_a_source_is_not_added(
    changes: dict[str, str], field: str, sentence: str
) -> None:
    """Each field says what to correct."""
    errors = read_rule(ROW | changes, NumberStyle(names=frozenset({"£"})))
    assert isinstance(errors, dict)
    assert list(errors) == [field]
    assert sentence in errors[field]


def test_a_row_is_read_in_the_unit_of_its_rule() -> None:
    """Pounds, days, a yes; the days of an election in their order."""
    style = NumberStyle(names=frozenset({"£"}))
    values = {"report": "£9,000.50", "check_or_return_days": "28", "weekly_nil_report": "Yes"}
    rules = [read_rule(ROW | {"key": key, "value": value}, style) for key, value in values.items()]

    assert [(rule.unit, str(rule.value)) for rule in rules if isinstance(rule, Rule)] == [
        ("GBP", "9000.50"),
        ("days_inclusive", "28"),
        ("flag", "1"),
    ]
    assert isinstance(read_election(ELECTION), Election)
    assert read_election(ELECTION | {"polling_day": "2026-01-01"}) == {
        "polling_day": "The days do not follow: first the regulated period begins, then Parliament is dissolved,"
        " then people vote."
    }


def test_a_new_row_alone_reaches_the_report(party: PoliticalDesk, engine: Engine) -> None:
    """£10,000 need not be reported; an owner enters an invented threshold with a source, and it must be."""
    gift, owner = party.accept(1, 1_000_000), party.visit(Role.OWNER)
    assert "This is a nil report" in owner.get(QUARTER).text
    refused = owner.post("/desk/rules/new", data=ROW | {"source": ""})
    assert (refused.status_code, "Say where the rule stands" in refused.text) == (422, True)
    for _ in range(2):
        assert owner.post("/desk/rules/new", data=ROW).status_code == 303

    page, rules = owner.get(QUARTER).text, owner.get("/desk/rules").text
    assert (f"/desk/checks/{gift}" in page, "This is a nil report" in page) == (True, False)
    assert rules.count("£9,000.50") == 1
    assert "https://example.org/invented" in rules
    with reading(engine) as conn:
        acts = acts_on(conn, Subject("rule", "gb_party report_central_first"))
    assert {act.what for act in acts} == {"rule.add"}


@ON_SQLITE
def test_only_an_owner_changes_rules(party: PoliticalDesk) -> None:
    """A treasurer and an auditor read them, with no button."""
    for role in (Role.TREASURER, Role.AUDITOR):
        visitor = party.visit(role)
        page = visitor.get("/desk/rules").text
        assert ("£11,180" in page, "Add a row" in page) == (True, False)
        assert visitor.post("/desk/rules/new", data=ROW).status_code == 403
    page = party.visit(Role.OWNER).get("/desk/rules").text
    assert all(
        words in page for words in ("Add a row", "Registered party", "31 December 2033", "PEF", "3 Bunhill Row")[:3]
    )
    assert "From memory or second hand" in page


@ON_SQLITE
def test_an_election_makes_weeks_due_until_it_is_withdrawn(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """A campaigner's: what was received is named, accepted or not."""
    campaigner = political_desk(engine, clock, desk, Regime.CAMPAIGNER)
    gift, owner = campaigner.check(1, 1_000_000), campaigner.visit(Role.OWNER)
    assert owner.post("/desk/rules/elections", data=ELECTION | {"source": ""}).status_code == 422
    assert owner.post("/desk/rules/elections", data=ELECTION).status_code == 303
    assert "Polling day" in owner.get("/desk/rules/elections").text

    week = "/desk/reports/weekly/2026-11-17/2026-11-23"
    assert week in owner.get("/desk/reports").text
    assert f"/desk/checks/{gift}" in owner.get(week).text
    assert "Not needed: nothing to report" in owner.get("/desk/reports").text
    withdrawn = [owner.post("/desk/rules/elections/withdraw", data={"name": "Election 2026"}) for _ in range(2)]
    assert [answer.status_code for answer in withdrawn] == [303, 404]
    assert owner.get(week).status_code == 404


@ON_SQLITE
def test_where_reports_are_sent_is_changed_with_a_source(party: PoliticalDesk) -> None:
    """And stands on the report."""
    owner = party.visit(Role.OWNER)
    assert "3 Bunhill Row" in owner.get(QUARTER).text
    moved = {"way": "post", "address": "1 Mill Lane, Leeds LS1 1AA", "source": "https://example.org/moved"}
    assert owner.post("/desk/rules/addresses", data=moved | {"way": "online"}).status_code == 422
    assert owner.post("/desk/rules/addresses", data=moved).status_code == 303
    page = owner.get(QUARTER).text
    assert ("1 Mill Lane, Leeds" in page, "Bunhill" in page) == (True, False)
    assert "1 Mill Lane, Leeds" in owner.get("/desk/rules/addresses").text
    assert owner.post("/desk/rules/addresses", data=moved | {"source": "javascript:alert(1)"}).status_code == 303
    assert 'href="javascript' not in owner.get(QUARTER).text + owner.get("/desk/rules").text


@ON_SQLITE
def test_an_owner_says_which_groups_are_accounting_units(party: PoliticalDesk, engine: Engine) -> None:
    """Ticked, and unticked again; a group that there is not is refused."""
    with booking(engine) as conn:
        leeds = str(add_campaign(conn, Campaign(0, "leeds", "Leeds branch", "Ours.", GBP, parent_id=LIBRARIES)))
    owner = party.visit(Role.OWNER)
    assert "Leeds branch" in owner.get("/desk/rules/units").text
    assert owner.post("/desk/rules/units", data={"unit": ["99"]}).status_code == 400
    chosen = []
    for ticked in ([leeds], [leeds], []):
        assert owner.post("/desk/rules/units", data={"unit": ticked}).status_code == 303
        with reading(engine) as conn:
            chosen.append(dict(accounting_units(conn)))
    assert chosen == [{leeds: "Leeds branch"}] * 2 + [{}]


@ON_SQLITE
def test_the_regime_is_entered_with_its_days(engine: Engine, clock: FixedClock, desk: Desk) -> None:
    """A form sent twice is one row; reports are due from then on."""
    owner = political_desk(engine, clock, desk, None).visit(Role.OWNER)
    assert "Choose the regime" in owner.get("/desk/rules").text
    typed = {"regime": "gb_party", "first": "1 January 2026", "last": "", "northern_irish": "yes"}
    assert owner.post("/desk/rules/regime", data=typed | {"first": ""}).status_code == 422
    for _ in range(2):
        assert owner.post("/desk/rules/regime", data=typed).status_code == 303
    page = owner.get("/desk/rules").text
    assert ("Registered party</strong>, in Northern Ireland, from 1 January 2026 on" in page) is True
    assert "Everything that was entered" not in page
    assert "30 January 2027" in owner.get("/desk/reports").text
    assert date(2026, 1, 1).isoformat() not in page
    assert "Gifts that are here already are being looked at" in page
    handlers = compliance_jobs(engine, CheckGate(ZoneInfo("Europe/London")), clock)
    Worker(engine, handlers, clock).run_due()
    assert "are being looked at" not in owner.get("/desk/rules").text
