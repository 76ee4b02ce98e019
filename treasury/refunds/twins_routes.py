"""Gifts that look like twins: the later one is refunded with an apology, or both were meant."""

from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from payments.gifts.store import gift as gift_by_id
from payments.refunding.left_views import payments_left
from payments.refunding.request import CannotRefund, RefundReason, RefundRequest, chosen_parts
from payments.refunding.store import request_refund
from payments.refunding.twin_views import NOT_TWINS, TwinRow, twin_rows
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/twins"
MOST_ROWS = 50


def twin_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/twins`."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Refunder = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY, recent=True))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_twins(reader: Reader) -> Response:
        with reading(engine) as conn:
            rows = twin_rows(conn, clock(), MOST_ROWS)
        return pages.page("treasury/twins.html", private=True, member=reader.member, rows=rows)

    @router.get(PATH + "/{identity}/refund")
    def confirm_twin_refund(_refunder: Refunder, identity: str) -> Response:
        """Where the door leads back after it has asked for a password: the list, with its button."""
        return RedirectResponse(f"{PATH}#twin-{identity}", 303)

    @router.post(PATH + "/{identity}/refund")
    def refund_twin(refunder: Refunder, identity: str) -> Response:
        with changing(engine, refunder.actor, clock()) as change:
            twin = _twin(change.conn, identity, clock)
            request = _whole(change.conn, twin, refunder.member.id, clock)
            request_refund(change.conn, request)
            asked = {"amount": str(request.amount), "payment": request.payment, "reason": request.reason.value}
            change.record("gift.refund", _subject(identity), after=asked, act_id=request.id)
        return RedirectResponse(f"/desk/gifts/{identity}/refund", 303)

    @router.post(PATH + "/{identity}/meant")
    def keep_twins(changer: Changer, identity: str) -> Response:
        """The donor meant both: they are never listed again."""
        with changing(engine, changer.actor, clock()) as change:
            twin = _twin(change.conn, identity, clock)
            change.record(NOT_TWINS, _subject(identity), after={"first": twin.first}, act_id=f"{NOT_TWINS}:{identity}")
        return RedirectResponse(PATH, 303)

    return router


def _twin(conn: Connection, identity: str, clock: Clock) -> TwinRow:
    rows = twin_rows(conn, clock(), 1, identity)
    if not rows:
        raise NotFound("This gift has no twin any more: somebody else may have dealt with it.", advice="Go back.")
    return rows[0]


def _whole(conn: Connection, twin: TwinRow, who: str, clock: Clock) -> RefundRequest:
    """A request for all that is left of the later gift. Pressed twice it is one."""
    gift = gift_by_id(conn, twin.later)
    payments = payments_left(conn, gift) if gift else []
    if gift is None or not payments:
        raise CannotRefund("nothing is left")
    payment = payments[0]
    parts = chosen_parts(payment, {share.share.n: share.left for share in payment.shares})
    key = str(uuid5(NAMESPACE_URL, f"twin:{gift.id}"))
    return RefundRequest(key, gift.id, payment.payment, payment.left, parts, RefundReason.DUPLICATE, who, clock())


def _subject(identity: str) -> Subject:
    return Subject(EntryKind.GIFT.value, identity)
