"""Standing instructions, and the invoices and payments that Stripe says are theirs: one function a question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows, put_rows
from database.questions import look_up
from ledger.money import Money, currency
from payments.gifts import Donor
from payments.happenings import InvoicePaid, InvoiceTold
from payments.reading.standing import SubscriptionStanding
from payments.recurring import tables
from payments.recurring.acts import Act, Wish
from payments.recurring.recurring import Interval, Recurring, RecurringState, Share

_r, _s, _i, _p = tables.recurring.c, tables.recurring_share.c, tables.invoice.c, tables.invoice_payment.c
_RECURRING = (
    _r.id, _r.state, _r.currency, _r.amount_minor, _r.interval, _r.donor_name, _r.donor_email, _r.first_gift_id,
    _r.created_at, _r.ends_at, _r.instalments, _r.subscription,
)  # fmt: skip
_SHARE = (_s.recurring_id, _s.n, _s.campaign_id, _s.weight)
_INVOICE = (_i.id, _i.recurring_id, _i.is_first)
_PAYMENT = (_p.payment, _p.invoice_id)


def add_recurring(conn: Connection, recurring: Recurring) -> None:
    """Store a standing instruction with its shares, after its first gift; one that is there stays as it is."""
    if recurring_of(conn, [recurring.id]):
        return
    row = {
        "id": recurring.id,
        "state": recurring.state.value,
        "currency": recurring.amount.currency.code,
        "amount_minor": recurring.amount.minor,
        "interval": recurring.interval.value,
        "donor_name": recurring.donor.name,
        "donor_email": recurring.donor.email,
        "first_gift_id": recurring.first_gift,
        "created_at": recurring.created_at,
        "ends_at": recurring.ends_at,
        "instalments": recurring.instalments,
        "subscription": recurring.subscription,
        "failed_attempts": 0,
    }
    shares = [
        {"recurring_id": recurring.id, "n": share.n, "campaign_id": share.campaign, "weight": share.weight}
        for share in recurring.shares
    ]
    insert_rows(conn, tables.recurring, [row])
    insert_rows(conn, tables.recurring_share, shares)


def recurring_of(conn: Connection, ids: Iterable[str]) -> dict[str, Recurring]:
    """The standing instructions of these ids, with their shares; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = look_up(conn, _RECURRING, _r.id, wanted)
    shares: defaultdict[str, list[Share]] = defaultdict(list)
    for identity, n, campaign, weight in look_up(conn, _SHARE, _s.recurring_id, wanted):
        shares[identity].append(Share(n, campaign, weight))
    return {row[0]: _recurring(row, shares[row[0]]) for row in found}


def recurring_of_subscription(conn: Connection, subscription: str) -> Recurring | None:
    """The standing instruction that this subscription carries out, once Stripe has told of it."""
    found = conn.scalar(sa.select(_r.id).where(_r.subscription == subscription))
    return recurring_of(conn, [found]).get(found) if found else None


def keep_standing(conn: Connection, recurring_id: str, seen: SubscriptionStanding, asked_at: datetime) -> None:
    """Keep how Stripe says that it stands; an answer to a question asked earlier than the last changes nothing."""
    latest = sa.or_(_r.looked_at.is_(None), _r.looked_at <= asked_at)
    conn.execute(
        sa.update(tables.recurring)
        .where(_r.id == recurring_id, latest)
        .values(
            state=seen.state.value,
            amount_minor=seen.amount.minor,
            stripe_ends_at=seen.ends_at,
            paused_at=sa.func.coalesce(_r.paused_at, asked_at) if seen.paused else None,
            next_at=seen.next_at,
            retry_at=seen.retry_at,
            failed_attempts=seen.attempts,
            looked_at=asked_at,
        )
    )


def add_wish(conn: Connection, wish: Wish) -> None:
    """Keep what was asked for; the same button pressed twice is one wish."""
    t = tables.recurring_act
    if conn.scalar(sa.select(t.c.id).where(t.c.id == wish.id)) is not None:
        return  # a guard of the table would call a second row an error
    row = {
        "id": wish.id,
        "recurring_id": wish.recurring,
        "act": wish.act.value,
        "amount_minor": wish.amount.minor if wish.amount else None,
        "who": wish.who,
        "asked_at": wish.asked_at,
    }
    put_rows(conn, t, [row], "DO NOTHING")


def wishes(conn: Connection, recurring: Recurring) -> list[Wish]:
    """Everything that was ever asked for, in the order of asking."""
    t = tables.recurring_act
    rows = conn.execute(sa.select(t).where(t.c.recurring_id == recurring.id).order_by(t.c.asked_at, t.c.id))
    of = recurring.amount.currency
    return [
        Wish(
            row.id,
            row.recurring_id,
            Act(row.act),
            None if row.amount_minor is None else Money(row.amount_minor, of),
            row.who,
            row.asked_at,
            row.done_at,
        )
        for row in rows
    ]


def fulfil(conn: Connection, wish: Wish, now: datetime) -> None:
    """Stripe has agreed (or there was nothing left to ask for)."""
    t = tables.recurring_act
    conn.execute(sa.update(t).where(t.c.id == wish.id, t.c.done_at.is_(None)).values(done_at=now))


def link_subscriptions(conn: Connection, subscription_of: Mapping[str, str]) -> None:
    """These recurring gifts, which had none, have these subscriptions at Stripe."""
    rows = [{"id": one, "subscription": subscription} for one, subscription in sorted(subscription_of.items())]
    change_rows(conn, tables.recurring, rows)


def invoices(conn: Connection, ids: Iterable[str]) -> dict[str, InvoiceTold]:
    """What is known of these invoices: whose they are, and whether they are the first."""
    wanted = sorted(set(ids))
    return {row[0]: InvoiceTold(row[0], row[1], bool(row[2])) for row in look_up(conn, _INVOICE, _i.id, wanted)}


def add_invoices(conn: Connection, told: Sequence[InvoiceTold]) -> None:
    """Add facts: these invoices belong to these recurring gifts."""
    rows = [{"id": one.invoice, "recurring_id": one.recurring, "is_first": one.first} for one in told]
    insert_rows(conn, tables.invoice, rows)


def invoices_paid(conn: Connection, payments: Iterable[str]) -> dict[str, str]:
    """For each of these payments that paid an invoice, the invoice."""
    return {row[0]: row[1] for row in look_up(conn, _PAYMENT, _p.payment, sorted(set(payments)))}


def payments_of_invoices(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The payments that paid these invoices, each with its invoice."""
    return {row[0]: row[1] for row in look_up(conn, _PAYMENT, _p.invoice_id, sorted(set(ids)))}


def add_invoice_payments(conn: Connection, told: Sequence[InvoicePaid]) -> None:
    """Add facts: these payments paid these invoices."""
    rows = [{"payment": one.payment, "invoice_id": one.invoice} for one in told]
    insert_rows(conn, tables.invoice_payment, rows)


def _recurring(row: tuple[Any, ...], shares: list[Share]) -> Recurring:
    identity, state, code, minor, interval, name, email, first, created, ends, instalments, subscription = row
    return Recurring(
        id=identity,
        state=RecurringState(state),
        amount=Money(minor, currency(code)),
        interval=Interval(interval),
        shares=tuple(sorted(shares, key=lambda share: share.n)),
        donor=Donor(name, email),
        first_gift=first,
        created_at=created,
        ends_at=ends,
        instalments=instalments,
        subscription=subscription,
    )
