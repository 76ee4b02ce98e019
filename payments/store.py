"""Gifts, deliveries and facts in the database: one function a question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import campaign_by_id
from database.bulk import among, change_rows, insert_rows, look_up, put_rows
from ledger.money import Money, currency
from payments import tables
from payments.gifts import Allocation, Donor, Gift, GiftState
from payments.happenings import ChargeSucceeded, CheckoutTold

_g, _a = tables.gift.c, tables.allocation.c
_GIFT = (
    _g.id, _g.state, _g.currency, _g.amount_minor, _g.donor_name, _g.donor_email, _g.message,
    _g.created_at, _g.received_at, _g.attempts, _g.attempted_at, _g.return_token, _g.session_id, _g.payment,
)  # fmt: skip
_CHARGE = (tables.charge.c.id, tables.charge.c.payment, tables.charge.c.currency, tables.charge.c.amount_minor)
_SHARE = (_a.gift_id, _a.n, _a.campaign_id, _a.amount_minor)


def add_gift(conn: Connection, gift: Gift) -> None:
    """Store a pending gift with its allocations; one that is there already stays as it is.

    Of two clicks at once on PostgreSQL the second waits for the first, then adds nothing.
    """
    row = {
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
    }
    shares = [
        {"gift_id": gift.id, "n": share.n, "campaign_id": share.campaign, "amount_minor": share.amount.minor}
        for share in gift.allocations
    ]
    if not gifts(conn, [gift.id]):
        put_rows(conn, tables.gift, [row], "DO NOTHING")
        put_rows(conn, tables.allocation, shares, "DO NOTHING")


def gifts(conn: Connection, ids: Iterable[str]) -> dict[str, Gift]:
    """The gifts of these ids, with their allocations; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    # The gifts first: of one that another process has just added, the shares are then there as well.
    found = look_up(conn, _GIFT, tables.gift.c.id, wanted)
    shares = _allocations(conn, wanted)
    return {row[0]: _gift(row, shares[row[0]]) for row in found}


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


def known_charges(conn: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str, int]]:
    """What is among the facts already of these charges: payment, currency and amount, by charge."""
    return {row[0]: row[1:] for row in look_up(conn, _CHARGE, tables.charge.c.id, ids)}


def gifts_of_intents(conn: Connection, intents: Sequence[str]) -> dict[str, str]:
    """For each payment intent that a checkout told of, its gift."""
    c = tables.checkout.c
    rows = conn.execute(sa.select(c.payment_intent, c.gift_id).where(among(conn, c.payment_intent, intents)))
    return {row[0]: row[1] for row in rows}


def waiting_charges(conn: Connection, intents: Sequence[str]) -> list[ChargeSucceeded]:
    """Charges of these payment intents whose gift was not known when they came."""
    c = tables.charge.c
    if not intents:
        return []
    homeless = sa.select(tables.charge).where(c.gift_id.is_(None), among(conn, c.payment_intent, intents))
    return [
        ChargeSucceeded(
            row.id, row.payment, row.payment_intent, Money(row.amount_minor, currency(row.currency)),
            row.method, row.succeeded_at, row.gift_hint,
        )
        for row in conn.execute(homeless.order_by(c.id))
    ]  # fmt: skip


def add_charges(conn: Connection, charges: Sequence[ChargeSucceeded], gift_of: Mapping[str, str]) -> None:
    """Add facts: these charges succeeded. `gift_of` names the gift of each charge that has one."""
    insert_rows(
        conn,
        tables.charge,
        [
            {
                "id": fact.charge,
                "payment": fact.payment,
                "payment_intent": fact.payment_intent,
                "gift_hint": fact.gift,
                "currency": fact.amount.currency.code,
                "amount_minor": fact.amount.minor,
                "method": fact.method,
                "succeeded_at": fact.at,
                "gift_id": gift_of.get(fact.charge),
            }
            for fact in charges
        ],
    )


def claim_charge(conn: Connection, charge: str, gift_id: str) -> None:
    """A charge that waited has found its gift."""
    t = tables.charge
    conn.execute(sa.update(t).where(t.c.id == charge).values(gift_id=gift_id))


def add_checkouts(conn: Connection, told: Sequence[CheckoutTold]) -> None:
    """Add facts: these sessions belong to these gifts and led to these payment intents."""
    merged: dict[str, CheckoutTold] = {}
    for one in told:
        before = merged.get(one.session)
        if before is None or before.payment_intent is None:
            merged[one.session] = one
    t = tables.checkout
    question = sa.select(t.c.session_id, t.c.payment_intent).where(among(conn, t.c.session_id, list(merged)))
    known = {row[0]: row[1] for row in conn.execute(question)}
    for session, one in merged.items():
        if session in known and known[session] is None and one.payment_intent:
            linked = sa.update(t).where(t.c.session_id == session)
            conn.execute(linked.values(payment_intent=one.payment_intent))
    rows = [
        {"session_id": session, "gift_id": one.gift, "payment_intent": one.payment_intent}
        for session, one in merged.items()
        if session not in known
    ]
    insert_rows(conn, t, rows)


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


def _allocations(conn: Connection, gift_ids: Sequence[str]) -> dict[str, list[tuple[int, int, int]]]:
    shares: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for gift_id, n, campaign, minor in look_up(conn, _SHARE, tables.allocation.c.gift_id, gift_ids):
        shares[gift_id].append((n, campaign, minor))
    for several in shares.values():
        several.sort()
    return shares


def _gift(row: tuple[Any, ...], shares: list[tuple[int, int, int]]) -> Gift:
    identity, state, code, minor, name, email, message, *rest = row
    created, received, attempts, attempted, token, session, payment = rest
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
    )
