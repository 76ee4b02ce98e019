"""Sign-ups in the database: one function a question."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from donors.donor import address_key
from mailing.signup import CONFIRM_WITHIN, EndedBy, Signup, Topic
from mailing.tables import signup as table

_s = table.c
_HOLDS = sa.and_(_s.confirmed_at.is_not(None), _s.ended_at.is_(None))


def add_signup(conn: Connection, signup: Signup, token: str) -> None:
    """Keep a sign-up that waits to be confirmed with this token."""
    row = {
        "id": signup.id,
        "topic": signup.topic.value,
        "campaign_id": signup.campaign,
        "email": signup.email,
        "email_key": address_key(signup.email),
        "words": signup.words,
        "words_version": signup.words_version,
        "language": signup.language,
        "asked_at": signup.asked_at,
        "token_hash": _hash(token),
    }
    insert_rows(conn, table, [row])


def signup_of_token(conn: Connection, token: str, now: datetime) -> Signup | None:
    """The sign-up that this token confirms, as long as it is good."""
    good = sa.and_(_s.token_hash == _hash(token), _s.asked_at > now - CONFIRM_WITHIN, _s.ended_at.is_(None))
    return _signup(conn.execute(sa.select(table).where(good)).one_or_none())


def confirm(conn: Connection, signup: Signup, now: datetime) -> None:
    """Note that the address agreed. An older sign-up of the same address for the same ends: one letter is enough."""
    same = sa.and_(_s.email_key == address_key(signup.email), _s.topic == signup.topic.value, _s.id != signup.id)
    end_where(conn, sa.and_(same, _s.campaign_id.is_not_distinct_from(signup.campaign), _HOLDS), EndedBy.SERVED, now)
    conn.execute(sa.update(table).where(_s.id == signup.id, _s.confirmed_at.is_(None)).values(confirmed_at=now))


def signup_by_id(conn: Connection, identity: str) -> Signup | None:
    """A sign-up by its id."""
    return _signup(conn.execute(sa.select(table).where(_s.id == identity)).one_or_none())


def end_address(conn: Connection, key: str, why: EndedBy, now: datetime) -> int:
    """Write to this address no more; returns how many sign-ups that ends."""
    return end_where(conn, _s.email_key == key, why, now)


def erase_signups(conn: Connection, keys: Sequence[str], now: datetime) -> None:
    """Write to these addresses no more, and forget them."""
    for identity, key in conn.execute(sa.select(_s.id, _s.email_key).where(_s.email_key.in_(keys))).all():
        end_address(conn, key, EndedBy.UNSUBSCRIBE, now)
        nobody = f"{identity}@erased.invalid"
        conn.execute(sa.update(table).where(_s.id == identity).values(email=nobody, email_key=nobody))


def end_signup(conn: Connection, identity: str, why: EndedBy, now: datetime) -> None:
    """End one sign-up."""
    end_where(conn, _s.id == identity, why, now)


def end_where(conn: Connection, which: sa.ColumnElement[bool], why: EndedBy, now: datetime) -> int:
    """End the sign-ups of a choice that have not ended."""
    ended = sa.update(table).where(which, _s.ended_at.is_(None)).values(ended_at=now, ended_by=why.value)
    return conn.execute(ended).rowcount


def signed_up(conn: Connection, topic: Topic, campaigns: Sequence[int | None], after: str, limit: int) -> list[Signup]:
    """Who is to be told of a topic of these campaigns, in the order of their addresses' keys; None is the whole."""
    numbers = [campaign for campaign in campaigns if campaign is not None]
    about = sa.or_(_s.campaign_id.in_(numbers), _s.campaign_id.is_(None) if None in campaigns else sa.false())
    question = sa.select(table).where(_HOLDS, _s.topic == topic.value, about, _s.email_key > after)
    return _signups(conn.execute(question.order_by(_s.email_key, _s.id).limit(limit)))


def waiting_topics(conn: Connection) -> list[tuple[int, Topic]]:
    """The campaigns of which somebody waits to be told once, each with what."""
    once = _s.topic.in_([Topic.OPENS.value, Topic.OUTCOME.value])
    rows = conn.execute(sa.select(_s.campaign_id, _s.topic).where(_HOLDS, once).distinct())
    return sorted((campaign, Topic(topic)) for campaign, topic in rows)


def all_signed_up(conn: Connection) -> list[Signup]:
    """Every sign-up for updates that holds, oldest first, for an export."""
    question = sa.select(table).where(_HOLDS, _s.topic == Topic.UPDATES.value)
    return _signups(conn.execute(question.order_by(_s.confirmed_at, _s.id)))


def signup_counts(conn: Connection) -> dict[tuple[int | None, Topic], int]:
    """How many sign-ups hold, by campaign and topic."""
    rows = conn.execute(
        sa.select(_s.campaign_id, _s.topic, sa.func.count(sa.distinct(_s.email_key)))
        .where(_HOLDS)
        .group_by(_s.campaign_id, _s.topic)
    )
    return {(campaign, Topic(topic)): count for campaign, topic, count in rows}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signups(rows: Iterable[sa.Row[Any]]) -> list[Signup]:
    return [signup for row in rows if (signup := _signup(row))]


def _signup(row: sa.Row[Any] | None) -> Signup | None:
    if row is None:
        return None
    return Signup(
        row.id,
        Topic(row.topic),
        row.campaign_id,
        row.email,
        row.words,
        row.words_version,
        row.language,
        row.asked_at,
        row.confirmed_at,
        row.ended_at,
    )
