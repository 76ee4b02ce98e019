"""The doctor names what waits too long or does not fit, and each finding says what to do."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import booking, reading, writing
from ledger.finding import Status
from outbox.jobs import claim, enqueue, postpone
from outbox.letter_views import MailHealth
from payments.books.store import save_dispute
from payments.books.tables import dispute as dispute_table
from payments.giving.admission_store import PuzzleDemand
from payments.giving.surge_views import SurgeState
from payments.reading.events import EVENTS
from payments.reading.happenings import RefundAgreed
from payments.reading.statuses import DisputeStatus
from payments.settlement.store import note_failure
from payments.stripe.gateway import API_VERSION
from proof.doctor import Expected, StripeState, examine
from proof.doctor_mail import MailServerState
from proof.store_doctor import Health, JobQueue, StripeContact, health
from tests.payments.messages import charge, delivery, event
from tests.proof.books import Desk
from tests.proof.settled_books import NOON, everything, pounds, tell

HERE = Expected("live", "https://give.example/webhooks/stripe", mail=MailServerState("mail.example, port 587"))
ENDPOINT: Mapping[str, Any] = {
    "url": HERE.webhook, "status": "enabled", "api_version": API_VERSION, "enabled_events": list(EVENTS),
    "livemode": True,
}  # fmt: skip
NEWS: Mapping[str, Any] = {"id": "evt_1", "type": "charge.succeeded", "created": int(NOON.timestamp()) - 3600}
WELL = Health(
    last_delivery=NOON,
    dead_letters=0,
    waiting_facts=(),
    uncleared_since=None,
    jobs=JobQueue(0, 0, None, None),
    contact=StripeContact(NOON, None, None),
    reconciled_at=NOON,
    unsafe={},
    unprinted=0,
    unprinted_since=None,
    mail=MailHealth(0, None, "", NOON, 0),
)
STRIPE = StripeState([ENDPOINT], [NEWS], frozenset({"evt_1"}), NOON)


def wrong(health: Health = WELL, stripe: StripeState = STRIPE) -> dict[str, str]:
    """What fails, and what to do about it."""
    return {finding.name: finding.advice for finding in examine(HERE, health, stripe, NOON) if finding.has_failed}


def at_stripe(**other: object) -> StripeState:
    """Stripe with another endpoint than it should have."""
    return replace(STRIPE, endpoints=[{**ENDPOINT, **other}])


def test_a_healthy_installation_has_nothing_wrong_and_nothing_unchecked() -> None:
    """Else nobody would believe the doctor."""
    assert {finding.status for finding in examine(HERE, WELL, STRIPE, NOON)} == {Status.PASSED}


@pytest.mark.parametrize(
    ("health", "name"),
    [
        (replace(WELL, dead_letters=1), "dead letters"),
        (replace(WELL, waiting_facts=(("re_1", NOON - timedelta(minutes=61)),)), "waiting facts"),
        (replace(WELL, uncleared_since=NOON - timedelta(hours=7)), "oldest uncleared money"),
        (replace(WELL, contact=StripeContact(None, NOON, "StripeAway")), "Stripe answers"),
        (replace(WELL, reconciled_at=NOON - timedelta(hours=3)), "last reconcile"),
        (replace(WELL, jobs=JobQueue(1, 0, NOON - timedelta(minutes=6), None)), "jobs"),
        (replace(WELL, jobs=JobQueue(1, 1, None, "stripe.settle: StripeAway")), "failing jobs"),
        (replace(WELL, unprinted=1, unprinted_since=NOON - timedelta(minutes=11)), "receipts to print"),
        (replace(WELL, mail=MailHealth(1, NOON - timedelta(minutes=61), "", None, 0)), "letters"),
        (replace(WELL, mail=MailHealth(0, None, "", NOON, 1)), "letters that did not arrive"),
        (replace(WELL, unsafe={"synchronous": "0"}), "database settings"),
    ],
)
def test_what_is_wrong_here_is_named_with_what_to_do(health: Health, name: str) -> None:
    """This finding, and no other."""
    assert list(wrong(health)) == [name]
    assert wrong(health)[name]


@pytest.mark.parametrize(
    "health",
    [
        replace(WELL, waiting_facts=(("re_1", NOON - timedelta(minutes=59)),)),
        replace(WELL, uncleared_since=NOON - timedelta(hours=5)),
        replace(WELL, reconciled_at=NOON - timedelta(minutes=90)),
        replace(WELL, jobs=JobQueue(3, 0, NOON - timedelta(minutes=4), None)),
        replace(WELL, unprinted=9, unprinted_since=NOON - timedelta(minutes=9)),
    ],
)
def test_what_has_not_waited_long_is_well(health: Health) -> None:
    """At a launch party a thousand receipts wait for a minute or two."""
    assert wrong(health) == {}


@pytest.mark.parametrize(
    ("stripe", "name"),
    [
        (replace(STRIPE, endpoints=[]), "endpoint"),
        (at_stripe(url="https://other.example/hook"), "endpoint"),
        (at_stripe(status="disabled"), "endpoint enabled"),
        (at_stripe(enabled_events=["charge.succeeded"]), "events"),
        (at_stripe(api_version="2031-01-01.future"), "API version"),
        (replace(at_stripe(api_version=None), newest=[{**NEWS, "api_version": "2019-01-01"}]), "API version"),
        (at_stripe(livemode=False), "mode"),
        (replace(STRIPE, now=NOON - timedelta(seconds=61)), "clock"),
        (replace(STRIPE, now=NOON + timedelta(seconds=61)), "clock"),
        (replace(STRIPE, delivered=frozenset()), "deliveries arrive"),
    ],
)
def test_what_does_not_fit_at_stripe_is_named(stripe: StripeState, name: str) -> None:
    """This finding, and no other."""
    assert list(wrong(stripe=stripe)) == [name]
    assert wrong(stripe=stripe)[name]


@pytest.mark.parametrize(
    "stripe",
    [
        at_stripe(enabled_events=["*"]),
        at_stripe(url=HERE.webhook + "/"),
        at_stripe(api_version="2025-03-31.basil"),
        replace(at_stripe(api_version=None), newest=[{**NEWS, "api_version": API_VERSION}]),
        replace(STRIPE, endpoints=[{"url": "https://other.example"}, ENDPOINT]),
        replace(STRIPE, newest=[{**NEWS, "id": "evt_2", "created": NOON.timestamp() - 60}, NEWS]),
        replace(STRIPE, newest=[{**NEWS, "id": "evt_3", "type": "customer.created"}, NEWS]),
    ],
)
def test_what_works_is_not_called_wrong(stripe: StripeState) -> None:
    """All events, an older version that we can read, other endpoints, a message that is a minute old."""
    assert wrong(stripe=stripe) == {}


def test_an_earlier_answer_of_stripe_does_not_pass_for_one_now() -> None:
    """We have just asked, and nobody answered."""
    findings = {finding.name: finding for finding in examine(HERE, WELL, "Stripe does not answer.", NOON)}

    assert findings["Stripe answers"].status is Status.UNCHECKED
    assert "2026" in str(findings["Stripe answers"].figures["last"])


@pytest.mark.parametrize(
    ("stripe", "name"),
    [(replace(STRIPE, endpoints=[]), "endpoint"), (replace(STRIPE, delivered=frozenset()), "deliveries arrive")],
)
def test_a_destination_of_the_other_payload_style_is_thought_of(stripe: StripeState, name: str) -> None:
    """Stripe lists a thin destination apart from the endpoints, and nothing that it sends is taken."""
    assert "payload style snapshot, not thin" in wrong(stripe=stripe)[name]


def test_missing_events_are_listed() -> None:
    """To be ticked at Stripe."""
    missing = wrong(stripe=at_stripe(enabled_events=sorted(set(EVENTS) - {"refund.failed"})))

    assert missing["events"].endswith(": refund.failed")


def test_the_database_is_asked_for_what_waits(desk: Desk, engine: Engine) -> None:
    """A dead letter, a refund without its gift, a failing job, a silent Stripe, and receipts to print."""
    everything(desk)
    desk.books.deliver(delivery(event("charge.succeeded", charge("bad", currency="xxx"), name="odd")))
    tell(desk, RefundAgreed("re_7", "pi_7", pounds(500), NOON))
    with writing(engine) as conn:
        note_failure(conn, "StripeAway: APIConnectionError", NOON)
        enqueue(conn, "a.kind", "x", {}, now=NOON - timedelta(days=1), urgent=True)
        job = claim(conn, NOON)
        assert job is not None
        postpone(conn, job, "Broken: pipe", NOON)

    with reading(engine) as conn:
        waiting = health(conn, NOON)

    assert (waiting.dead_letters, waiting.waiting_facts) == (1, (("re_7", NOON),))
    assert (waiting.jobs.failing, waiting.jobs.error) == (1, "a.kind: Broken: pipe")
    assert (waiting.contact.failing_since, waiting.unprinted, waiting.reconciled_at) == (NOON, 1, NOON)


def test_a_clock_that_was_ahead_is_named_and_no_span_is_negative(desk: Desk, engine: Engine) -> None:
    """Once the doctor said "-43800 h ago", and that all was well."""
    ahead = NOON + timedelta(days=1825)
    with writing(engine) as conn:
        enqueue(conn, "print", "1", {}, now=ahead)
    with reading(engine) as conn:
        ours = health(conn, NOON)

    findings = {finding.name: finding for finding in examine(HERE, ours, STRIPE, NOON)}

    assert findings["instants to come"].figures["jobs"] == "until 2031-11-20 12:00 UTC"
    assert findings["instants to come"].has_failed
    last = replace(WELL, last_delivery=NOON + timedelta(minutes=2))
    spans = [finding.figures.get("ago") for finding in examine(HERE, last, STRIPE, NOON)]
    assert "0 min" in spans


def test_a_dispute_looked_at_by_a_clock_that_was_ahead_is_looked_at_again(engine: Engine) -> None:
    """Else its status would stand still until that day."""
    status = DisputeStatus("du_1", "pi_1", "needs_response", "fraudulent", pounds(100), None)
    with booking(engine) as conn:
        save_dispute(conn, status, NOON + timedelta(days=1800))
        save_dispute(conn, replace(status, status="lost"), NOON)
        assert conn.scalar(sa.select(dispute_table.c.status)) == "lost"


def test_settings_that_forget_are_read_back(database_url: str) -> None:
    """What is set now, not what we asked for when we opened it."""
    careless = open_database(database_url, durable=False)
    with reading(careless) as conn:
        unsafe = health(conn, NOON).unsafe
        sqlite = conn.dialect.name == "sqlite"
    careless.dispose()

    # The tests' PostgreSQL may lose everything, for speed.
    expected = (
        {"synchronous": "0"} if sqlite else {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    )
    assert unsafe == expected


def test_a_mail_server_that_does_not_let_us_in_is_named() -> None:
    """With what it said. Without one, letters reach nobody, which is said as well; a sandbox needs none."""
    refused = replace(HERE, mail=MailServerState("mail.example, port 587", "It refused the password."))
    none, sandbox = replace(HERE, mail=MailServerState(None)), replace(HERE, mode="sandbox", mail=MailServerState(None))
    found = [
        next(finding for finding in examine(expected, WELL, STRIPE, NOON) if finding.name == "mail server")
        for expected in (refused, none, sandbox)
    ]
    assert [finding.status for finding in found] == [Status.FAILED, Status.UNCHECKED, Status.PASSED]
    assert (found[0].advice, "FARTHING_SMTP_URL" in found[1].advice) == ("It refused the password.", True)


def test_a_crowd_at_the_form_is_told_and_is_no_fault() -> None:
    """Since when everybody solves a puzzle, and how many wait."""
    crowd = SurgeState(PuzzleDemand(NOON, NOON + timedelta(minutes=10)), 12)
    [finding] = [
        finding
        for finding in examine(HERE, replace(WELL, surge=crowd), STRIPE, NOON)
        if finding.name == "crowd at the form"
    ]
    assert (finding.status, finding.figures["donors in the queue"]) == (Status.PASSED, 12)
    assert "a puzzle is asked since" in finding.figures
