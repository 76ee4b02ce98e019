"""Donors whom staff found to be one person. Nothing is moved: a merge says how donors are read, until it is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from donors.donor import Donor
from donors.store import donor_by_id
from donors.tables import donor, donor_merge

_m = donor_merge.c
_HOLDS = _m.undone_at.is_(None)


class CannotMerge(ValueError):
    """Two donors that are one already, or one that is not there."""


@dataclass(frozen=True, slots=True)
class DonorMerge:
    """A merge that holds: `donor` is read as a part of `into`."""

    id: str
    donor: str
    into: str
    who: str
    merged_at: datetime


def merge_donors(conn: Connection, donor_id: str, into_id: str, who: str, now: datetime) -> DonorMerge:
    """Read one donor, with all that were merged into them, as a part of another. Raises CannotMerge."""
    merged, into = kept_as(conn, donor_id), kept_as(conn, into_id)
    if merged == into or donor_by_id(conn, merged) is None or donor_by_id(conn, into) is None:
        raise CannotMerge(donor_id)
    merge = DonorMerge(str(uuid4()), merged, into, who, now)
    row = {"id": merge.id, "donor_id": merged, "into_id": into, "who": who, "merged_at": now, "holds_of": merged}
    insert_rows(conn, donor_merge, [row])
    return merge


def undo_merge(conn: Connection, merge_id: str, who: str, now: datetime) -> DonorMerge | None:
    """Read the two donors apart again; None where there is no such merge, or it was undone."""
    merge = next(iter(_merges(conn, _m.id == merge_id)), None)
    if merge is not None:
        conn.execute(
            sa.update(donor_merge).where(_m.id == merge_id).values(undone_by=who, undone_at=now, holds_of=None)
        )
    return merge


def kept_as(conn: Connection, donor_id: str) -> str:
    """The donor that this one is read as a part of; the donor itself without a merge."""
    into = conn.scalar(sa.select(_m.into_id).where(_m.donor_id == donor_id, _HOLDS))
    return donor_id if into is None else kept_as(conn, into)


def kept_donors(conn: Connection) -> dict[str, str]:
    """Of every donor who was merged: the one that they are read as a part of. Nobody else is in it."""
    into = {row.donor_id: row.into_id for row in conn.execute(sa.select(_m.donor_id, _m.into_id).where(_HOLDS))}
    kept: dict[str, str] = {}
    for merged, donor_id in into.items():
        last = donor_id
        while last in into:
            last = into[last]
        kept[merged] = last
    return kept


def ids_of_person(conn: Connection, donor_id: str) -> list[str]:
    """Every donor who is the same person: the one that is kept first."""
    ids, newest = [], [kept_as(conn, donor_id)]
    while newest:
        ids += newest
        newest = sorted(conn.scalars(sa.select(_m.donor_id).where(_m.into_id.in_(newest), _HOLDS)))
    return ids


def merges_of_person(conn: Connection, donor_ids: Sequence[str]) -> list[DonorMerge]:
    """The merges that hold of one person, the newest first."""
    return _merges(conn, _m.donor_id.in_(donor_ids))


def find_donors(conn: Connection, text: str, limit: int) -> list[Donor]:
    """The donors whose name or address contains this text, the newest first."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    contains = sa.or_(*(column.ilike(f"%{escaped}%", escape="\\") for column in (donor.c.name, donor.c.email)))
    rows = conn.execute(sa.select(donor).where(contains).order_by(donor.c.created_at.desc(), donor.c.id).limit(limit))
    return [Donor(row.id, row.email, row.name, row.language, row.created_at) for row in rows]


def _merges(conn: Connection, which: sa.ColumnElement[bool]) -> list[DonorMerge]:
    rows = conn.execute(
        sa.select(_m.id, _m.donor_id, _m.into_id, _m.who, _m.merged_at)
        .where(which, _HOLDS)
        .order_by(_m.merged_at.desc(), _m.id)
    )
    return [DonorMerge(*row) for row in rows]
