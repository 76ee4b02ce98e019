"""The desk's proof on money that really went through the twin: audit, trace and doctor, end to end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from database.transactions import reading
from ledger.finding import Finding, Status
from outbox.worker import Worker
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import stripe_jobs
from payments.stripe.lists import StripeLists
from proof.audit import audit_all
from proof.doctor import Expected, check_installation
from proof.trace import trace
from sandbox.twin import open_twin
from tests.payments.settlement.account import DAY, Account, KeptDeliveries
from tests.proof.books import Desk
from tests.sandbox.loopback import KEY, START, served, settings

ENDPOINT = "https://give.example/webhooks/stripe"


@pytest.fixture
def account(desk: Desk) -> Iterator[Account]:
    """A twin, and the desk's books beside it; what it tells is kept until it is heard."""
    kept = KeptDeliveries()
    twin = open_twin(settings(ENDPOINT), sender=kept)
    twin.world.clock.set(START)
    with served(twin) as url:
        yield Account(twin, kept, desk.books, StripeLists(KEY, api_base=url))
    twin.close()


def work(account: Account) -> None:
    """What the worker does with what the messages asked for."""
    looks = account.statuses.fetchers | {StatusObject.SUBSCRIPTION: lambda _identity: None}
    handlers = stripe_jobs(account.books.engine, account.reconciliation, looks, account.twin.now)
    Worker(account.books.engine, handlers | {"receipts.print": lambda _payload: None}, account.twin.now).run_due()


def paid_out(account: Account) -> str:
    """A gift that has reached the bank; its payment."""
    charge = account.give()
    for _ in range(9):
        account.wait(DAY)
    account.deliver()
    work(account)
    return str(charge["payment_intent"])


def wrong(findings: list[Finding]) -> dict[str, str]:
    """What fails, and what to do."""
    return {finding.name: finding.advice for finding in findings if finding.has_failed}


def here(account: Account, **other: Any) -> Expected:
    """This installation, as its settings would say."""
    return replace(Expected("sandbox", ENDPOINT, account.twin.world.settings.public_url), **other)


def test_a_gift_that_reached_the_bank_is_proved_and_traced(account: Account, engine: Engine) -> None:
    """Nothing fails, nothing is unchecked, and the trace lacks only the print."""
    payment = paid_out(account)
    account.reconciliation.reconcile()

    with reading(engine) as conn:
        findings, traced = audit_all(conn, account.twin.now), trace(conn, payment)

    assert [finding for finding in findings if finding.status is not Status.PASSED] == []
    assert [entry.kind for entry in traced.entries] == ["gift", "gift", "settle", "fee", "fee", "payout", "paid"]
    assert [gap for gap in traced.missing if "not printed" not in gap] == []
    assert traced.entries[0].delivery_type == "charge.succeeded"


def test_the_doctor_finds_nothing_wrong_with_a_healthy_installation(account: Account, engine: Engine) -> None:
    """Printed or not is the worker's, which did not print here; the clock is the machine's own."""
    paid_out(account)
    account.reconciliation.reconcile()

    findings = check_installation(engine, here(account), account.lists, account.twin.now)

    # The twin's clock is in another year than this machine's, which its server writes over its answers.
    assert set(wrong(findings)) <= {"clock", "receipts to print", "database settings"}
    passed = {finding.name for finding in findings if finding.status is Status.PASSED}
    assert {"endpoint", "endpoint enabled", "events", "API version", "mode", "deliveries arrive"} <= passed


@pytest.mark.parametrize(
    ("change", "wrong_finding"),
    [
        ({"enabled_events": ["charge.succeeded"]}, "events"),
        ({"disabled": True}, "endpoint enabled"),
    ],
)
def test_the_doctor_sees_what_is_wrong_at_stripe(
    account: Account, engine: Engine, change: dict[str, object], wrong_finding: str
) -> None:
    """And says what to do about it."""
    [endpoint] = account.ask("GET", "/v1/webhook_endpoints")["data"]
    account.ask("POST", f"/v1/webhook_endpoints/{endpoint['id']}", **change)

    assert wrong(check_installation(engine, here(account), account.lists, account.twin.now))[wrong_finding]


@pytest.mark.parametrize(
    ("other", "wrong_finding"),
    [({"webhook": "https://old.example/webhooks/stripe"}, "endpoint"), ({"mode": "live"}, "mode")],
)
def test_the_doctor_sees_an_endpoint_that_is_not_ours(
    account: Account, engine: Engine, other: dict[str, str], wrong_finding: str
) -> None:
    """Another address, another mode."""
    assert wrong_finding in wrong(check_installation(engine, here(account, **other), account.lists, account.twin.now))


def test_the_doctor_sees_that_nothing_arrives_any_more(account: Account, engine: Engine) -> None:
    """Stripe told, and nothing came: a wrong secret, or a closed door. Settings alone would look well."""
    account.give()
    account.lose_deliveries()
    account.wait(timedelta(minutes=20).total_seconds())

    assert "deliveries arrive" in wrong(check_installation(engine, here(account), account.lists, account.twin.now))


def test_a_twin_that_does_not_run_is_said_and_not_crashed_on(account: Account, engine: Engine) -> None:
    """What is known here is examined all the same."""
    nowhere = "http://127.0.0.1:9"
    absent = StripeLists(KEY, api_base=nowhere)

    first, *rest = check_installation(engine, here(account, api_base=nowhere), absent, account.twin.now)

    assert (first.name, first.status) == ("Stripe", Status.UNCHECKED)
    assert "./farthing run" in first.advice
    assert "dead letters" in {finding.name for finding in rest}
