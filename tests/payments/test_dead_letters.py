"""One delivery that cannot be applied blocks nobody, is kept with its error, and is tried again."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy import event as event_of_pool
from sqlalchemy.exc import OperationalError

from database.engine import open_database
from database.transactions import booking, writing
from ledger.tables import entry
from payments.inbox import tables as inbox_tables
from payments.inbox.inbox import Inbox
from payments.inbox.keep import replay, take_in
from payments.inbox.webhook import Webhook
from tests.payments.messages import body, charge, charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.webhook_requests import post, send, with_webhook

POISON = event("charge.succeeded", charge("bad", gift=gift_id(9), currency="xxx"), name="poison")


def test_one_poisoned_delivery_among_many_blocks_nobody(books: Books) -> None:
    """The batch is rolled back, each is applied by itself, one is left."""
    for n in range(1, 11):
        books.pledge(n)
    good = [charged(str(n), gift=gift_id(n)) for n in range(1, 11)]
    books.deliver(*good[:5], delivery(POISON), *good[5:])
    assert books.raised() == 25_000
    [dead] = books.dead_letters()
    assert (dead.id, dead.attempts) == ("evt_poison", 1)
    assert dead.error.startswith("UnknownCurrency")


def test_a_poisoned_delivery_is_answered_200_because_it_is_kept(books: Books) -> None:
    """Stripe need not send it again: we have it."""
    assert send(books, body(POISON)) == [200]
    assert books.count(inbox_tables.delivery) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount_captured": "25"},
        {"amount_captured": 2.5},
        {"amount_captured": -5},
        {"currency": None},
        {"created": None},
        {"id": ""},
    ],
)
def test_a_message_whose_shape_changed_is_a_dead_letter_not_a_guess(books: Books, change: dict[str, object]) -> None:
    """A missing field is an error, never None."""
    books.pledge()
    books.deliver(delivery(event("charge.succeeded", charge(gift=gift_id(1)) | change, name="odd")))
    assert len(books.dead_letters()) == 1
    assert books.count(entry) == 0


def test_the_same_charge_with_another_amount_is_an_alarm(books: Books) -> None:
    """The facts say 25 pounds; a later message about the same payment says 30."""
    books.pledge()
    books.pledge(2)
    books.deliver(charged(gift=gift_id(1)))
    other = charge(gift=gift_id(2), amount=3000) | {"id": "ch_other"}
    books.deliver(delivery(event("charge.succeeded", other, name="other")))
    assert books.raised() == 2500
    assert len(books.dead_letters()) == 1


def test_a_dead_letter_is_applied_once_what_it_lacked_is_there(books: Books) -> None:
    """As it would be after a release that knows the new shape: redelivery, replay and the worker all try."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    with writing(books.engine) as conn:
        conn.execute(sa.insert(inbox_tables.delivery).values(_kept_row("evt_kept")))
        kept = body(event("charge.succeeded", charge("2", gift=gift_id(1)), name="kept"))
        conn.execute(sa.insert(inbox_tables.delivery_body).values(delivery_id="evt_kept", body=kept))
    assert books.unapplied() == 1
    result = replay(books.engine, books.bookkeeper, NOON, only_due=False)
    assert (result.tried, result.applied) == (1, 1)
    assert books.raised() == 5000
    assert replay(books.engine, books.bookkeeper, NOON, only_due=False).tried == 0


def test_a_kept_delivery_that_was_not_applied_is_applied_by_its_redelivery(books: Books) -> None:
    """A duplicate is one that was applied, not one that is kept: else a crash in between would lose it for ever."""
    books.pledge()
    sent = charged(gift=gift_id(1))
    with writing(books.engine) as conn:
        conn.execute(sa.insert(inbox_tables.delivery).values(_kept_row(sent.id)))
        conn.execute(sa.insert(inbox_tables.delivery_body).values(delivery_id=sent.id, body=sent.body))
    books.deliver(sent)
    assert books.raised() == 2500
    assert books.unapplied() == 0


def test_a_dead_letter_waits_longer_after_each_try(books: Books) -> None:
    """One, two, four minutes; a replay by hand does not wait."""
    books.deliver(delivery(POISON))
    waits = []
    now = NOON
    for _ in range(3):
        due = books.dead_letters()[0].next_attempt_at
        assert due is not None
        waits.append(due - now)
        assert replay(books.engine, books.bookkeeper, now, only_due=True).tried == 0
        now = due
        assert replay(books.engine, books.bookkeeper, now, only_due=True).tried == 1
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


def test_a_database_that_is_not_fit_makes_no_dead_letters_and_stripe_comes_again(books: Books) -> None:
    """503; nothing is kept, nothing is blamed on the delivery; the writer lives on and the next one counts."""
    books.pledge()
    sent = charged(gift=gift_id(1))

    async def requests(webhook: Webhook, _inbox: Inbox) -> list[int]:
        with writing(books.engine) as conn:
            conn.execute(sa.text("ALTER TABLE delivery RENAME TO away"))
        first = await post(webhook, [sent.body])
        with writing(books.engine) as conn:
            conn.execute(sa.text("ALTER TABLE away RENAME TO delivery"))
        return [first, await post(webhook, [sent.body])]

    assert with_webhook(books, requests) == [503, 200]
    assert books.raised() == 2500


def test_a_delivery_that_comes_while_another_has_the_books_counts_once(books: Books) -> None:
    """On SQLite it is an outage, and Stripe sends again; on PostgreSQL it is kept, and applied when they are free."""
    books.pledge()
    sent = charged(gift=gift_id(1))
    impatient = _impatient(books)
    with booking(books.engine), pytest.raises(OperationalError) if _is_sqlite(books.engine) else nullcontext():
        intake = take_in(impatient.engine, impatient.bookkeeper, [sent], NOON, look=False)
        assert not intake.applied
    impatient.engine.dispose()
    assert books.raised() == 0
    assert replay(books.engine, books.bookkeeper, NOON, only_due=True).applied == (not _is_sqlite(books.engine))
    books.deliver(sent)
    assert books.raised() == 2500


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _impatient(books: Books) -> Books:
    """The same books through connections that do not wait for a lock."""
    impatient = open_database(books.engine.url.render_as_string(hide_password=False), durable=False)

    def hurry(connection: Any, _entry: object) -> None:
        sqlite = _is_sqlite(impatient)
        connection.execute("PRAGMA busy_timeout=50" if sqlite else "SET lock_timeout = '50ms'")
        if not sqlite:
            connection.commit()

    event_of_pool.listen(impatient, "connect", hurry)
    return Books(impatient, books.bookkeeper)


def _kept_row(delivery_id: str) -> dict[str, object]:
    return {
        "id": delivery_id, "type": "charge.succeeded", "api_version": None, "livemode": False,
        "created_at": NOON, "received_at": NOON, "digest": "", "applied_at": None, "attempts": 0,
        "next_attempt_at": NOON,
    }  # fmt: skip


def test_a_dead_letter_of_a_clock_that_was_ahead_is_tried_again_now(books: Books) -> None:
    """It was kept "in five years": nobody waits until then."""
    books.deliver(delivery(POISON), now=NOON + timedelta(days=1826))
    assert replay(books.engine, books.bookkeeper, NOON, only_due=True).tried == 1
    assert replay(books.engine, books.bookkeeper, NOON, only_due=True).tried == 0
