"""Asks Stripe what became of a checkout whose donor has come back before any message about it.

What it reads is applied as if the messages had come: they may still come, and change nothing then.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import Payload, enqueue
from outbox.worker import Handler
from payments.books.bookkeeper import Bookkeeper
from payments.gifts.gift import GiftState
from payments.gifts.store import gift_of_session
from payments.reading.charges import immediate_success
from payments.reading.fields import expandable_id, nested
from payments.reading.happenings import BalanceChanged, Happening
from payments.reading.invoices import read_invoice_payment
from payments.settlement.list_reader import ListReader, ListRow, read_rows
from payments.settlement.stripe_contact import recording_contact
from payments.settlement.unreported import event_of_session, row_of_event
from payments.stripe.lists import NoSuchObject, StripeLists
from payments.stripe.objects import StripeObject
from payments.thanks.waiting import ASK_AFTER, ASK_SESSION

# A checkout is open for an hour, so its last look comes soon after that.
LONGEST_PAUSE = timedelta(minutes=20)

log = structlog.get_logger()


def session_jobs(engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> dict[str, Handler]:
    """The handler of ASK_SESSION. It asks again, at growing intervals, until it is known what became of the gift."""

    def ask_session(payload: Payload) -> None:
        session_id, since = payload["session"], datetime.fromisoformat(payload["since"])
        reader = ListReader(engine, bookkeeper, clock, f"session:{session_id}")
        try:
            with recording_contact(engine, clock):
                reader.apply_rows(_rows_of_session(lists, session_id))
        except NoSuchObject:
            log.warning("no_such_session")  # never its id: it opens the thank-you page
            return
        if _is_unknown(engine, session_id):
            with writing(engine) as conn:
                enqueue(conn, ASK_SESSION, session_id, payload, now=_next_look(since, clock()))

    return {ASK_SESSION: ask_session}


def _rows_of_session(lists: StripeLists, session_id: str) -> list[ListRow]:
    """What the session and its charges say, as rows to apply; of an open session nothing."""
    session = lists.checkout_session(session_id)
    event = event_of_session(session)
    if event is None:
        return []
    invoice = expandable_id(session, "invoice")
    links = lists.invoice_payments(invoice=invoice).rows if invoice else []
    intent = expandable_id(session, "payment_intent")
    intents = [intent] if intent else [expandable_id(nested(link, "payment"), "payment_intent") for link in links]
    charges = [charge for intent in intents if intent for charge in lists.charges(payment_intent=intent).rows]
    return [row_of_event(event), *read_rows(links, read_invoice_payment), *read_rows(charges, _success)]


def _success(charge: StripeObject) -> tuple[Happening, ...]:
    """A card's success. Any other method's is told by its event alone: its charge does not say when."""
    success = immediate_success(charge)
    return (success, BalanceChanged()) if success else ()


def _is_unknown(engine: Engine, session_id: str) -> bool:
    """Whether the gift is still pending."""
    with reading(engine) as conn:
        gift = gift_of_session(conn, session_id)
    return gift is not None and gift.state is GiftState.PENDING


def _next_look(since: datetime, now: datetime) -> datetime:
    """As long again as was waited so far."""
    return now + min(max(now - since, ASK_AFTER), LONGEST_PAUSE)
