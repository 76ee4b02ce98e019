"""Recovers what only an event reports, after Stripe has deleted the event (it keeps events for 30 days).

The success of a delayed payment, a refund that failed, a payout's arrival: the balance shows that it must have
happened, and the object itself shows its present state. So does a checkout that is still open here. It is read as the
event that Stripe would have sent. Where the fact would have the event's instant, it gets the balance line's.
"""

from collections.abc import Mapping

from database.transactions import reading
from payments.books import store as book_store
from payments.books.store_open import refunds_without_line
from payments.gifts.store import unfinished_sessions
from payments.reading.events import read
from payments.reading.happenings import Happening, StatusChanged
from payments.settlement.list_reader import ListReader, ListRow, read_rows
from payments.settlement.list_sources import EVENTS_KEPT
from payments.stripe.lists import NoSuchObject, StripeLists
from payments.stripe.objects import StripeObject

# Objects fetched in one run: there should be none, and each costs a call.
MOST_OBJECTS = 200

# Statuses of a payment intent, or of a subscription, whose delayed first payment has failed.
_NOT_PAID = ("requires_payment_method", "canceled", "incomplete_expired")
# Which event must have been sent, by the object's present status.
_CHARGE_EVENTS = {"succeeded": "charge.succeeded", "failed": "charge.failed"}
_REFUND_EVENTS = {"failed": "refund.failed", "canceled": "refund.failed"}
_SESSION_EVENTS = {"expired": "checkout.session.expired"}
_PAYOUT_EVENTS = {"paid": "payout.paid", "failed": "payout.failed", "canceled": "payout.canceled"}


def apply_unreported(reader: ListReader, lists: StripeLists) -> None:
    """Fetch the objects that have been open for longer than Stripe keeps events, and apply their present state."""
    before = reader.clock() - EVENTS_KEPT
    with reading(reader.engine) as conn:
        lines = book_store.long_uncleared_lines(conn, before)[:MOST_OBJECTS]
        payouts = book_store.payouts_without_arrival(conn, before)[:MOST_OBJECTS]
        refunds = refunds_without_line(conn, before)[:MOST_OBJECTS]
        sessions = unfinished_sessions(conn, before)[:MOST_OBJECTS]
    reader.apply_rows([row_of_event(event) for line in lines if (event := _event_of_line(lists, line))])
    reader.apply_rows([row_of_event(event) for payout in payouts if (event := _event_of_payout(lists, payout))])
    reader.apply_rows([row_of_event(event) for refund in refunds if (event := _event_of_refund(lists, refund))])
    reader.apply_rows([row_of_event(event) for session in sessions if (event := _event_of_session(lists, session))])


def _event_of_line(lists: StripeLists, line_id: str) -> StripeObject | None:
    try:
        line = lists.balance_transaction(line_id)
    except NoSuchObject:
        return None
    source = line["source"]
    if not isinstance(source, Mapping):
        return None
    if source.get("failure_balance_transaction") not in (None, line_id):
        return None  # it failed, and another line brought the money back: that one has the instant
    event_types = {"charge": _CHARGE_EVENTS, "refund": _REFUND_EVENTS}.get(source["object"], {})
    return _event(event_types.get(source.get("status", "")), line["created"], source)


def _event_of_payout(lists: StripeLists, payout_id: str) -> StripeObject | None:
    try:
        payout = lists.payout(payout_id)
    except NoSuchObject:
        return None
    back = payout["failure_balance_transaction"]
    created = lists.balance_transaction(back)["created"] if back else payout["created"]
    return _event(_PAYOUT_EVENTS.get(payout["status"]), created, payout)


def _event_of_refund(lists: StripeLists, refund_id: str) -> StripeObject | None:
    """A refund that never left the balance has no instant but its own."""
    try:
        refund = lists.refund(refund_id)
    except NoSuchObject:
        return None
    return _event(_REFUND_EVENTS.get(refund["status"]), refund["created"], refund)


def _event_of_session(lists: StripeLists, session_id: str) -> StripeObject | None:
    """What became of a checkout. One that Stripe no longer has can no longer be paid."""
    try:
        session = lists.checkout_session(session_id)
    except NoSuchObject:
        return None
    return event_of_session(session)


def event_of_session(session: StripeObject) -> StripeObject | None:
    """The event that Stripe must have sent about this Checkout Session; None while it is open."""
    return _event(_session_event(session), session["created"], session)


def _session_event(session: StripeObject) -> str | None:
    if session["status"] != "complete":
        return _SESSION_EVENTS.get(session["status"])
    payment = session["payment_intent"] or session["subscription"]
    failed = session["payment_status"] == "unpaid" and payment["status"] in _NOT_PAID
    return "checkout.session.async_payment_failed" if failed else "checkout.session.completed"


def _event(event_type: str | None, created: int, subject: StripeObject) -> StripeObject | None:
    """The event that Stripe would have sent about this object; None where its status says nothing new."""
    if event_type is None:
        return None
    data = {"object": subject}
    return {"id": subject["id"], "object": "event", "type": event_type, "created": created, "data": data}


def row_of_event(event: StripeObject) -> ListRow:
    """An event as a row to apply, without a change of status: its object has just been fetched."""
    return read_rows([event], _facts_of)[0]


def _facts_of(event: StripeObject) -> tuple[Happening, ...]:
    """The event's happenings without a change of status: the object has just been fetched."""
    return tuple(happening for happening in read(event) if not isinstance(happening, StatusChanged))
