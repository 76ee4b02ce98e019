"""`/giving/recurring/{identity}`: what a donor changes in a recurring gift."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from donors.door import DonorDoor, DonorVisit
from payments.gifts.recurring_changes import ChangeKind, StopReason
from payments.own.changes import SKIP, BadWish, OwnChanges, Wish, recurring_path
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.portal import CustomerPortal
from web.language import to_translate, translated
from web.pages import Pages

RECURRING = recurring_path("{identity}")
AWAY = to_translate("Stripe cannot be reached just now. Your card is as it was: try again in some minutes.")
WishId = Annotated[str, Form(pattern=r"^[0-9a-f]{32}$")]
TypedWish = Annotated[str, Form(max_length=40)]


def own_changes_routes(
    engine: Engine, clock: Clock, pages: Pages, door: DonorDoor, portal: CustomerPortal
) -> APIRouter:
    """A recurring gift's page and its buttons."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)
    own = OwnChanges(engine, clock, pages)

    @router.get(RECURRING)
    def show_recurring(visit: Visit, identity: str) -> Response:
        return own.show(visit, identity)

    @router.get(RECURRING + "/stop")
    def ask_whether_to_stop(visit: Visit, identity: str) -> Response:
        return own.ask_whether_to_stop(visit, identity)

    @router.post(RECURRING + "/card")
    def change_card(visit: Visit, identity: str) -> Response:
        subscription = own.subscription_of(visit, identity)
        try:
            return RedirectResponse(portal.open_portal(subscription, pages.base_url + recurring_path(identity)), 303)
        except (StripeAway, StripeRefused):
            return own.show(visit, identity, errors={"card": translated(AWAY)}, status=503)

    router.include_router(_button_routes(own, door))
    return router


def _button_routes(own: OwnChanges, door: DonorDoor) -> APIRouter:
    """Each keeps a wish; the page that follows says when Stripe has carried it out."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)

    @router.post(RECURRING + "/amount")
    def change_amount(visit: Visit, identity: str, wish_id: WishId, amount: TypedWish = "") -> Response:
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.AMOUNT, amount))

    @router.post(RECURRING + "/day")
    def change_day(visit: Visit, identity: str, wish_id: WishId, day: TypedWish = "") -> Response:
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.DAY, day))

    @router.post(RECURRING + "/pause")
    def pause(visit: Visit, identity: str, wish_id: WishId, months: TypedWish = "") -> Response:
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.PAUSE, months))

    @router.post(RECURRING + "/skip")
    def skip(visit: Visit, identity: str, wish_id: WishId) -> Response:
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.PAUSE, SKIP))

    @router.post(RECURRING + "/resume")
    def resume(visit: Visit, identity: str, wish_id: WishId) -> Response:
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.RESUME))

    @router.post(RECURRING + "/stop")
    def stop(visit: Visit, identity: str, wish_id: WishId, reason: TypedWish = "") -> Response:
        why = (
            StopReason(reason) if reason in list(StopReason) else None
        )  # whatever it is, it keeps nobody from stopping
        return _kept(own, visit, identity, Wish(wish_id, ChangeKind.END_NOW, reason=why))

    return router


def _kept(own: OwnChanges, visit: DonorVisit, identity: str, wish: Wish) -> Response:
    try:
        own.keep(visit, identity, wish)
    except BadWish as mistake:
        return own.show(visit, identity, wish, {mistake.field: str(mistake)})
    return RedirectResponse(recurring_path(identity), 303)
