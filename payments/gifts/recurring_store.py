"""Recurring gifts, and the changes that treasurers asked for, in the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.store import campaign_names
from database.bulk import change_rows, insert_rows, put_rows
from database.questions import has_come, look_up
from ledger.money import Money, currency
from outbox.jobs import enqueue, enqueue_many
from payments.gifts import tables as gift_tables
from payments.gifts.gift import DonorDetails, Share
from payments.gifts.gift_events import ended_event, started_event
from payments.gifts.recurring import (
    FeeCover,
    Interval,
    Recurring,
    RecurringStanding,
    RecurringState,
    SubscriptionStatus,
)
from payments.gifts.recurring_changes import CHANGE_RECURRING, ChangeKind, NotRunning, RecurringChange, StopReason
from payments.gifts.recurring_news import TELL_NEWS, RecurringNews, news_of
from webhooks.store import wanted_types, write_events

_r, _s, _g = gift_tables.recurring.c, gift_tables.recurring_share.c, gift_tables.gift.c
_RECURRING = (
    _r.id, _r.state, _r.currency, _r.amount_minor, _r.interval, _r.donor_name, _r.donor_email, _r.first_gift_id,
    _r.created_at, _r.ends_at, _r.instalments, _r.subscription, _r.donor_id, _r.began_at,
    _r.chosen_day, _g.amount_minor, _g.fee_cover_minor,
)  # fmt: skip
_FIRST_GIFT = _g.id == _r.first_gift_id
# Between asking Stripe and saving its answer; an instant further ahead was saved while the clock was.
_LONGEST_LOOK = timedelta(hours=1)
_SHARE = (_s.recurring_id, _s.n, _s.campaign_id, _s.weight)


def add_recurring(conn: Connection, recurring: Recurring) -> None:
    """Add a recurring gift with its shares, after its first gift; one that is there already stays as it is."""
    if recurring_of(conn, [recurring.id]):
        return
    row = {
        "id": recurring.id,
        "state": recurring.state.value,
        "currency": recurring.amount.currency.code,
        "amount_minor": recurring.amount.minor,
        "interval": recurring.interval.value,
        "donor_id": conn.scalar(sa.select(_g.donor_id).where(_g.id == recurring.first_gift)),
        "donor_name": recurring.donor.name,
        "donor_email": recurring.donor.email,
        "first_gift_id": recurring.first_gift,
        "created_at": recurring.created_at,
        "ends_at": recurring.ends_at,
        "instalments": recurring.instalments,
        "subscription": recurring.subscription,
        "failed_attempts": 0,
        "chosen_day": recurring.day,
    }
    shares = [
        {"recurring_id": recurring.id, "n": share.n, "campaign_id": share.campaign, "weight": share.weight}
        for share in recurring.shares
    ]
    insert_rows(conn, gift_tables.recurring, [row])
    insert_rows(conn, gift_tables.recurring_share, shares)


def recurring_of(conn: Connection, ids: Iterable[str]) -> dict[str, Recurring]:
    """The recurring gifts with these ids, with their shares; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = look_up(conn, _RECURRING, _r.id, wanted, _FIRST_GIFT)
    shares: defaultdict[str, list[Share]] = defaultdict(list)
    for identity, n, campaign, weight in look_up(conn, _SHARE, _s.recurring_id, wanted):
        shares[identity].append(Share(n, campaign, weight))
    return {row[0]: _recurring(row, shares[row[0]]) for row in rows}


def recurring_of_subscription(conn: Connection, subscription: str) -> Recurring | None:
    """The recurring gift that this subscription carries out, once Stripe has reported it."""
    recurring_id = conn.scalar(sa.select(_r.id).where(_r.subscription == subscription))
    return recurring_of(conn, [recurring_id]).get(recurring_id) if recurring_id else None


def open_subscriptions(conn: Connection, before: datetime) -> dict[str, str]:
    """Recurring gifts that have not ended and were not asked about since that instant, by their subscriptions."""
    due = sa.or_(_r.looked_at.is_(None), _r.looked_at < before)
    rows = conn.execute(
        sa.select(_r.subscription, _r.id).where(
            _r.subscription.is_not(None), _r.state != RecurringState.ENDED.value, due
        )
    )
    return {row[0]: row[1] for row in rows}


def request_change(conn: Connection, recurring: Recurring, change: RecurringChange) -> None:
    """Save a change that was asked for, and queue the job that makes it at Stripe; raises NotRunning."""
    if recurring.subscription is None or recurring.state is RecurringState.ENDED:
        raise NotRunning(recurring.id)
    add_change(conn, change)
    enqueue(conn, CHANGE_RECURRING, recurring.id, {"recurring": recurring.id}, now=change.requested_at, urgent=True)


def add_change(conn: Connection, change: RecurringChange) -> None:
    """Save a change that was asked for; the same button pressed twice is one change."""
    t = gift_tables.recurring_act
    if conn.scalar(sa.select(t.c.id).where(t.c.id == change.id)) is not None:
        return  # a trigger of the table would refuse a second row
    row = {
        "id": change.id,
        "recurring_id": change.recurring,
        "act": change.kind.value,
        "amount_minor": change.amount.minor if change.amount else None,
        "until": change.until,
        "day": change.day,
        "reason": change.reason.value if change.reason else "",
        "who": change.who,
        "asked_at": change.requested_at,
    }
    put_rows(conn, t, [row], "DO NOTHING")


def changes_of(conn: Connection, recurring: Recurring) -> list[RecurringChange]:
    """Every change that was ever asked for, the earliest first."""
    t = gift_tables.recurring_act
    rows = conn.execute(sa.select(t).where(t.c.recurring_id == recurring.id).order_by(t.c.asked_at, t.c.id))
    return [
        RecurringChange(
            row.id,
            row.recurring_id,
            ChangeKind(row.act),
            None if row.amount_minor is None else Money(row.amount_minor, recurring.amount.currency),
            row.who,
            row.asked_at,
            row.done_at,
            row.until,
            row.day,
            StopReason(row.reason) if row.reason else None,
        )
        for row in rows
    ]


def choose_day(conn: Connection, change: RecurringChange, amount: Money) -> None:
    """Keep the day of the month that was asked for, and queue what its donor is told if it is another.

    The next renewal is moved to it when the status is fetched. `amount` is the recurring gift's.
    """
    is_another = sa.or_(_r.chosen_day.is_(None), _r.chosen_day != change.day)
    update = sa.update(gift_tables.recurring).where(_r.id == change.recurring, is_another)
    if conn.execute(update.values(chosen_day=change.day)).rowcount:
        _queue_news(conn, change.recurring, amount, [RecurringNews.DAY], change.requested_at)


def mark_done(conn: Connection, change: RecurringChange, now: datetime) -> None:
    """Note that Stripe has made the change, or that there was nothing left to change."""
    t = gift_tables.recurring_act
    conn.execute(sa.update(t).where(t.c.id == change.id, t.c.done_at.is_(None)).values(done_at=now))


def save_status(conn: Connection, recurring_id: str, status: SubscriptionStatus, asked_at: datetime) -> None:
    """Save the status of a recurring gift, and queue what its donor is told; not if a later one was saved before."""
    before, fails = _standing(conn, recurring_id), status.state is RecurringState.PAST_DUE
    latest = sa.or_(_r.looked_at.is_(None), has_come(_r.looked_at, asked_at, _LONGEST_LOOK))
    saved = conn.execute(
        sa.update(gift_tables.recurring)
        .where(_r.id == recurring_id, latest)
        .values(
            state=status.state.value,
            amount_minor=status.amount.minor,
            stripe_ends_at=status.ends_at,
            paused_at=_kept(_r.paused_at, asked_at) if status.paused else None,
            resumes_at=status.resumes_at,
            next_at=status.next_at,
            retry_at=status.retry_at,
            failed_attempts=status.attempts,
            failing_since=_kept(_r.failing_since, asked_at) if fails else None,
            decline=sa.func.coalesce(status.decline, _r.decline) if status.attempts else None,
            method=sa.func.coalesce(status.method, _r.method),
            card_expires_on=status.card_expires_on,
            looked_at=asked_at,
            began_at=_kept(_r.began_at, status.began_at),
        )
    )
    if saved.rowcount:
        _queue_news(conn, recurring_id, before.amount, news_of(before, status), asked_at)
        _write_events(conn, recurring_id, before.state, status.state, asked_at)


def _kept(column: sa.Column[datetime], otherwise: datetime | None) -> sa.ColumnElement[datetime]:
    """The instant that stands there already, else this one."""
    return sa.func.coalesce(column, sa.literal(otherwise, column.type))


def _write_events(
    conn: Connection, recurring_id: str, before: RecurringState, after: RecurringState, at: datetime
) -> None:
    """Tell outgoing webhooks that it runs now, or has ended."""
    starts = before is RecurringState.PENDING and after not in (RecurringState.PENDING, RecurringState.ENDED)
    ends = before is not RecurringState.ENDED and after is RecurringState.ENDED
    if not (starts or ends) or not wanted_types(conn):
        return
    slugs = {campaign.id: campaign.slug for campaign in campaign_names(conn)}
    recurring = recurring_of(conn, [recurring_id])[recurring_id]
    write_events(conn, [(started_event if starts else ended_event)(recurring, slugs)], at)


def _standing(conn: Connection, recurring_id: str) -> RecurringStanding:
    """Nobody else changes it until the caller commits, so that news are told once."""
    question = sa.select(
        _r.state, _r.currency, _r.amount_minor, _r.paused_at, _r.stripe_ends_at, _r.ends_at, _r.instalments
    )
    row = conn.execute(question.where(_r.id == recurring_id).with_for_update()).one()
    return RecurringStanding(
        state=RecurringState(row.state),
        amount=Money(row.amount_minor, currency(row.currency)),
        is_paused=row.paused_at is not None,
        ends_at=row.stripe_ends_at,
        ends_as_promised=row.ends_at is not None or row.instalments is not None,
    )


def _queue_news(
    conn: Connection, recurring_id: str, before: Money, news: Sequence[RecurringNews], at: datetime
) -> None:
    jobs = [
        (
            f"{recurring_id}:{which}:{at.isoformat()}",
            {"recurring": recurring_id, "news": which.value, "before": before.minor, "at": at.isoformat()},
        )
        for which in news
    ]
    enqueue_many(conn, TELL_NEWS, jobs, now=at)


def link_subscriptions(conn: Connection, subscription_of: Mapping[str, str]) -> None:
    """These recurring gifts, which had none, have these subscriptions at Stripe."""
    rows = [
        {"id": recurring, "subscription": subscription} for recurring, subscription in sorted(subscription_of.items())
    ]
    change_rows(conn, gift_tables.recurring, rows)


def _recurring(row: tuple[Any, ...], shares: list[Share]) -> Recurring:
    identity, state, code, minor, interval, name, email, first, created, ends, instalments, subscription = row[:12]
    donor_id, began_at, day, first_minor, cover_minor = row[12:]
    of = currency(code)
    return Recurring(
        id=identity,
        state=RecurringState(state),
        amount=Money(minor, of),
        interval=Interval(interval),
        shares=tuple(sorted(shares, key=lambda share: share.n)),
        donor=DonorDetails(name, email),
        first_gift=first,
        created_at=created,
        ends_at=ends,
        instalments=instalments,
        subscription=subscription,
        donor_id=donor_id,
        began_at=began_at,
        day=day,
        cover=FeeCover(Money(cover_minor, of), Money(first_minor, of)) if cover_minor else None,
    )
