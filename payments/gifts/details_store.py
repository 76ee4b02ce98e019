"""What some gifts carry besides money: a dedication, a declaration of who gives.

One row a gift; of two requests that write it at once the first one's stays.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from donors.word_store import add_words
from payments.gifts.declaration import Declaration, DonorKind
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.tables import declaration as declaration_table
from payments.gifts.tables import dedication as dedication_table
from payments.gifts.tables import gift as gift_table


def add_dedication(conn: Connection, gift_id: str, dedication: Dedication) -> None:
    """Keep whom this gift is in honour or in memory of."""
    row = {
        "gift_id": gift_id,
        "kind": dedication.kind.value,
        "name": dedication.name,
        "letter_to": dedication.letter_to,
    }
    put_rows(conn, dedication_table, [row], "DO NOTHING")


def hide_name(conn: Connection, gift_id: str) -> None:
    """Show the giver's name and message no more: the donor has asked for that."""
    conn.execute(sa.update(gift_table).where(gift_table.c.id == gift_id).values(show_name=False))


def name_giver(conn: Connection, gift_ids: Sequence[str], name: str) -> None:
    """Keep who gives with those of these gifts that have no name yet; their donors are found by it from now on."""
    nameless = sa.and_(gift_table.c.id.in_(gift_ids), gift_table.c.donor_name == "")
    donors = conn.scalars(sa.select(gift_table.c.donor_id).where(nameless).distinct()).all()
    add_words(conn, [(donor_id, name) for donor_id in donors if donor_id])
    conn.execute(sa.update(gift_table).where(nameless).values(donor_name=name))


def dedication_of(conn: Connection, gift_id: str) -> Dedication | None:
    """Whom this gift is in honour or in memory of."""
    t = dedication_table.c
    row = conn.execute(sa.select(t.kind, t.name, t.letter_to).where(t.gift_id == gift_id)).one_or_none()
    return None if row is None else Dedication(DedicationKind(row.kind), row.name, row.letter_to)


def add_declaration(conn: Connection, gift_id: str, declaration: Declaration, now: datetime) -> None:
    """Keep who gives, as they declared it before paying."""
    row = {
        "gift_id": gift_id,
        "kind": declaration.kind.value,
        "name": declaration.name,
        "address": declaration.address,
        "number": declaration.number,
        "words": declaration.words,
        "words_version": declaration.words_version,
        "declared_at": now,
    }
    put_rows(conn, declaration_table, [row], "DO NOTHING")


def declaration_of(conn: Connection, gift_id: str) -> Declaration | None:
    """Who gives, as they declared it before paying; None for a gift of which none was asked."""
    t = declaration_table.c
    row = conn.execute(sa.select(declaration_table).where(t.gift_id == gift_id)).one_or_none()
    if row is None:
        return None
    return Declaration(DonorKind(row.kind), row.name, row.address, row.number, row.words, row.words_version)
