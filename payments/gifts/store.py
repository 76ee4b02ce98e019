"""Gifts in the database: their shares and checkouts, how they are received, and discrepancies.

Receiving a gift also issues its receipt and queues the print job, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import receipts.store
from campaigns.campaign import Campaign
from campaigns.store import campaign_by_id
from database.bulk import change_rows, insert_rows, put_rows
from database.questions import look_up
from donors.store import find_or_add_donor
from donors.word_store import add_words
from ledger.giving_total_store import add_giving
from ledger.money import Money, currency
from payments.gifts import tables as gift_tables
from payments.gifts.gift import Allocation, CheckoutLink, DonorDetails, Gift, GiftState
from payments.gifts.giving import giving_rows
from payments.gifts.giving_views import sources_of_recurring
from payments.gifts.receiving import Discrepancy, Received, Reception
from receipts.jobs import queue_prints

_g, _a, _s = gift_tables.gift.c, gift_tables.allocation.c, gift_tables.checkout.c
_GIFT = (
    _g.id, _g.state, _g.currency, _g.amount_minor, _g.donor_name, _g.donor_email, _g.message,
    _g.created_at, _g.received_at, _g.attempts, _g.attempted_at, _g.return_token, _g.session_id, _g.payment,
    _g.recurring_id, _g.invoice_id, _g.donor_id, _g.source, _g.show_name, _g.fee_cover_minor,
)  # fmt: skip
_ALLOCATION = (_a.n, _a.campaign_id, _a.amount_minor)
_ALLOCATION_OF_GIFT = _a.gift_id == _g.id
_CHECKOUT = (_s.session_id, _s.gift_id, _s.payment_intent)
CHECKOUT_NAMES = (_s.session_id, (_s.session_id, _s.payment_intent))
"""A checkout's key, and the columns by which the books look for it."""


def add_gift(conn: Connection, gift: Gift) -> Gift | None:
    """Add a pending gift with its allocations and its donor. None if it was there already: it stays as it is.

    Of two clicks at once on PostgreSQL the second waits for the first, then adds nothing. Both are told that the gift
    is new, so what goes with it must be written so that it stands there once.
    """
    if gifts(conn, [gift.id]):
        return None
    donor = find_or_add_donor(conn, gift.donor.name, gift.donor.email, gift.created_at)
    new = replace(gift, donor_id=donor.id)
    add_gifts(conn, [new])
    return new


def add_gifts(conn: Connection, new: Sequence[Gift]) -> None:
    """Add pending gifts of known donors with their allocations; one that another transaction just added stays."""
    rows = [
        {
            "id": gift.id,
            "state": gift.state.value,
            "currency": gift.amount.currency.code,
            "amount_minor": gift.amount.minor,
            "donor_id": gift.donor_id,
            "donor_name": gift.donor.name,
            "donor_email": gift.donor.email,
            "message": gift.donor.message,
            "created_at": gift.created_at,
            "attempts": gift.attempts,
            "attempted_at": gift.attempted_at or gift.created_at,
            "return_token": gift.return_token or gift.id,
            "recurring_id": gift.recurring_id,
            "invoice_id": gift.invoice_id,
            "source": gift.source or None,
            "show_name": gift.show_name,
            "fee_cover_minor": gift.fee_cover.minor if gift.fee_cover else None,
        }
        for gift in new
    ]
    shares = [
        {"gift_id": gift.id, "n": share.n, "campaign_id": share.campaign, "amount_minor": share.amount.minor}
        for gift in new
        for share in gift.allocations
    ]
    put_rows(conn, gift_tables.gift, rows, "DO NOTHING")
    put_rows(conn, gift_tables.allocation, shares, "DO NOTHING")


def name_invoices(conn: Connection, paid: Sequence[Gift]) -> None:
    """Note of these gifts, which are in the database, their recurring gift and the invoice that asked for them."""
    rows = [{"id": gift.id, "recurring_id": gift.recurring_id, "invoice_id": gift.invoice_id} for gift in paid]
    change_rows(conn, gift_tables.gift, rows)


def gifts(conn: Connection, ids: Iterable[str]) -> dict[str, Gift]:
    """The gifts of these ids, with their allocations; unknown ids are left out."""
    return _gifts(look_up(conn, (*_ALLOCATION, *_GIFT), _g.id, sorted(set(ids)), _ALLOCATION_OF_GIFT))


def gift(conn: Connection, gift_id: str) -> Gift | None:
    """The gift with this id."""
    return gifts(conn, [gift_id]).get(gift_id)


def lock_gift(conn: Connection, gift_id: str) -> None:
    """Let nobody else who locks this gift go on until the caller's transaction has ended."""
    conn.execute(sa.select(_g.id).where(_g.id == gift_id).with_for_update())


def gift_of_session(conn: Connection, session_id: str) -> Gift | None:
    """The gift that a Checkout Session was opened for: any of its sessions, not only the last."""
    t = gift_tables.checkout.c
    gift_id = conn.scalar(sa.select(t.gift_id).where(t.session_id == session_id))
    return gift(conn, gift_id) if gift_id else None


def gift_to_return_to(conn: Connection, return_token: str) -> Gift | None:
    """The gift whose donor turned back at Stripe: of several from one form, the latest."""
    of_form = sa.select(_g.id).where(_g.return_token == return_token)
    gift_id = conn.scalar(of_form.order_by(_g.attempted_at.desc(), _g.id).limit(1))
    return gift(conn, gift_id) if gift_id else None


def paid_gift_of_form(conn: Connection, return_token: str) -> Gift | None:
    """The gift that was paid with this form, or is being paid: of several, the latest."""
    under_way = _g.state.in_([GiftState.PROCESSING.value, GiftState.RECEIVED.value])
    of_form = sa.select(_g.id).where(_g.return_token == return_token, under_way)
    gift_id = conn.scalar(of_form.order_by(_g.attempted_at.desc(), _g.id).limit(1))
    return gift(conn, gift_id) if gift_id else None


def campaign_of(conn: Connection, gift: Gift) -> Campaign | None:
    """The campaign that a gift was given to; None for a gift that its donor shared over several."""
    campaigns = campaigns_of_gift(conn, gift)
    return campaigns[0] if len(campaigns) == 1 else None


def campaigns_of_gift(conn: Connection, gift: Gift) -> list[Campaign]:
    """The campaigns that a gift was given to, in the order of its shares."""
    return campaigns_given_to(conn, [share.campaign for share in gift.allocations])


def campaigns_given_to(conn: Connection, numbers: Sequence[int]) -> list[Campaign]:
    """The campaigns of these shares. A campaign's share of a gift to its group is no gift to the campaign."""
    campaigns = [campaign for number in numbers if (campaign := campaign_by_id(conn, number))]
    is_to_group = len(campaigns) == 2 and campaigns[1].id == campaigns[0].parent_id
    return campaigns[:1] if is_to_group else campaigns


def has_given_since(conn: Connection, donor_id: str, at: datetime) -> bool:
    """Whether this donor has paid, or is paying, a gift that was asked for at or after that instant."""
    paid = _g.state.in_([GiftState.PROCESSING.value, GiftState.RECEIVED.value])
    later = sa.select(_g.id).where(_g.donor_id == donor_id, _g.created_at >= at, paid).limit(1)
    return conn.scalar(later) is not None


def first_gift_at(conn: Connection) -> datetime | None:
    """When the first gift was asked for."""
    first: datetime | None = conn.scalar(sa.select(sa.func.min(_g.created_at)))
    return first


def next_attempt(conn: Connection, gift_id: str, now: datetime) -> None:
    """Count another attempt to open a checkout for this gift; each attempt has its own idempotency key."""
    t = gift_tables.gift
    conn.execute(sa.update(t).where(t.c.id == gift_id).values(attempts=t.c.attempts + 1, attempted_at=now))


def link_session(conn: Connection, gift_id: str, session_id: str) -> None:
    """Note the session that the donor is sent to. The donor may still pay an earlier one."""
    t, c = gift_tables.gift, gift_tables.checkout
    conn.execute(sa.update(t).where(t.c.id == gift_id).values(session_id=session_id))
    if conn.scalar(sa.select(c.c.session_id).where(c.c.session_id == session_id)) is None:
        put_rows(conn, c, [{"session_id": session_id, "gift_id": gift_id, "payment_intent": None}], "DO NOTHING")


def unfinished_sessions(conn: Connection, before: datetime) -> list[str]:
    """The sessions of gifts that were asked for before that instant and have neither come nor failed, oldest first."""
    waiting = _g.state.in_((GiftState.PENDING.value, GiftState.PROCESSING.value))
    old = sa.select(_g.session_id).where(waiting, _g.session_id.is_not(None), _g.attempted_at < before)
    return list(conn.scalars(old.order_by(_g.attempted_at, _g.id)))


def checkouts(conn: Connection, sessions: Iterable[str]) -> dict[str, CheckoutLink]:
    """The links of these Checkout Sessions to their gifts; unknown sessions are left out."""
    rows = look_up(conn, _CHECKOUT, _s.session_id, sorted(sessions))
    return {row[0]: CheckoutLink(*row) for row in sorted(rows)}


def save_checkouts(conn: Connection, new: Sequence[CheckoutLink], completed: Sequence[CheckoutLink]) -> None:
    """Add new links of Checkout Sessions to gifts; to those that are there, add the payment intent."""
    rows = [{"session_id": link.session, "gift_id": link.gift, "payment_intent": link.payment_intent} for link in new]
    intents = [{"session_id": link.session, "payment_intent": link.payment_intent} for link in completed]
    insert_rows(conn, gift_tables.checkout, rows)
    change_rows(conn, gift_tables.checkout, intents)


def raise_states(conn: Connection, states: Mapping[str, GiftState]) -> None:
    """Move gifts to these states; the caller has made sure that each is a rise."""
    rows = [{"id": gift, "state": state.value} for gift, state in sorted(states.items())]
    change_rows(conn, gift_tables.gift, rows)


def save_reception(conn: Connection, reception: Reception, now: datetime) -> None:
    """Move gifts to received, issue their receipts, queue the print jobs, and list the discrepancies."""
    _receive(conn, reception.received)
    numbers = receipts.store.issue_receipts(conn, reception.drafts, issued_on=reception.issued_on, now=now)
    queue_prints(conn, numbers, now=now)
    _note_discrepancies(conn, reception.discrepancies, now)


def settle_discrepancy(conn: Connection, charge: str, who: str, now: datetime) -> bool:
    """Note that a treasurer has dealt with a discrepancy; False when there is none for this charge.

    The first note stays.
    """
    t, settled = gift_tables.discrepancy.c, gift_tables.settled_discrepancy
    if conn.scalar(sa.select(t.charge).where(t.charge == charge)) is None:
        return False
    if conn.scalar(sa.select(settled.c.charge).where(settled.c.charge == charge)) is None:
        put_rows(conn, settled, [{"charge": charge, "who": who, "settled_at": now}], "DO NOTHING")
    return True


def _receive(conn: Connection, received: Sequence[Received]) -> None:
    rows = [
        {
            "id": payment.gift.id,
            "state": GiftState.RECEIVED.value,
            "payment": payment.subject,
            "received_at": payment.at,
            "received_on": payment.day,
        }
        for payment in received
    ]
    change_rows(conn, gift_tables.gift, rows)
    payers = [{"id": payment.gift.id, "donor_name": payment.payer} for payment in received if payment.payer]
    change_rows(conn, gift_tables.gift, payers)
    add_words(conn, [(payment.gift.donor_id or "", payment.payer) for payment in received if payment.payer])
    if received:
        gifts = [payment.gift for payment in received]
        by_first = {gift.recurring_id for gift in gifts if gift.recurring_id and not gift.source}
        sources = sources_of_recurring(conn, sorted(by_first))
        add_giving(conn, giving_rows(received, sources))


def _note_discrepancies(conn: Connection, discrepancies: Sequence[Discrepancy], now: datetime) -> None:
    rows = [
        {
            "charge": discrepancy.received.source,
            "gift_id": discrepancy.received.gift.id,
            "asked_minor": discrepancy.received.gift.amount.minor,
            "asked_currency": discrepancy.received.gift.amount.currency.code,
            "charged_minor": discrepancy.received.amount.minor,
            "charged_currency": discrepancy.received.amount.currency.code,
            "noted_at": now,
            "why": discrepancy.why,
        }
        for discrepancy in discrepancies
    ]
    insert_rows(conn, gift_tables.discrepancy, rows)


def _gifts(rows: Iterable[tuple[Any, ...]]) -> dict[str, Gift]:
    """Gifts from rows of one allocation each, joined with its gift."""
    gift_rows: dict[str, tuple[Any, ...]] = {}
    shares: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for n, campaign, minor, *gift in rows:
        gift_rows[gift[0]] = tuple(gift)
        shares[gift[0]].append((n, campaign, minor))
    return {identity: _gift(gift, sorted(shares[identity])) for identity, gift in gift_rows.items()}


def _gift(row: tuple[Any, ...], shares: list[tuple[int, int, int]]) -> Gift:
    identity, state, code, minor, name, email, message, *rest = row
    created, received, attempts, attempted, token, session, payment, recurring, invoice, donor_id, *wishes = rest
    source, show_name, fee_cover = wishes
    gift_currency = currency(code)
    return Gift(
        id=identity,
        state=GiftState(state),
        amount=Money(minor, gift_currency),
        allocations=tuple(Allocation(n, campaign, Money(part, gift_currency)) for n, campaign, part in shares),
        donor=DonorDetails(name, email, message),
        created_at=created,
        received_at=received,
        attempts=attempts,
        attempted_at=attempted,
        return_token=token,
        session_id=session,
        payment=payment,
        recurring_id=recurring,
        invoice_id=invoice,
        donor_id=donor_id,
        source=source or "",
        show_name=bool(show_name),
        fee_cover=None if fee_cover is None else Money(fee_cover, gift_currency),
    )
