"""Consents in the database: one row a decision, never changed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from donors.consents import Channel, Consent, ConsentPlace
from donors.tables import consent as table

MADE_WITH = UUID("3d0e6a3a-2f2b-4f0e-8f7d-6a1b5d1c9e42")  # the name space of the ids of consents made with a gift


def note_consent(conn: Connection, donor_id: str, consent: Consent) -> None:
    """Keep a decision of this donor."""
    note_consents(conn, donor_id, [consent])


def note_consents(conn: Connection, donor_id: str, consents: Iterable[Consent], made_with: str | None = None) -> None:
    """Keep decisions of this donor, in the transaction of what they were made with.

    `made_with` is the id of a gift: of each channel it keeps one decision, however often its form is sent.
    """
    rows = [
        {
            "id": _made_with(made_with, consent.channel) if made_with else str(uuid4()),
            "donor_id": donor_id,
            "channel": consent.channel.value,
            "is_given": consent.is_given,
            "words": consent.words,
            "words_version": consent.words_version,
            "language": consent.language,
            "place": consent.place.value,
            "at": consent.at,
        }
        for consent in consents
    ]
    put_rows(conn, table, rows, "DO NOTHING")


def consents_made_with(conn: Connection, gift_id: str) -> list[Consent]:
    """What was agreed to in the form of this gift."""
    ids = [_made_with(gift_id, channel) for channel in Channel]
    return _read(conn, sa.select(table).where(table.c.id.in_(ids)))


def consents_of(conn: Connection, donor_id: str) -> list[Consent]:
    """Every decision of this donor, oldest first."""
    return _read(conn, sa.select(table).where(table.c.donor_id == donor_id))


def _made_with(gift_id: str, channel: Channel) -> str:
    return str(uuid5(MADE_WITH, f"{gift_id} {channel}"))


def _read(conn: Connection, question: sa.Select[Any]) -> list[Consent]:
    rows = conn.execute(question.order_by(table.c.at, table.c.id))
    return [
        Consent(
            Channel(row.channel),
            row.is_given,
            row.words,
            row.words_version,
            row.language,
            ConsentPlace(row.place),
            row.at,
        )
        for row in rows
    ]
