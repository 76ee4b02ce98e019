"""Who gave in a month: for the first time, again, or no longer. Writes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from donors.merge_store import kept_donors
from ledger.periods import month_after
from payments.gifts.tables import gift

_g = gift.c
_DAY = timedelta(days=1)
IsOther = Callable[[sa.ColumnElement[date]], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Givers:
    """The people who gave in a month. `lapsed` gave in the same month a year ago, and never since."""

    new: int
    returning: int
    lapsed: int

    @property
    def gave(self) -> int:
        """How many gave in the month."""
        return self.new + self.returning


def givers_of(conn: Connection, month: date) -> Givers:
    """The givers of this month. People who were merged are one; whoever is known only as nobody counts as one."""
    person_of = _merged_people(conn)
    first, a_year_ago = month, month.replace(year=month.year - 1)
    gave, new = _counted(conn, first, person_of, lambda day: day < first)
    _, lapsed = _counted(conn, a_year_ago, person_of, lambda day: day >= month_after(a_year_ago))
    return Givers(new, gave - new, lapsed)


def gave_only_then(
    conn: Connection, person: sa.ColumnElement[str], days: tuple[date | None, date | None], *, for_the_first_time: bool
) -> sa.ColumnElement[bool]:
    """Whether a person gave on these days (None: without end), and never before them; or else never after them."""
    first, last = days[0] or date.min, days[1] or date.max
    person_of, within = _merged_people(conn), _g.received_on.between(first, last)
    theirs = gift.alias("theirs").c
    gave = sa.select(_g.donor_id).where(within)

    def is_other(day: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
        return day < first if for_the_first_time else day > last

    gave_otherwise = sa.exists().where(theirs.donor_id == person, is_other(theirs.received_on))
    merged = _of_merged(conn, person_of, within, is_other(_g.received_on))
    only_then = [person for person, otherwise in merged.items() if not otherwise]
    alone = sa.and_(person.in_(gave), ~among(conn, person, list(person_of)), ~gave_otherwise)
    return sa.or_(alone, among(conn, person, only_then))


def _counted(conn: Connection, month: date, person_of: Mapping[str, str], is_other: IsOther) -> tuple[int, int]:
    """How many people gave in this month, and how many of them gave on no other day of these."""
    within, theirs = _g.received_on.between(month, month_after(month) - _DAY), gift.alias("theirs").c
    merged = list(person_of)
    gave = sa.select(_g.donor_id.label("id")).where(within, ~among(conn, _g.donor_id, merged)).distinct().subquery()
    gave_otherwise = sa.exists().where(theirs.donor_id == gave.c.id, is_other(theirs.received_on))
    counts = sa.select(sa.func.count(), sa.func.count(sa.case((~gave_otherwise, 1)))).select_from(gave)
    people, only_then = conn.execute(counts).one()
    of_merged = _of_merged(conn, person_of, within, is_other(_g.received_on))
    return people + len(of_merged), only_then + sum(1 for otherwise in of_merged.values() if not otherwise)


def _of_merged(
    conn: Connection, person_of: Mapping[str, str], within: sa.ColumnElement[bool], other: sa.ColumnElement[bool]
) -> dict[str, bool]:
    """Of people who were merged: who gave in the month, and whether they gave on another day."""
    rows = conn.execute(
        sa.select(_g.donor_id, sa.func.max(sa.case((within, 1), else_=0)), sa.func.max(sa.case((other, 1), else_=0)))
        .where(among(conn, _g.donor_id, list(person_of)), _g.received_on.is_not(None))
        .group_by(_g.donor_id)
    ).all()
    gave = {person_of[donor_id] for donor_id, then, _ in rows if then}
    otherwise = {person_of[donor_id] for donor_id, _, other_day in rows if other_day}
    return {person: person in otherwise for person in gave}


def _merged_people(conn: Connection) -> dict[str, str]:
    """Everybody who was merged with somebody, each with the donor that they are kept as."""
    kept = kept_donors(conn)
    return kept | {donor_id: donor_id for donor_id in kept.values()}
