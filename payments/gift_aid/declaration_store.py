"""Gift Aid declarations in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import among
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeclarationScope, DeskEntry, GiftAidDeclaration
from payments.gift_aid.tables import gift_aid_declaration as table
from payments.gift_aid.taxpayer import ABROAD, Taxpayer
from payments.gifts.erasure_store import REMOVED

_d = table.c
_OLDEST_FIRST = (_d.declared_at, _d.id)


def add_gift_aid_declaration(conn: Connection, declared: GiftAidDeclaration) -> None:
    """Keep what a taxpayer declared. The same one again changes nothing."""
    entry, place = declared.entry, declared.place
    row = {
        "id": declared.id,
        "donor_id": declared.donor_id,
        "gift_id": declared.gift_id,
        "scope": declared.scope.value,
        "first_name": declared.taxpayer.first_name,
        "last_name": declared.taxpayer.last_name,
        "house": declared.taxpayer.house,
        "street": declared.taxpayer.street,
        "postcode": declared.taxpayer.postcode,
        "words": declared.words,
        "words_version": declared.words_version,
        "place": DeclarationPlace.OWN_PAGE.value if entry else place.value,
        "declared_at": declared.declared_at,
        "declared_on": declared.declared_on,
        "brought": place.value if entry else None,
        "entered_by": entry and entry.who,
        "kept_where": entry and entry.kept_where,
        "confirmed_on": entry and entry.confirmed_on,
        "first_day": entry and entry.first_day,
        "last_day": entry and entry.last_day,
    }
    put_rows(conn, table, [row], "DO NOTHING")


def gift_aid_declaration_by_id(conn: Connection, identity: str) -> GiftAidDeclaration | None:
    """The declaration with this id."""
    return next(iter(read_gift_aid_declarations(conn, _d.id == identity)), None)


def gift_aid_declared_with(conn: Connection, gift_id: str) -> GiftAidDeclaration | None:
    """What was declared in the form of this gift."""
    return next(iter(read_gift_aid_declarations(conn, _d.gift_id == gift_id)), None)


def withdraw_gift_aid(conn: Connection, donor_ids: Sequence[str], from_day: date, who: str, now: datetime) -> list[str]:
    """Withdraw every declaration of these donors from this day; returns which, and nothing where none holds.

    Of a declaration that was withdrawn before the earlier decision stays.
    """
    holds = sa.and_(among(conn, _d.donor_id, donor_ids), _d.ends_on.is_(None))
    ids = list(conn.scalars(sa.select(_d.id).where(holds).order_by(*_OLDEST_FIRST)))
    conn.execute(sa.update(table).where(holds).values(ends_on=from_day, withdrawn_at=now, withdrawn_by=who))
    return ids


def erase_gift_aid_declarations(conn: Connection, identities: Sequence[str], now: datetime) -> None:
    """Take names, addresses and the place of a paper out of these declarations; what was agreed to, and when, stays."""
    gone = {
        "first_name": REMOVED,
        "last_name": REMOVED,
        "house": REMOVED,
        "street": REMOVED,
        "postcode": ABROAD,
    }
    named = sa.and_(among(conn, _d.id, identities), _d.erased_at.is_(None))
    on_paper = sa.and_(among(conn, _d.id, identities), _d.kept_where.is_not(None))
    conn.execute(sa.update(table).where(on_paper).values(kept_where=REMOVED))
    conn.execute(sa.update(table).where(named).values(**gone, erased_at=now))


def read_gift_aid_declarations(conn: Connection, which: sa.ColumnElement[bool]) -> list[GiftAidDeclaration]:
    """The declarations of this condition, oldest first."""
    rows = conn.execute(sa.select(table).where(which).order_by(*_OLDEST_FIRST))
    return [_declaration(row) for row in rows]


def _declaration(row: sa.Row[Any]) -> GiftAidDeclaration:
    return GiftAidDeclaration(
        id=row.id,
        donor_id=row.donor_id,
        gift_id=row.gift_id,
        scope=DeclarationScope(row.scope),
        taxpayer=Taxpayer(row.first_name, row.last_name, row.house, row.street, row.postcode),
        words=row.words,
        words_version=row.words_version,
        place=DeclarationPlace(row.brought or row.place),
        declared_at=row.declared_at,
        declared_on=row.declared_on,
        ends_on=row.ends_on,
        is_erased=row.erased_at is not None,
        entry=_entry(row),
    )


def _entry(row: sa.Row[Any]) -> DeskEntry | None:
    if row.brought is None:
        return None
    return DeskEntry(row.entered_by, row.kept_where, row.confirmed_on, row.first_day, row.last_day)
