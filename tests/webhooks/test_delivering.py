"""Events on their way to endpoints: sent at least once, tried again, and given up in the end."""

import json
from collections.abc import Mapping
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
import stripe

from database.transactions import reading, writing
from outbox.jobs import enqueue
from outbox.tables import letter
from outbox.worker import Worker
from staff.member import StaffMember
from staff.role import Role
from staff.second_factor import SecretBox
from staff.store import add_member
from tests.clock import FixedClock
from tests.webhooks.endpoint_server import NO, YES, serving
from tests.webhooks.sender import BOX, SECRET, Sender
from webhooks.addresses import EndpointUrl
from webhooks.deliveries_store import remove_old_events, send_again
from webhooks.delivering import webhook_jobs
from webhooks.event import EventType, WebhookEvent
from webhooks.posting import EndpointAnswer, EventPoster
from webhooks.schedule import GIVE_UP_AFTER, SPREAD, next_delivery_at
from webhooks.signing import PURPOSE, new_signing_secret
from webhooks.store import (
    DELIVER,
    remove_endpoint,
    resume_endpoint,
    roll_secret,
    stopped_endpoints,
    write_events,
)
from webhooks.tables import webhook_delivery, webhook_event


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


class DyingPoster(EventPoster):
    """Its process is killed when the endpoint has answered."""

    def post(self, url: EndpointUrl, body: bytes, headers: Mapping[str, str]) -> EndpointAnswer:
        """Send it, and note nothing."""
        super().post(url, body, headers)
        raise Killed


def test_an_event_is_sent_once_and_stripes_library_believes_it(sender: Sender) -> None:
    """With the id that the database knows it by; the signature is of this moment."""
    sender.write("gift-1")
    sender.send()
    sender.send(timedelta(hours=1))

    [(headers, body)] = sender.server.requests
    event = json.loads(body)
    assert (event["type"], event["data"]) == ("gift.received", {"gift_id": "gift-1"})
    assert stripe.WebhookSignature.verify_header(body.decode(), headers["Farthing-Signature"], SECRET)
    [delivery] = sender.deliveries
    assert (delivery.state, delivery.status, delivery.answer, delivery.event) == ("delivered", 200, "ok", event["id"])


def test_the_same_cause_is_one_event(sender: Sender) -> None:
    """In one transaction or in several; what nobody asks for is not written at all."""
    sender.write("gift-1", "gift-1")
    sender.write("gift-1", "gift-2")
    with writing(sender.engine) as conn:
        write_events(conn, [WebhookEvent(EventType.PAYOUT_PAID, "po_1", {})], sender.clock())

    sender.send()

    assert sorted(sender.sent) == ["gift-1", "gift-2"]
    with reading(sender.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(webhook_event)) == 2


def test_what_fails_is_sent_again_with_the_same_bytes(sender: Sender) -> None:
    """After a minute, then after five."""
    sender.server.answers = [NO, NO, *sender.server.answers]
    sender.write("gift-1")

    for after in (timedelta(), timedelta(seconds=59), timedelta(seconds=1), timedelta(minutes=4), timedelta(minutes=1)):
        sender.send(after)

    assert len({body for _, body in sender.server.requests}) == 1
    [delivery] = sender.deliveries
    assert (len(sender.server.requests), delivery.state, delivery.attempts) == (3, "delivered", 3)
    assert sender.endpoint.failing_since is None


def test_whoever_is_killed_between_sending_and_noting_it_sends_the_same_event_again(sender: Sender) -> None:
    """At least once: the receiver knows it by its id."""
    sender.write("gift-1")

    with pytest.raises(Killed):
        sender.send(by=sender.courier_for(DyingPoster(sandbox=True)))
    sender.send(timedelta(minutes=6))  # when the lease of the job has ended

    assert sender.sent == ["gift-1", "gift-1"]
    assert len({json.loads(body)["id"] for _, body in sender.server.requests}) == 1


def test_an_endpoint_that_fails_is_not_pushed_harder(sender: Sender) -> None:
    """One attempt of many that are due; when it works again, all of them."""
    sender.server.answers = [NO, *sender.server.answers]
    sender.write(*(f"gift-{n}" for n in range(5)))

    sender.send()
    assert len(sender.sent) == 1
    sender.send()
    assert len(sender.sent) == 5
    sender.send(timedelta(minutes=1))

    assert {delivery.state for delivery in sender.deliveries} == {"delivered"}


def test_after_three_days_of_failures_the_endpoint_is_paused_and_its_owner_mailed(sender: Sender) -> None:
    """Its other events wait."""
    with writing(sender.engine) as conn:
        owner = StaffMember("staff-1", "owner@example.org", "Olive Owner", Role.OWNER)
        add_member(conn, owner, sender.clock())
    fail_for_days(sender)
    sender.write("gift-2")
    sender.send(timedelta(days=1))

    [delivery] = [delivery for delivery in sender.deliveries if delivery.state == "failed"]
    assert 10 <= delivery.attempts == len(sender.sent) <= 14
    with reading(sender.engine) as conn:
        [(to, subject, text)] = conn.execute(sa.select(letter.c.to_address, letter.c.subject, letter.c.text)).all()
        assert [endpoint.id for endpoint in stopped_endpoints(conn)] == ["we_1"]
    assert (to, subject) == ("owner@example.org", f"Events to {sender.server.url} are paused")
    assert "answered with status 500" in text
    assert "https://donate.example.org/desk/webhooks/we_1" in text


def fail_for_days(sender: Sender) -> None:
    """An event is tried until the endpoint is paused."""
    sender.server.answers = [NO]
    sender.write("gift-1")
    for _ in range(24 * 4):
        if sender.endpoint.paused_at is None:
            sender.send(timedelta(hours=1))


def test_a_paused_endpoint_is_resumed_with_all_that_waited(sender: Sender) -> None:
    """And what was given up is sent again by hand."""
    fail_for_days(sender)
    sender.write("gift-2")
    sender.server.answers, sender.server.requests = [YES], []
    [given_up] = [delivery for delivery in sender.deliveries if delivery.state == "failed"]

    with writing(sender.engine) as conn:
        resume_endpoint(conn, "we_1", sender.clock())
        assert send_again(conn, "we_1", given_up.event, sender.clock())
        assert not send_again(conn, "we_1", "evt_nobody", sender.clock())
    sender.send()

    assert sorted(sender.sent) == ["gift-1", "gift-2"]
    with reading(sender.engine) as conn:
        assert stopped_endpoints(conn) == []


def test_a_rolled_secret_signs_beside_the_new_one_for_a_day(sender: Sender) -> None:
    """Then it does not."""
    new = new_signing_secret()
    with writing(sender.engine) as conn:
        roll_secret(conn, sender.endpoint, BOX.seal(new, "we_1"), sender.clock())
    sender.write("gift-1")
    sender.send()
    sender.write("gift-2")
    sender.send(timedelta(hours=24))

    (first, body), (second, _) = sender.server.requests
    for secret in (SECRET, new):
        assert stripe.WebhookSignature.verify_header(body.decode(), first["Farthing-Signature"], secret)
    assert [headers["Farthing-Signature"].count("v1=") for headers in (first, second)] == [2, 1]


def test_a_secret_that_cannot_be_read_is_a_failure_with_its_reason(sender: Sender) -> None:
    """The key of the installation was changed."""
    sender.courier._box = SecretBox(b"another", PURPOSE)
    sender.write("gift-1")
    sender.send()

    [delivery] = sender.deliveries
    assert (delivery.state, delivery.status, sender.sent) == ("waiting", None, [])
    assert "FARTHING_SECRET_KEY has changed" in delivery.answer


def test_an_endpoint_that_hangs_holds_nothing_up(sender: Sender) -> None:
    """Neither another endpoint nor other jobs: they are done while it still says nothing."""
    printed, was_held_up = Event(), list[bool]()
    with serving() as other:
        told = Event()
        other.before_answer = told.set
        sender.add_endpoint("we_2", other.url)
        sender.write("gift-1")
        with writing(sender.engine) as conn:
            enqueue(conn, "print", "receipt", {}, now=sender.clock())
        handlers = {
            **webhook_jobs(sender.courier_for(EventPoster(sandbox=True, seconds=5))),
            "print": lambda _: printed.set(),
        }
        worker = Worker(sender.engine, handlers, sender.clock, beside=[DELIVER], threads=2)

        def hang() -> None:
            was_held_up.append(not (printed.wait(4) and told.wait(4)))
            worker.stop()

        sender.server.before_answer = hang
        worker.run()

    assert was_held_up == [False]
    assert (len(other.requests), [delivery.state for delivery in sender.deliveries]) == (1, ["delivered"])


def test_events_are_removed_after_thirty_days(sender: Sender) -> None:
    """With their deliveries; an endpoint that is removed takes its deliveries with it."""
    sender.write("gift-1")
    sender.clock.advance(timedelta(days=30, seconds=1))
    sender.write("gift-2")
    with writing(sender.engine) as conn:
        remove_old_events(conn, sender.clock())
    assert [json.loads(delivery.body)["data"]["gift_id"] for delivery in sender.deliveries] == ["gift-2"]

    with writing(sender.engine) as conn:
        remove_endpoint(conn, "we_1")
    sender.send()

    assert sender.sent == []
    with reading(sender.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(webhook_delivery)) == 0


def test_attempts_are_spread_over_three_days(clock: FixedClock) -> None:
    """At growing distances, earlier or later by a fifth; the last one as the three days end."""
    first = now = clock()
    waits = list[timedelta]()
    while (again := next_delivery_at(first, len(waits) + 1, now, SPREAD)) is not None:
        waits.append(again - now)
        now = again

    assert [wait / timedelta(minutes=1) for wait in waits[:7]] == [1, 5, 30, 120, 300, 600, 720]
    assert now - first == GIVE_UP_AFTER
    assert next_delivery_at(first, 1, first, 0) == first + timedelta(seconds=48)
    assert next_delivery_at(first, 1, first, 2 * SPREAD) == first + timedelta(seconds=72)
