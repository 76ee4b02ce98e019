"""Letters about a gift besides its receipt: a refund, a form that was left."""

from dataclasses import replace

import sqlalchemy as sa

from database.transactions import reading, writing
from donors.consent_store import note_consent
from donors.consents import Channel, Consent, ConsentPlace
from mailing.stop_links import StopLinks
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.gifts import store
from payments.gifts.gift import GiftState
from payments.gifts.gift_news import queue_states
from payments.letters.gift_letters import gift_letter_jobs
from receipts.jobs import PRINT
from tests.clock import FixedClock
from tests.payments.messages import charged, delivery, event
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import later
from tests.payments.stripe_objects import refund
from tests.receipts.samples import PAGES


def letters(books: Books, clock: FixedClock | None = None) -> list[tuple[str, str, str]]:
    """What the worker posts: key, subject and text of every letter."""
    clock = clock or FixedClock(NOON)
    handlers = gift_letter_jobs(books.engine, PAGES, StopLinks(b"a key for tests", "http://give.example"), clock)
    nothing = dict.fromkeys((PRINT, SEND, "stripe.settle", "stripe.look"), lambda _payload: None)
    Worker(books.engine, handlers | nothing, clock).run_due()
    with reading(books.engine) as conn:
        rows = conn.execute(sa.select(letter_table).order_by(letter_table.c.key)).all()
    return [(row.key, row.subject, " ".join(row.text.split())) for row in rows]


def give_back(books: Books, pence: int, identity: str = "re_1", *, times: int = 1) -> None:
    """A refund that Stripe reports."""
    agreed = refund(id=identity, amount=pence)
    for n in range(times):
        books.deliver(delivery(event("refund.created", agreed, name=f"{identity}_{n}")))


def test_a_refund_is_told_once_with_its_amount(books: Books) -> None:
    """In part, and then the rest; however often Stripe reports it."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    give_back(books, 1000, times=3)
    [(key, subject, text)] = letters(books)
    assert (key, subject) == (f"refund:re_1:{gift_id(1)}", "£10 goes back to you")
    assert "We have refunded £10 of your donation of £25 to Save our libraries." in text
    assert ("Refunded: £10.00" in text, "Reference: 00000000" in text) == (True, True)

    give_back(books, 1500, "re_2")
    assert len(letters(books)) == 2


def test_for_a_twin_we_apologise(books: Books) -> None:
    """The letter begins with it."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    give_back(books, 2500)
    handlers = gift_letter_jobs(
        books.engine, PAGES, StopLinks(b"a key for tests", "http://give.example"), FixedClock(NOON), lambda *_: True
    )
    handlers["gift.refund"]({"of": "re_1"})
    with reading(books.engine) as conn:
        [text] = conn.scalars(sa.select(letter_table.c.text))
    assert "We are sorry: your donation was charged twice." in text


def test_an_old_refund_that_is_read_later_is_not_told(books: Books) -> None:
    """After a set-up or a restore Stripe's lists bring old ones."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    give_back(books, 1000)
    assert letters(books, FixedClock(later(20 * 24 * 60))) == []


def leave(books: Books) -> None:
    """The first gift's checkout expires."""
    books.pledge()
    with writing(books.engine) as conn:
        store.raise_states(conn, {gift_id(1): GiftState.EXPIRED})
        queue_states(conn, {gift_id(1): GiftState.EXPIRED}, NOON)


def agree(books: Books, *, is_given: bool = True) -> None:
    """The first gift's donor agrees to letters, or does no longer."""
    with writing(books.engine) as conn:
        gift = store.gift(conn, gift_id(1))
        assert gift is not None
        assert gift.donor_id is not None
        place = ConsentPlace.FORM if is_given else ConsentPlace.UNSUBSCRIBE
        note_consent(
            conn, gift.donor_id, Consent(Channel.EMAIL, is_given, "Write to me.", "default-1", "en", place, NOON)
        )


def test_who_left_the_form_is_asked_only_with_consent(books: Books) -> None:
    """Nobody who did not agree, or has taken it back, hears of it."""
    leave(books)
    assert letters(books) == []


def test_who_left_the_form_and_agreed_is_asked_once(books: Books) -> None:
    """With the way back to the filled form."""
    leave(books)
    agree(books)
    [(_, subject, text)] = letters(books)
    assert subject == "Did you mean to give to Save our libraries?"
    assert "/c/libraries/give?cancelled=" in text
    assert "To get no more: http://give.example/updates/stop/d" in text


def test_who_took_the_consent_back_is_not_asked(books: Books) -> None:
    """The newest decision holds."""
    leave(books)
    agree(books)
    agree(books, is_given=False)
    assert letters(books) == []


def test_who_has_given_since_is_not_asked(books: Books) -> None:
    """By another form."""
    leave(books)
    agree(books)
    with writing(books.engine) as conn:
        again = replace(books.gift(1), id=gift_id(2), state=GiftState.PENDING, return_token="another")
        store.add_gift(conn, again)
        store.raise_states(conn, {gift_id(2): GiftState.PROCESSING})
    assert letters(books) == []
