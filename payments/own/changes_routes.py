"""`/giving/recurring/{identity}`: what a donor changes in a recurring gift.

Each wish is kept at once, and carried out at Stripe by the worker.
"""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.door import DonorDoor, DonorVisit
from ledger.money import BadAmount, Money
from outbox.jobs import last_error
from payments.gifts.receipt_choice_store import choose_receipts, latest_letters
from payments.gifts.recurring import ReceiptLetters, Recurring
from payments.gifts.recurring_changes import (
    BY_DONOR,
    CHANGE_RECURRING,
    LONGEST_PAUSE,
    ChangeKind,
    NotRunning,
    RecurringChange,
    StopReason,
)
from payments.gifts.recurring_store import changes_of, recurring_of, request_change
from payments.gifts.recurring_views import RecurringRow, recurring_row
from payments.giving.form import AmountWords, read_amount
from payments.own.changes import SKIP, BadWish, Wish, read_chosen_day, read_pause, recurring_path
from payments.own.own_page import OwnRecurring, own_recurring_words
from payments.own.own_views import recurring_is_of
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.portal import CustomerPortal
from web.errors import NotFound, Refusal, Trouble
from web.language import to_translate, translated
from web.pages import Pages

RECURRING = recurring_path("{identity}")
AWAY = to_translate("Stripe cannot be reached just now. Your card is as it was: try again in some minutes.")
WishId = Annotated[str, Form(pattern=r"^[0-9a-f]{32}$")]
TypedWish = Annotated[str, Form(max_length=40)]


class HasEnded(Refusal):
    """A recurring gift that has ended, so that nothing can be changed in it."""

    trouble = Trouble(
        409,
        to_translate("This regular donation has ended"),
        to_translate("Nothing more is taken, so there is nothing left to change."),
        to_translate("Go back to your donations to see how it stands."),
    )


class OwnChanges:
    """Shows a donor's recurring gift, and keeps what they wish."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self,
        visit: DonorVisit,
        identity: str,
        wish: Wish | None = None,
        errors: dict[str, str] | None = None,
        status: int = 422,
    ) -> Response:
        """A recurring gift with everything that can be changed in it; `errors` say what is wrong with the wish."""
        with reading(self._engine) as conn:
            shown, why = self._shown(conn, visit, identity), last_error(conn, CHANGE_RECURRING, identity)
        return self._pages.page(
            "donors/own_recurring.html",
            private=True,
            status=status if errors else 200,
            shown=shown,
            why=why,
            typed={wish.kind.value: wish.typed} if wish else {},
            errors=errors or {},
            longest_pause=LONGEST_PAUSE,
            wish_id=uuid4().hex,
        )

    def ask_whether_to_stop(self, visit: DonorVisit, identity: str) -> Response:
        """The first of two pages; the second says that it is done."""
        with reading(self._engine) as conn:
            shown = self._shown(conn, visit, identity)
        if not shown.row.runs:
            raise HasEnded
        return self._pages.page("donors/stop.html", private=True, shown=shown, wish_id=uuid4().hex)

    def keep(self, visit: DonorVisit, identity: str, wish: Wish) -> None:
        """Keep a wish, and queue it for Stripe. Raises BadWish, and HasEnded."""
        now = self._clock()
        with writing(self._engine) as conn:
            recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
            assert row is not None
            try:
                request_change(conn, recurring, self._change(recurring, row, wish, now))
            except NotRunning:
                raise HasEnded from None

    def choose_receipts(self, visit: DonorVisit, identity: str, receipts: ReceiptLetters) -> None:
        """Keep how the donor wants the receipts from now on. Stripe has nothing to do with it. Raises HasEnded."""
        with writing(self._engine) as conn:
            if not self._shown(conn, visit, identity).may_choose_receipts:
                raise HasEnded
            choose_receipts(conn, identity, receipts, BY_DONOR, self._clock())

    def subscription_of(self, visit: DonorVisit, identity: str) -> str:
        """What carries out a recurring gift of this donor at Stripe. Raises HasEnded."""
        with reading(self._engine) as conn:
            recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
        if row is None or not row.runs or recurring.subscription is None:
            raise HasEnded
        return recurring.subscription

    def _change(self, recurring: Recurring, row: RecurringRow, wish: Wish, now: datetime) -> RecurringChange:
        if not row.runs:
            raise HasEnded
        return RecurringChange(
            wish.id,
            recurring.id,
            wish.kind,
            self._read_amount(recurring, wish.typed) if wish.kind is ChangeKind.AMOUNT else None,
            BY_DONOR,
            now,
            until=read_pause(row, wish.typed, now) if wish.kind is ChangeKind.PAUSE else None,
            day=read_chosen_day(row, wish.typed) if wish.kind is ChangeKind.DAY else None,
            reason=wish.reason,
        )

    def _read_amount(self, recurring: Recurring, typed: str) -> Money:
        wording, of = self._pages.wording, recurring.amount.currency
        try:
            return read_amount(typed, AmountWords(of, wording.money, wording.number_style(of)))
        except BadAmount as mistake:
            raise BadWish("amount", str(mistake)) from None

    def _shown(self, conn: Connection, visit: DonorVisit, identity: str) -> OwnRecurring:
        recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
        assert row is not None
        receipts = latest_letters(conn, identity)
        return own_recurring_words(row, changes_of(conn, recurring), receipts, self._pages.wording)

    def _recurring(self, conn: Connection, visit: DonorVisit, identity: str) -> Recurring:
        """A recurring gift of this donor; anybody else's is not there."""
        if not recurring_is_of(conn, identity, visit.donor_ids):
            raise NotFound
        return recurring_of(conn, [identity])[identity]


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

    @router.post(RECURRING + "/receipts")
    def choose_receipt_letters(visit: Visit, identity: str, receipts: Annotated[ReceiptLetters, Form()]) -> Response:
        own.choose_receipts(visit, identity, receipts)
        return RedirectResponse(recurring_path(identity), 303)

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
