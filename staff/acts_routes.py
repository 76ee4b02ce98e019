"""The log of acts at the desk: who did what, before and after. It can be searched, and nothing changes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from database.transactions import reading
from staff.act_words import words_of
from staff.context import StaffContext
from staff.door import SignedIn
from staff.permissions import Permission
from staff.views import ActRow, ActSearch, act_rows, actors
from web.typed_day import typed_day
from web.wording import Wording

PATH = "/desk/acts"
PAGE_ROWS = 50
LAST_PAGE = 10_000
_DAY = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_INSTANT = re.compile(_DAY.pattern + r"T[0-9:.]{8,15}(Z|[+-][0-9:]{5})$")
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """What a value was before an act, and what it was after it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownAct:
    """An act in words, with the values that it changed."""

    row: ActRow
    words: str
    values: Sequence[ChangedValue]


def acts_routes(context: StaffContext) -> APIRouter:
    """`/desk/acts`."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(context.door.needs(Permission.READ_ACTS))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_acts(
        reader: Reader,
        who: Text = "",
        words: Text = "",
        day: Text = "",
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    ) -> Response:
        zone, errors = context.pages.wording.zone, {}
        since = until = None
        if day.strip():
            try:
                since = datetime.combine(_day(day), time(), zone)
                until = datetime.combine(since.date() + timedelta(days=1), time(), zone)
            except (ValueError, OverflowError):
                errors["day"] = "Write the day like 28 November 2026."
        with reading(context.engine) as conn:
            rows = act_rows(conn, ActSearch(who, words, since, until), PAGE_ROWS + 1, page)
            people = actors(conn)
        return context.pages.page(
            "staff/acts.html",
            private=True,
            status=422 if errors else 200,
            member=reader.member,
            shown=[_shown(row, context.pages.wording) for row in rows[:PAGE_ROWS]],
            more=len(rows) > PAGE_ROWS,
            page=page,
            people=people,
            search={"who": who, "words": words, "day": day},
            errors=errors,
        )

    return router


def _shown(row: ActRow, wording: Wording) -> ShownAct:
    before, after = row.act.before or {}, row.act.after or {}
    names = [*before, *(name for name in after if name not in before)]
    values = [
        ChangedValue(name.replace("_", " "), _text(before.get(name), wording), _text(after.get(name), wording))
        for name in names
    ]
    return ShownAct(row, words_of(row.act.what), values)


def _text(value: object, wording: Wording) -> str:
    """A value of the log as the desk says it: days and instants in the organisation's words and time."""
    if isinstance(value, list):
        return ", ".join(_text(each, wording) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _INSTANT.match(value):
        return wording.instant(datetime.fromisoformat(value))
    if isinstance(value, str) and _DAY.fullmatch(value):
        return wording.day(date.fromisoformat(value))
    return "" if value is None else str(value)


def _day(text: str) -> date:
    """The day that was typed. Raises ValueError."""
    day = typed_day(text)
    if day is None:
        raise ValueError(text)
    return day
