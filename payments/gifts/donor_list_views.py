"""The list of donors at the desk: people, and what each of them gave. Writes nothing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import AskedOfRows, ListChoice, ListedTable, ListQuestion, ListTotal, within_days
from database.questions import among
from donors.donor import NotAnAddress, address_key
from donors.tables import donor, donor_merge
from donors.word_store import asked_whether_called, donors_called
from ledger.money import Money
from payments.gifts.gift import GiftState
from payments.gifts.given_back_views import DonorSum, donor_sums
from payments.gifts.giver_views import gave_only_then
from payments.gifts.recurring import RecurringState
from payments.gifts.tables import allocation, gift, recurring

_d, _g, _m, _a, _r = donor.c, gift.c, donor_merge.c, allocation.c, recurring.c
_ENDED = (RecurringState.PENDING.value, RecurringState.ENDED.value)


@dataclass(frozen=True, slots=True)
class DonorListRow:
    """A person in a list, with the gifts of everybody who was merged into them.

    `given`, in each currency, is less what went back; `back` is that.
    """

    id: str
    name: str
    email: str
    since: datetime
    gifts: int
    given: tuple[Money, ...]
    last_on: date | None
    back: tuple[Money, ...] = ()


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    merged = sa.exists().where(_m.holds_of == _d.id)
    kind = choice.words.get("kind")
    conditions = [~merged]
    if kind in ("new", "lapsed"):
        days = (choice.first_day, choice.last_day)
        conditions.append(gave_only_then(conn, _d.id, days, for_the_first_time=kind == "new"))
    else:
        conditions += within_days(_d.created_at, choice)
    if (number := choice.number("campaign")) is not None:
        for_it = sa.and_(_a.gift_id == _g.id, _a.campaign_id + 0 == number)
        received = sa.and_(_g.donor_id == _d.id, _g.state == GiftState.RECEIVED.value)
        conditions.append(sa.exists().where(received, for_it))
    match kind:
        case "monthly":
            conditions.append(sa.exists().where(_r.donor_id == _d.id, _r.state.not_in(_ENDED)))
        case "gave":
            conditions.append(sa.exists().where(_g.donor_id == _d.id, _g.received_on.is_not(None)))
    asked = _asked_of_rows(conn, choice.text)
    return ListedTable(
        tuple(donor.c),
        donor,
        [*conditions, *_matches_text(conn, choice.text)],
        _d.id,
        {"since": (_d.created_at,), "name": (_d.name,)},
        asked=None if asked is None else AskedOfRows(asked, conditions),
    )


def _matches_text(conn: Connection, text: str) -> list[sa.ColumnElement[bool]]:
    if not text:
        return []
    # Whoever is found by an address that was merged is listed as the person that they are kept as.
    called = donors_called(conn, text)
    merged = sa.select(_m.into_id).where(_m.holds_of.in_(called))
    by_any = [called, merged]
    with suppress(NotAnAddress):
        by_any.append(sa.select(_d.id).where(_d.email_key == address_key(text)))
    return [_d.id.in_(sa.union_all(*by_any))]


def _asked_of_rows(conn: Connection, text: str) -> sa.ColumnElement[bool] | None:
    """The same, to be asked of each donor, where many are called so."""
    called, merged = (asked_whether_called(conn, column, text) for column in (_d.id, _m.holds_of))
    if called is None or merged is None:
        return None
    by_any = [called, sa.exists().where(_m.into_id == _d.id, merged)]
    with suppress(NotAnAddress):
        by_any.append(_d.email_key == address_key(text))
    return sa.or_(*by_any)


def _read(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[DonorListRow]:
    people = sums_of_people(conn, [row.id for row in rows])
    return [_row(row, [sums for _, sums in sorted(people[row.id].items())]) for row in rows]


def _row(row: sa.Row[Any], sums: Sequence[DonorSum]) -> DonorListRow:
    return DonorListRow(
        row.id,
        row.name,
        row.email,
        row.created_at,
        sum(each.gifts for each in sums),
        tuple(each.left for each in sums),
        max((each.last_on for each in sums), default=None),
        tuple(each.back for each in sums if each.back),
    )


def sums_of_people(conn: Connection, donor_ids: Sequence[str]) -> Mapping[str, Mapping[str, DonorSum]]:
    """What these people gave, with everybody who was merged into them, by person and currency."""
    kept_as = _everybody(conn, donor_ids)
    people: dict[str, dict[str, DonorSum]] = {person: {} for person in donor_ids}
    for donor_id, by_currency in donor_sums(conn, list(kept_as)).items():
        person = people[kept_as[donor_id]]
        for code, sums in by_currency.items():
            person[code] = person[code] + sums if code in person else sums
    return people


def _everybody(conn: Connection, donor_ids: Sequence[str]) -> dict[str, str]:
    """These donors and everybody who was merged into them, each with the donor that they are kept as."""
    kept_as = {donor_id: donor_id for donor_id in donor_ids}
    newest = list(donor_ids)
    while newest:
        merges = sa.select(_m.donor_id, _m.into_id).where(among(conn, _m.into_id, newest), _m.undone_at.is_(None))
        merged_into = {merged: kept_as[into] for merged, into in conn.execute(merges)}
        kept_as |= merged_into
        newest = list(merged_into)
    return kept_as


def _kept_total(conn: Connection, choice: ListChoice) -> ListTotal | None:
    """How many people there are: donors, without those who were merged into others. None of a choice among them."""
    if choice.text or choice.first_day or choice.last_day or any(choice.words.values()):
        return None
    donors = sa.select(sa.func.count()).select_from(donor).scalar_subquery()
    merged = sa.select(sa.func.count(_m.holds_of)).scalar_subquery()
    return ListTotal(conn.execute(sa.select(donors - merged)).scalar_one())


DONORS = ListQuestion(_table, _read, _kept_total)
"""Donors as people, by `campaign` that they gave to and `kind` (gave, monthly: a recurring gift runs).

The days are those since when they are known; of the kinds new and lapsed those on which they gave for the first time,
or for the last.
"""
