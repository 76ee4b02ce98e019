"""The list of checks at the desk, those with the fewest days left first. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from campaigns.tables import campaign
from compliance.check import CheckReason, CheckState
from compliance.donor_types import DonorType
from compliance.step_rows import StepKind
from compliance.store import IS_CORRECTED, corrected_values, is_ended
from compliance.tables import check_step, donor_check
from database.columns import BookDate
from database.lists import ListChoice, ListedTable, ListQuestion, on_days
from donors.merge_store import ids_of_person
from donors.word_store import asked_whether_called, is_called
from ledger.amount_views import is_amount
from ledger.money import GBP, Money
from payments.gifts.gift_list_views import REFERENCE, begins_with_reference
from payments.gifts.tables import allocation, gift

_c, _s, _g, _a = donor_check.c, check_step.c, gift.c, allocation.c
PENDING = (CheckState.OPEN, CheckState.TO_RETURN, CheckState.CAME_BACK)
_NO_DAY = date.min


@dataclass(frozen=True, slots=True)
class CheckListRow:
    """A check in a list. `days_left` until its last day: 0 on that day, less once it is over; None: not asked."""

    gift_id: str
    donor_id: str
    donor: str
    campaigns: tuple[str, ...]
    amount: Money
    received_on: date
    last_day: date
    days_left: int | None
    state: CheckState
    reason: CheckReason
    donor_type: DonorType | None
    ended_on: date | None
    ended_by: str


def _table(conn: Connection, choice: ListChoice) -> ListedTable:
    state, last_day = _state(), _last_day(conn)
    is_pending = ~is_ended(_c.gift_id)
    conditions = [
        *on_days(last_day, choice),
        *_of_state(choice.words.get("state", ""), is_pending),
        *_of_days_left(choice, last_day, is_pending),
        *_of_donor_type(choice.words.get("type", "")),
        *_of_text(conn, choice),
    ]
    if (number := choice.number("campaign")) is not None:
        conditions.append(sa.exists().where(_a.gift_id == _c.gift_id, _a.campaign_id == number))
    if donor_id := choice.words.get("donor"):
        conditions.append(_c.donor_id.in_(ids_of_person(conn, donor_id)))
    return ListedTable(
        (
            _c.gift_id,
            _c.donor_id,
            _g.donor_name,
            _c.value_minor,
            _c.received_on,
            _c.reason,
            last_day.label("last_day"),
            state.label("state"),
            sa.literal(choice.today or _NO_DAY, BookDate).label("today"),
            IS_CORRECTED.label("is_corrected"),
        ),
        donor_check.join(gift, _g.id == _c.gift_id),
        conditions,
        _c.gift_id,
        {
            "left": (sa.case((is_pending, 0), else_=1), last_day),
            "amount": (_c.value_minor,),
        },
        sa.literal(GBP.code, sa.Text),
        _c.value_minor,
    )


def _state() -> sa.ColumnElement[str]:
    later = check_step.alias("later_decision")
    decided_anew = sa.exists().where(
        later.c.gift_id == _s.gift_id, later.c.n > _s.n, later.c.kind == StepKind.DECISION.value
    )
    return sa.case(
        (is_ended(_c.gift_id, StepKind.ACCEPTANCE), CheckState.ACCEPTED.value),
        (is_ended(_c.gift_id, StepKind.PROOF), CheckState.RETURNED.value),
        (_has_step(_s.ends == _c.gift_id, ~decided_anew), CheckState.CAME_BACK.value),
        (_has_step(_s.gift_id == _c.gift_id, _is(StepKind.DECISION)), CheckState.TO_RETURN.value),
        else_=CheckState.OPEN.value,
    )


def _has_step(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(*conditions)


def _is(kind: StepKind) -> sa.ColumnElement[bool]:
    return _s.kind == kind.value


def _last_day(conn: Connection) -> sa.ColumnElement[date]:
    """The last day of a check's clock, in each database's SQL; the day of receipt is day 1."""
    if conn.dialect.name == "sqlite":
        return sa.func.date(_c.received_on, sa.func.printf("+%d days", _c.days - 1), type_=BookDate)
    days = sa.cast(_c.days - 1, sa.Integer)
    return sa.type_coerce(sa.type_coerce(_c.received_on, sa.Date) + days, BookDate)


def _of_state(word: str, is_pending: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    if word == "waiting":
        return [is_pending]
    return [_state() == word] if word in {state.value for state in CheckState} else []


def _of_days_left(
    choice: ListChoice, last_day: sa.ColumnElement[date], is_pending: sa.ColumnElement[bool]
) -> list[sa.ColumnElement[bool]]:
    """Those that are over, or have so many days left at most. Without a day of today nothing is chosen."""
    word, today = choice.words.get("left", ""), choice.today
    if not word or today is None:
        return []
    if word == "over":
        return [is_pending, last_day < today]
    return [is_pending, last_day >= today, last_day <= today + timedelta(days=int(word))]


def _of_donor_type(word: str) -> list[sa.ColumnElement[bool]]:
    """By the newest record of the donor; `nobody`: there is none yet."""
    records = _has_step(_s.gift_id == _c.gift_id, _is(StepKind.RECORD))
    if word == "nobody":
        return [~records]
    later = check_step.alias("later_step")
    is_newest = ~sa.exists().where(
        later.c.gift_id == _s.gift_id, later.c.kind == StepKind.RECORD.value, later.c.n > _s.n
    )
    chosen = sa.exists().where(
        _s.gift_id == _c.gift_id, _is(StepKind.RECORD), _s.choices == {"donor_type": word}, is_newest
    )
    return [chosen] if word else []


def _of_text(conn: Connection, choice: ListChoice) -> list[sa.ColumnElement[bool]]:
    text = choice.text
    if not text:
        return []
    if choice.amount is not None:
        return [is_amount(_c.value_minor, sa.literal(GBP.code, sa.Text), choice.amount)]
    if REFERENCE.fullmatch(text.lower()):
        return [begins_with_reference(_c.gift_id, text)]
    # Checks are few: of many donors no gift is looked up, but each check's gift is asked.
    asked = asked_whether_called(conn, _g.donor_id, text)
    return [is_called(conn, _g.donor_id, text) if asked is None else asked]


def _read(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[CheckListRow]:
    keys = [row.gift_id for row in rows]
    titles, types, ends = _campaigns(conn, keys), _donor_types(conn, keys), _ends(conn, keys)
    values = corrected_values(conn, [row.gift_id for row in rows if row.is_corrected])
    return [
        CheckListRow(
            row.gift_id,
            row.donor_id,
            row.donor_name,
            tuple(titles[row.gift_id]),
            values.get(row.gift_id, Money(row.value_minor, GBP)),
            row.received_on,
            row.last_day,
            None if row.today == _NO_DAY else (row.last_day - row.today).days,
            CheckState(row.state),
            CheckReason(row.reason),
            types.get(row.gift_id),
            *ends.get(row.gift_id, (None, "")),
        )
        for row in rows
    ]


def _campaigns(conn: Connection, gift_ids: Sequence[str]) -> Mapping[str, list[str]]:
    titles: defaultdict[str, list[str]] = defaultdict(list)
    rows = conn.execute(
        sa.select(_a.gift_id, campaign.c.title)
        .join(campaign, campaign.c.id == _a.campaign_id)
        .where(_a.gift_id.in_(gift_ids))
        .order_by(_a.gift_id, _a.n)
    )
    for gift_id, title in rows:
        if title not in titles[gift_id]:
            titles[gift_id].append(title)
    return titles


def _donor_types(conn: Connection, gift_ids: Sequence[str]) -> Mapping[str, DonorType]:
    rows = conn.execute(
        sa.select(_s.gift_id, _s.choices).where(_s.gift_id.in_(gift_ids), _is(StepKind.RECORD)).order_by(_s.n)
    )
    return {gift_id: DonorType(choices["donor_type"]) for gift_id, choices in rows}


def _ends(conn: Connection, gift_ids: Sequence[str]) -> Mapping[str, tuple[date, str]]:
    ending = sa.select(_s.ends, _s.on_day, _s.staff_name).where(_s.ends.in_(gift_ids))
    rows = conn.execute(ending.order_by(_s.n))
    return {gift_id: (day, name) for gift_id, day, name in rows}


CHECKS = ListQuestion(_table, _read)
"""Checks of donors, by `state`, `left`, `type`, `campaign` and `donor`."""
