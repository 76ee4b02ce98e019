"""Gifts, deliveries and facts in the database: one function a question."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import campaign_by_id
from database.bulk import change_rows, insert_rows, put_rows
from database.questions import looking_up
from ledger.money import Money, currency
from payments import tables
from payments.gifts import Allocation, Donor, Gift, GiftState
from payments.happenings import ChargeSucceeded

_g, _a = tables.gift.c, tables.allocation.c
_GIFT = (
    _g.id, _g.state, _g.currency, _g.amount_minor, _g.donor_name, _g.donor_email, _g.message,
    _g.created_at, _g.received_at, _g.attempts, _g.attempted_at, _g.return_token, _g.session_id, _g.payment,
    _g.recurring_id, _g.invoice_id,
)  # fmt: skip
_SHARE = (_a.n, _a.campaign_id, _a.amount_minor)
_OF_ONE = _a.gift_id == _g.id


def add_gift(conn: Connection, gift: Gift) -> None:
    """Store a pending gift with its allocations; one that is there already stays as it is.

    Of two clicks at once on PostgreSQL the second waits for the first, then adds nothing.
    """
    if not gifts(conn, [gift.id]):
        add_gifts(conn, [gift])


def add_gifts(conn: Connection, new: Sequence[Gift]) -> None:
    """Store pending gifts, none of which was there a moment ago, with their allocations."""
    rows = [
        {
            "id": gift.id,
            "state": gift.state.value,
            "currency": gift.amount.currency.code,
            "amount_minor": gift.amount.minor,
            "donor_name": gift.donor.name,
            "donor_email": gift.donor.email,
            "message": gift.donor.message,
            "created_at": gift.created_at,
            "attempts": gift.attempts,
            "attempted_at": gift.attempted_at or gift.created_at,
            "return_token": gift.return_token or gift.id,
            "recurring_id": gift.recurring_id,
            "invoice_id": gift.invoice_id,
        }
        for gift in new
    ]
    shares = [
        {"gift_id": gift.id, "n": share.n, "campaign_id": share.campaign, "amount_minor": share.amount.minor}
        for gift in new
        for share in gift.allocations
    ]
    put_rows(conn, tables.gift, rows, "DO NOTHING")
    put_rows(conn, tables.allocation, shares, "DO NOTHING")


def name_invoices(conn: Connection, paid: Sequence[Gift]) -> None:
    """These gifts, kept already, are instalments: of which recurring gift, and asked for by which invoice."""
    rows = [{"id": gift.id, "recurring_id": gift.recurring_id, "invoice_id": gift.invoice_id} for gift in paid]
    change_rows(conn, tables.gift, rows)


def gifts(conn: Connection, ids: Iterable[str]) -> dict[str, Gift]:
    """The gifts of these ids, with their allocations; unknown ids are left out."""
    return asking_gifts(conn, ids)()


def asking_gifts(conn: Connection, ids: Iterable[str]) -> Callable[[], dict[str, Gift]]:
    """`gifts`, asked now and known when it is called."""
    rows = looking_up(conn, (*_SHARE, *_GIFT), _g.id, sorted(set(ids)), _OF_ONE)
    return lambda: _gifts(rows())


def gift(conn: Connection, gift_id: str) -> Gift | None:
    """One gift by its id."""
    return gifts(conn, [gift_id]).get(gift_id)


def gift_of_session(conn: Connection, session_id: str) -> Gift | None:
    """The gift that a Checkout Session was opened for: any of its sessions, not only the last."""
    t = tables.checkout.c
    found = conn.scalar(sa.select(t.gift_id).where(t.session_id == session_id))
    return gift(conn, found) if found else None


def gift_to_return_to(conn: Connection, return_token: str) -> Gift | None:
    """The gift whose donor turned back at Stripe."""
    found = conn.scalar(sa.select(tables.gift.c.id).where(tables.gift.c.return_token == return_token))
    return gift(conn, found) if found else None


def campaign_of(conn: Connection, gift: Gift) -> Campaign | None:
    """The campaign that a gift is (first of all) for."""
    return campaign_by_id(conn, gift.allocations[0].campaign)


def next_attempt(conn: Connection, gift_id: str, now: datetime) -> None:
    """Count one more try to open a checkout for this gift; each try has its own idempotency key."""
    t = tables.gift
    conn.execute(sa.update(t).where(t.c.id == gift_id).values(attempts=t.c.attempts + 1, attempted_at=now))


def link_session(conn: Connection, gift_id: str, session_id: str) -> None:
    """The gift's checkout is open: its donor is sent to this session, and may yet pay an earlier one."""
    t, c = tables.gift, tables.checkout
    conn.execute(sa.update(t).where(t.c.id == gift_id).values(session_id=session_id))
    if conn.scalar(sa.select(c.c.session_id).where(c.c.session_id == session_id)) is None:
        put_rows(conn, c, [{"session_id": session_id, "gift_id": gift_id, "payment_intent": None}], "DO NOTHING")


def raise_states(conn: Connection, states: Mapping[str, GiftState]) -> None:
    """Move gifts to these states; the caller has made sure that each is a rise."""
    rows = [{"id": gift, "state": state.value} for gift, state in sorted(states.items())]
    change_rows(conn, tables.gift, rows)


def receive(conn: Connection, received: Sequence[tuple[Gift, ChargeSucceeded, date]]) -> None:
    """These gifts are received: paid by these charges, counted on these days."""
    change_rows(
        conn,
        tables.gift,
        [
            {
                "id": gift.id,
                "state": GiftState.RECEIVED.value,
                "payment": fact.payment,
                "received_at": fact.at,
                "received_on": day,
            }
            for gift, fact, day in received
        ],
    )


def note_discrepancies(conn: Connection, found: Sequence[tuple[Gift, ChargeSucceeded, str]], now: datetime) -> None:
    """List charges that are not what was asked for, for the treasurer to look at."""
    insert_rows(
        conn,
        tables.discrepancy,
        [
            {
                "charge": fact.charge,
                "gift_id": gift.id,
                "asked_minor": gift.amount.minor,
                "asked_currency": gift.amount.currency.code,
                "charged_minor": fact.amount.minor,
                "charged_currency": fact.amount.currency.code,
                "noted_at": now,
                "why": why,
            }
            for gift, fact, why in found
        ],
    )


def _gifts(rows: Iterable[tuple[Any, ...]]) -> dict[str, Gift]:
    """Gifts, of rows that have a share each, with its gift."""
    found: dict[str, tuple[Any, ...]] = {}
    shares: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for n, campaign, minor, *gift in rows:
        found[gift[0]] = tuple(gift)
        shares[gift[0]].append((n, campaign, minor))
    return {identity: _gift(gift, sorted(shares[identity])) for identity, gift in found.items()}


def _gift(row: tuple[Any, ...], shares: list[tuple[int, int, int]]) -> Gift:
    identity, state, code, minor, name, email, message, *rest = row
    created, received, attempts, attempted, token, session, payment, recurring, invoice = rest
    of = currency(code)
    return Gift(
        id=identity,
        state=GiftState(state),
        amount=Money(minor, of),
        allocations=tuple(Allocation(n, campaign, Money(part, of)) for n, campaign, part in shares),
        donor=Donor(name, email, message),
        created_at=created,
        received_at=received,
        attempts=attempts,
        attempted_at=attempted,
        return_token=token,
        session_id=session,
        payment=payment,
        recurring_id=recurring,
        invoice_id=invoice,
    )
