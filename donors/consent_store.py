"""Consents in the database: one row a decision, never changed."""

from collections.abc import Iterable
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from donors.consents import Channel, Consent, ConsentPlace
from donors.tables import consent as table


def note_consent(conn: Connection, donor_id: str, consent: Consent) -> None:
    """Keep a decision of this donor."""
    note_consents(conn, donor_id, [consent])


def note_consents(conn: Connection, donor_id: str, consents: Iterable[Consent]) -> None:
    """Keep decisions of this donor, in the transaction of what they were made with."""
    rows = [
        {
            "id": str(uuid4()),
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
    if rows:
        conn.execute(sa.insert(table), rows)


def consents_of(conn: Connection, donor_id: str) -> list[Consent]:
    """Every decision of this donor, oldest first."""
    t = table.c
    rows = conn.execute(sa.select(table).where(t.donor_id == donor_id).order_by(t.at, t.id))
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
