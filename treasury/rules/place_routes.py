"""`/desk/rules/addresses` and `/desk/rules/units`: where reports go, and which groups are accounting units."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaigns
from compliance.addresses import WAY_WORDS, CommissionAddress
from compliance.election_store import (
    accounting_units,
    add_commission_address,
    choose_accounting_unit,
    commission_addresses,
)
from database.instants import Clock
from database.transactions import reading
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.rules.rule_form import ADDRESS_FIELDS, LONGEST_ADDRESS, LONGEST_SOURCE, read_commission_address
from web.errors import Refusal
from web.forms import posted_fields
from web.pages import Pages

ADDRESSES, UNITS = "/desk/rules/addresses", "/desk/rules/units"
MOST_GROUPS = 2000


def place_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """EDIT_RULES enters addresses and chooses units; everybody who reads money sees them under Rules."""
    desk, router = PlacesDesk(engine, clock, pages), APIRouter()
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_RULES))]  # noqa: N806 (a type)

    @router.get(ADDRESSES)
    def show_address_form(editor: Editor) -> Response:
        return desk.addresses(editor, {})

    @router.post(ADDRESSES)
    async def enter_address(editor: Editor, request: Request) -> Response:
        return await run_in_threadpool(desk.enter_address, editor, await posted_fields(request, ADDRESS_FIELDS))

    @router.get(UNITS)
    def show_units(editor: Editor) -> Response:
        return desk.units(editor)

    @router.post(UNITS)
    async def choose_units(editor: Editor, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=MOST_GROUPS)
        return await run_in_threadpool(desk.choose_units, editor, [str(value) for value in form.getlist("unit")])

    return router


class PlacesDesk:
    """The forms of addresses and accounting units."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def addresses(
        self, editor: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
    ) -> Response:
        """Where reports are sent, and the form of a change."""
        with reading(self._engine) as conn:
            known = commission_addresses(conn)
        return self._pages.page(
            "treasury/rule_addresses.html", private=True, status=422 if errors else 200, member=editor.member,
            typed=typed, errors=errors or {}, addresses=known, ways=WAY_WORDS, longest=LONGEST_SOURCE,
            longest_address=LONGEST_ADDRESS,
        )  # fmt: skip

    def enter_address(self, editor: SignedIn, typed: dict[str, str]) -> Response:
        """Enter where reports are sent from now on."""
        entered = read_commission_address(typed)
        if not isinstance(entered, CommissionAddress):
            return self.addresses(editor, typed, entered)
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            if entered not in commission_addresses(change.conn):
                add_commission_address(change.conn, entered, editor.member.id, change.now)
            after = {"address": entered.address, "source": entered.source}
            change.record("commission.address", Subject("commission_address", entered.way.value), after=after)
        return RedirectResponse(ADDRESSES, 303)

    def units(self, editor: SignedIn) -> Response:
        """Every group, and which of them are accounting units."""
        with reading(self._engine) as conn:
            groups, units = _groups(conn), accounting_units(conn)
        return self._pages.page(
            "treasury/rule_units.html", private=True, member=editor.member, groups=groups, units=units
        )

    def choose_units(self, editor: SignedIn, chosen: list[str]) -> Response:
        """Say which groups are accounting units; those that were and are not ticked are none any more."""
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            groups, before = _groups(change.conn), set(accounting_units(change.conn))
            if not set(chosen) <= set(groups):
                raise Refusal("The form came with a group that there is not. Nothing was changed.")
            for number in sorted(before ^ set(chosen)):
                is_unit = number in chosen
                choose_accounting_unit(change.conn, int(number), editor.member.id, change.now, is_unit=is_unit)
            names = {"units": sorted(groups[number] for number in chosen)}
            change.record("accounting_unit.choose", Subject("accounting_units", "all"), after=names)
        return RedirectResponse("/desk/rules#units", 303)


def _groups(conn: Connection) -> Mapping[str, str]:
    """The groups by their campaign's id."""
    return {str(each.id): each.title for each in campaigns(conn) if each.parent_id is not None}
