"""Donors in the database: one function a question."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import among, look_up
from donors.donor import Donor, address_key
from donors.tables import donor as table
from donors.word_store import add_words
from web.language import spoken, spoken_code


def donor_by_id(conn: Connection, donor_id: str) -> Donor | None:
    """A donor by their id."""
    return _donor(conn.execute(sa.select(table).where(table.c.id == donor_id)).one_or_none())


def donor_of_address(conn: Connection, email: str) -> Donor | None:
    """The donor who uses this address, however it is spelt."""
    return _donor(conn.execute(sa.select(table).where(table.c.email_key == address_key(email))).one_or_none())


_LANGUAGE = (table.c.id, table.c.language)


def language_of_donor(conn: Connection, donor_id: str | None) -> str:
    """The language of a donor's letters; nothing where nobody knows it."""
    return conn.scalar(sa.select(table.c.language).where(table.c.id == donor_id)) or ""


def languages_of_donors(conn: Connection, donors: Sequence[str]) -> dict[str, str]:
    """The languages of these donors, by their ids: on the webhook's way, so it is one prepared question."""
    return dict(look_up(conn, _LANGUAGE, table.c.id, donors))


def find_or_add_donor(conn: Connection, name: str, email: str, now: datetime) -> Donor:
    """The donor of this address; a new one when nobody has used it before.

    Their letters are in the language of the form that they sent last.
    Of two forms at once on PostgreSQL the second waits for the first, and finds its donor.
    """
    known = donor_of_address(conn, email)
    if known is not None:
        if name != known.name:
            add_words(conn, [(known.id, name)])
        return _speaking_now(conn, known)
    row = {
        "id": str(uuid4()),
        "email": email.strip(),
        "email_key": address_key(email),
        "name": name,
        "language": spoken_code(),
        "created_at": now,
    }
    put_rows(conn, table, [row], "DO NOTHING", key="email_key")
    added = donor_of_address(conn, email)
    assert added is not None
    add_words(conn, [(added.id, f"{name} {email}")])
    return added


def find_or_add_donors(conn: Connection, people: Sequence[tuple[str, str]], now: datetime) -> list[Donor]:
    """The donors of these names and addresses, in this order: of one address one donor, with the first of its names.

    A donor who is known keeps their name, and the language of their letters.
    """
    keys = [address_key(email) for _, email in people]
    known = _donors_of_keys(conn, keys)
    new: dict[str, dict[str, object]] = {}
    for key, (name, email) in zip(keys, people, strict=True):
        if key not in known and key not in new:
            new[key] = {
                "id": str(uuid4()), "email": email.strip(), "email_key": key, "name": name,
                "language": spoken_code(), "created_at": now,
            }  # fmt: skip
    if new:
        put_rows(conn, table, list(new.values()), "DO NOTHING", key="email_key")
        known |= _donors_of_keys(conn, list(new))
    typed = [(known[key], key in new, name, email) for key, (name, email) in zip(keys, people, strict=True)]
    add_words(conn, [(of.id, f"{name} {email}") for of, is_new, name, email in typed if is_new or name != of.name])
    return [known[key] for key in keys]


def _donors_of_keys(conn: Connection, keys: Sequence[str]) -> dict[str, Donor]:
    rows = conn.execute(sa.select(table).where(among(conn, table.c.email_key, keys)))
    return {row.email_key: donor for row in rows if (donor := _donor(row))}


def _speaking_now(conn: Connection, known: Donor) -> Donor:
    current = spoken()
    if current is None or current.code == known.language:
        return known  # no form was sent: an instalment has come
    conn.execute(sa.update(table).where(table.c.id == known.id).values(language=current.code))
    return replace(known, language=current.code)


def _donor(row: sa.Row[Any] | None) -> Donor | None:
    return None if row is None else Donor(row.id, row.email, row.name, row.language, row.created_at)
