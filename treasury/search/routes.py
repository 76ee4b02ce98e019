"""`/desk/search`: what a text means, in every list that a member of staff may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.lists import ListTotal, ListWindow, list_rows
from database.transactions import reading
from proof.store_identifiers import Identified, identify
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from treasury.lists.checks_list import CHECK_LIST
from treasury.lists.desk_list import DeskList
from treasury.lists.disputes_list import DISPUTE_LIST
from treasury.lists.donors_list import DONOR_LIST
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.letters_list import LETTER_LIST
from treasury.lists.list_filter import LONGEST_TEXT, typed_amount
from treasury.lists.list_page import ShownList, list_page
from treasury.lists.payouts_list import PAYOUT_LIST
from treasury.lists.recurring_list import RECURRING_LIST
from treasury.lists.refunds_list import REFUND_LIST
from web.pages import Pages
from web.typed import compact
from web.typed_day import typed_day

SEARCH = "/desk/search"
SHOWN_ROWS = 5
# In this order.
OF_PEOPLE: Sequence[DeskList[Any]] = (
    DONOR_LIST, GIFT_LIST, RECURRING_LIST, REFUND_LIST, DISPUTE_LIST, CHECK_LIST, LETTER_LIST,
)  # fmt: skip
OF_SUMS: Sequence[DeskList[Any]] = (GIFT_LIST, RECURRING_LIST, REFUND_LIST, DISPUTE_LIST, CHECK_LIST, PAYOUT_LIST)
OF_DAYS: Sequence[DeskList[Any]] = (GIFT_LIST, REFUND_LIST, PAYOUT_LIST)


@dataclass(frozen=True, slots=True)
class FoundRows:
    """What was found in one list: its first rows, and the address of the list of all of them where it has more.

    Nothing is counted: in a million gifts that takes longer than finding the first.
    """

    desk_list: DeskList[Any]
    list: ShownList
    address: str | None


def search_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """The page of a search. A text that names one thing leads to its page at once."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(SEARCH)
    def search(reader: Reader, find: str = "") -> Response:
        text = compact(find)[:LONGEST_TEXT]
        day = typed_day(text, pages.wording.local_day(clock()))
        with reading(engine) as conn:
            named = identify(conn, text) if text else []
            if len(named) == 1:
                return RedirectResponse(page_of(named[0]), 303)
            results = search_lists(conn, pages, reader.member, text, day) if text else []
        return pages.page(
            "treasury/search.html", private=True, member=reader.member, sought=text, day=day, results=results
        )

    return router


def page_of(identified: Identified) -> str:
    """The page of what an identifier stands for."""
    match identified:
        case Identified("gift" | "recurring" as kind, identity):
            return f"/desk/{kind}{'s' * (kind == 'gift')}/{identity}"
        case Identified(_, identity):
            return f"/desk/trace/{quote(identity, safe='')}"


def search_lists(conn: Connection, pages: Pages, member: StaffMember, text: str, day: date | None) -> list[FoundRows]:
    """The first rows of each list in which this text finds any; of a day, what is dated on it."""
    query = {"from": str(day), "to": str(day)} if day else {"find": text}
    desk_lists = OF_DAYS if day else OF_PEOPLE if typed_amount(text) is None else OF_SUMS
    results = [_found_in(conn, pages, desk_list, query) for desk_list in desk_lists if member.may(desk_list.permission)]
    return [result for result in results if result.list.rows]


def _found_in(conn: Connection, pages: Pages, desk_list: DeskList[Any], query: Mapping[str, str]) -> FoundRows:
    form = desk_list.form
    chosen = form.read(query)
    choice, wording = chosen.choice(pages.wording.zone), pages.wording
    window = ListWindow(chosen.sort.name, chosen.sort.descending, SHOWN_ROWS + 1)
    rows = list_rows(conn, desk_list.question, choice, window)
    shown = rows[:SHOWN_ROWS]
    page = list_page(desk_list, chosen, shown, ListTotal(len(shown)), wording)
    plain = [replace(heading, address=None, sorted="") for heading in page.headings]
    address = form.address(desk_list.path, chosen) if len(rows) > SHOWN_ROWS else None
    return FoundRows(desk_list, replace(page, headings=plain), address)
