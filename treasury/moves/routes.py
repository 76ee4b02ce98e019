"""The page on which a treasurer moves a gift, or a share of it, to another campaign."""

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from payments.gifts.gift import Gift
from payments.gifts.moving import CannotMove, GiftMove
from payments.gifts.moving_store import move_gift, moves_of
from payments.gifts.store import gift as gift_by_id
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, tidy, typed_id

PATH = "/desk/gifts/{identity}/move"
FIELDS = ("key", "share", "to", "why")
LONGEST_WHY = 200


def move_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/gifts/{identity}/move`."""
    desk, router = MoveDesk(engine, clock, pages), APIRouter()
    Mover = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_move(mover: Mover, identity: str) -> Response:
        return desk.show(mover, identity, {}, {})

    @router.post(PATH)
    async def move_to_campaign(mover: Mover, identity: str, request: Request) -> Response:
        return await run_in_threadpool(desk.move, mover, identity, await posted_fields(request, FIELDS))

    return router


class MoveDesk:
    """Moves gifts between campaigns."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, mover: SignedIn, identity: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """Where the gift counts, where it can go, and where it has been."""
        with reading(self._engine) as conn:
            gift, every, moves = _received(conn, identity), campaigns(conn), moves_of(conn, identity)
        there = {share.campaign for share in gift.allocations}
        return self._pages.page(
            "treasury/move.html",
            status=422 if errors else 200,
            private=True,
            member=mover.member,
            gift=gift,
            titles={campaign.id: campaign.title for campaign in every},
            choices=[each for each in every if each.currency == gift.amount.currency and each.id not in there],
            moves=moves,
            typed={"share": str(gift.allocations[0].n), "to": "", "why": "", **typed},
            key=uuid4(),
            errors=errors,
            targets={field: field for field in errors},
        )

    def move(self, mover: SignedIn, identity: str, typed: Mapping[str, str]) -> Response:
        """Book the move today, with its act; the same form sent twice is one move."""
        with reading(self._engine) as conn:
            gift = _received(conn, identity)
        errors: dict[str, str] = {}
        share = next((share for share in gift.allocations if str(share.n) == typed.get("share")), None)
        why, to = _why(typed, errors), typed.get("to", "")
        if not to.isdecimal():
            errors["to"] = "Choose the campaign that it is for."
        if errors or share is None:
            return self.show(mover, identity, typed, errors or {"share": "Choose which part to move."})
        now = self._clock()
        key = typed_id(typed.get("key", "")) or str(uuid4())
        move = GiftMove(key, gift.id, share.n, share.campaign, int(to), why, mover.member.id, now)
        try:
            self._book(mover, move)
        except CannotMove as mistake:
            return self.show(mover, identity, typed, {"to": str(mistake)})
        return RedirectResponse(PATH.format(identity=identity), 303)

    def _book(self, mover: SignedIn, move: GiftMove) -> None:
        with changing_books(self._engine, mover.actor, move.moved_at) as change:
            move_gift(change.conn, move, self._pages.wording.local_day(move.moved_at))
            before, after = {"campaign": move.from_campaign}, {"campaign": move.to_campaign}
            subject = Subject(EntryKind.GIFT.value, move.gift)
            change.record("gift.move", subject, before=before, after=after, act_id=move.id)


def _received(conn: Connection, identity: str) -> Gift:
    gift = gift_by_id(conn, identity)
    if gift is None or gift.received_at is None:
        raise NotFound("There is no such gift, or nothing has come of it yet.", advice="Go back to the list of gifts.")
    return gift


def _why(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    try:
        why = tidy(typed.get("why", ""), LONGEST_WHY)
    except NotTidy as mistake:
        errors["why"] = str(mistake)
        return ""
    if not why:
        errors["why"] = "Say why: who reads the books later will ask."
    return why
