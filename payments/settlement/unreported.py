"""The last resort for what only an event tells, once Stripe has forgotten the event (after 30 days).

A delayed payment's success, a refund that failed, a payout's arrival: the lines of the balance show that it must
have happened, and the object itself says what. It is read as the event that Stripe would have sent; where the event's
own instant is the fact's, the line's stands for it.
"""

from collections.abc import Mapping

from database.transactions import reading
from payments.reading.events import read
from payments.reading.happenings import StatusChanged
from payments.settlement import store
from payments.settlement.list_readers import EVENTS_KEPT
from payments.settlement.list_walk import ListWalk, ReadRow, read_rows
from payments.stripe.lists import NotThere, Row, StripeLists

# Objects looked at in one run: there should be none, and each costs a call.
MOST_AT_ONCE = 200

# What the present state of a source says that must have happened, in the words of Stripe's events.
_CHARGES = {"succeeded": "charge.succeeded", "failed": "charge.failed"}
_REFUNDS = {"failed": "refund.failed", "canceled": "refund.failed"}
_PAYOUTS = {"paid": "payout.paid", "failed": "payout.failed", "canceled": "payout.canceled"}


def recall(walker: ListWalk, lists: StripeLists) -> None:
    """Fetch what has stood open for longer than Stripe keeps events, and apply what it says of itself."""
    before = walker.clock() - EVENTS_KEPT
    with reading(walker.engine) as conn:
        lines = store.stuck_lines(conn, before)[:MOST_AT_ONCE]
        payouts = store.stuck_payouts(conn, before)[:MOST_AT_ONCE]
    walker.take([_recalled(event) for stuck in lines if (event := _event_of_line(lists, stuck.line))])
    walker.take([_recalled(event) for payout in payouts if (event := _event_of_payout(lists, payout))])


def _event_of_line(lists: StripeLists, identity: str) -> Row | None:
    try:
        line = lists.balance_transaction(identity)
    except NotThere:
        return None
    source = line["source"]
    if not isinstance(source, Mapping):
        return None
    kinds = {"charge": _CHARGES, "refund": _REFUNDS}.get(source["object"], {})
    return _event(kinds.get(source.get("status", "")), line["created"], source)


def _event_of_payout(lists: StripeLists, identity: str) -> Row | None:
    try:
        payout = lists.payout(identity)
    except NotThere:
        return None
    return _event(_PAYOUTS.get(payout["status"]), payout["arrival_date"], payout)


def _event(kind: str | None, created: int, thing: Row) -> Row | None:
    """The event that Stripe would have sent; None where its state tells nothing new."""
    if kind is None:
        return None
    return {"id": thing["id"], "object": "event", "type": kind, "created": created, "data": {"object": thing}}


def _recalled(event: Row) -> ReadRow:
    """What it tells, but for a hint to look at it: it has just been fetched."""
    return read_rows([event], lambda row: tuple(one for one in read(row) if not isinstance(one, StatusChanged)))[0]
