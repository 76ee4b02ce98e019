"""Standing orders at the desk: a reference for a donor, what is expected, and what came."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import CampaignState
from campaigns.store import campaign_titles, campaigns
from database.instants import Clock
from database.transactions import reading
from donors.store import donor_by_id
from ledger.period_store import open_from
from payments.gifts.offline_store import giver
from payments.gifts.recurring import Interval
from payments.gifts.recurring_words import PER
from payments.standing_orders.order import StandingOrder
from payments.standing_orders.order_views import expected_of
from payments.standing_orders.store import (
    AlreadyCame,
    add_order,
    end_order,
    new_reference,
    order_by_id,
    standing_orders,
)
from staff.act import Subject
from staff.changing import changing, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.offline.form import Days, read_booking_day
from treasury.standing_orders.entering import enter_expected
from treasury.standing_orders.form import FIELDS, TypedOrder, read_order
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import typed_id

PATH = "/desk/standing-orders"
PAGE_ROWS, LAST_PAGE = 50, 10_000
KIND = "standing_order"


def standing_order_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/standing-orders` and what is below it: READ_MONEY reads, CHANGE_MONEY changes."""
    desk, router = StandingOrderDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_standing_orders(reader: Reader, page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1) -> Response:
        return desk.list(reader, page)

    @router.get(PATH + "/new")
    def show_standing_order_form(changer: Changer, donor: Annotated[str, Query(max_length=100)] = "") -> Response:
        return desk.form(changer, {"donor": donor}, {})

    @router.post(PATH + "/new")
    async def add_standing_order(changer: Changer, request: Request) -> Response:
        return await run_in_threadpool(desk.add, changer, await posted_fields(request, FIELDS))

    @router.get(PATH + "/{identity}")
    def show_standing_order(reader: Reader, identity: str) -> Response:
        return desk.show(reader, identity)

    @router.post(PATH + "/{identity}/came")
    async def enter_standing_gift(changer: Changer, identity: str, request: Request) -> Response:
        typed = await posted_fields(request, ["key", "due_on", "day"])
        return await run_in_threadpool(desk.came, changer, identity, typed)

    @router.post(PATH + "/{identity}/end")
    def end_standing_order(changer: Changer, identity: str) -> Response:
        return desk.end(changer, identity)

    return router


class StandingOrderDesk:
    """Keeps standing orders, and enters what came by them."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())

    def list(self, reader: SignedIn, page: int) -> Response:
        """Every standing order, the newest first."""
        with reading(self._engine) as conn:
            orders = standing_orders(conn, PAGE_ROWS + 1, page)
            donors = {order.id: donor_by_id(conn, order.donor_id) for order in orders}
        return self._pages.page(
            "treasury/standing_orders.html",
            private=True,
            member=reader.member,
            orders=orders[:PAGE_ROWS],
            donors=donors,
            per=PER,
            path=PATH,
            page=page,
            more=len(orders) > PAGE_ROWS,
        )

    def form(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """The form of a new standing order."""
        with reading(self._engine) as conn:
            donor = donor_by_id(conn, typed.get("donor", ""))
            choices = [campaign for campaign in campaigns(conn) if campaign.state is not CampaignState.DRAFT]
        filled = dict.fromkeys(FIELDS, "") | {"key": str(uuid4()), "first_day": self._today().isoformat()}
        return self._pages.page(
            "treasury/standing_order_new.html",
            status=422 if errors else 200,
            private=True,
            member=changer.member,
            donor=donor,
            campaigns=choices,
            intervals=PER,
            typed=filled | {"interval": Interval.MONTH.value} | dict(typed),
            errors=errors,
            targets={field: field for field in errors},
        )

    def add(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep a new standing order under a new reference; the same form sent twice is one."""
        with reading(self._engine) as conn:
            every = campaigns(conn)
        styles = {each.currency.code: self._pages.wording.number_style(each.currency) for each in every}
        read = read_order(typed, every, styles)
        if not isinstance(read, TypedOrder):
            return self.form(changer, typed, read)
        with changing(self._engine, changer.actor, self._clock()) as change:
            donor = giver(change.conn, read.donor, read.donor_id, change.now)
            reference = new_reference(change.conn)
            order = StandingOrder(
                read.key, reference, donor.id, read.campaign.id, read.amount, read.interval, read.first_day
            )
            add_order(change.conn, order, changer.member.id, change.now)
            after = {"amount": str(read.amount), "interval": read.interval.value, "campaign": read.campaign.id}
            change.record("standing_order.add", Subject(KIND, read.key), after=after, act_id=f"{KIND}:{read.key}")
        return RedirectResponse(f"{PATH}/{read.key}", 303)

    def show(self, reader: SignedIn, identity: str, errors: Mapping[str, str] | None = None) -> Response:
        """One standing order: its reference, what is expected, and what came."""
        with reading(self._engine) as conn:
            order = _kept(conn, identity)
            donor, titles = donor_by_id(conn, order.donor_id), campaign_titles(conn)
            expected = expected_of(conn, order, self._today())
        return self._pages.page(
            "treasury/standing_order.html",
            status=422 if errors else 200,
            private=True,
            member=reader.member,
            order=order,
            donor=donor,
            titles=titles,
            per=PER[order.interval],
            expected=expected,
            today=self._today(),
            key=uuid4(),
            errors=errors or {},
            targets={field: field for field in errors or {}},
        )

    def came(self, changer: SignedIn, identity: str, typed: Mapping[str, str]) -> Response:
        """Enter the gift that came for a day, with its act; the same form sent twice is one gift."""
        errors: dict[str, str] = {}
        with reading(self._engine) as conn:
            order, days = _kept(conn, identity), Days(self._today(), open_from(conn))
            due = [each.due_on for each in expected_of(conn, order, days.today)]
        day = read_booking_day(typed, days, errors)
        due_on = next((each for each in due if each.isoformat() == typed.get("due_on")), None)
        key = typed_id(typed.get("key", ""))
        if day is None or due_on is None or key is None:
            return self.show(changer, identity, errors or {"day": "Nothing is due on this day."})
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                enter_expected(change, self._pages, order, (key, due_on, day), changer.member.id)
        except AlreadyCame:
            return self.show(changer, identity, {"day": "A gift for this day has been entered already."})
        return RedirectResponse(f"{PATH}/{identity}", 303)

    def end(self, changer: SignedIn, identity: str) -> Response:
        """Expect nothing more; what came stays."""
        with changing(self._engine, changer.actor, self._clock()) as change:
            order = _kept(change.conn, identity)
            end_order(change.conn, order.id, self._today())
            change.record("standing_order.end", Subject(KIND, identity), act_id=f"{KIND}.end:{identity}")
        return RedirectResponse(f"{PATH}/{identity}", 303)


def _kept(conn: Connection, identity: str) -> StandingOrder:
    order = order_by_id(conn, identity)
    if order is None:
        raise NotFound("There is no such standing order.", advice="Go back to the list.")
    return order
