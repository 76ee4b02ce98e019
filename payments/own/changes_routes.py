"""What a donor changes in a recurring gift: each wish is kept at once, and the worker asks Stripe to carry it out."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from ledger.money import BadAmount, Money
from outbox.jobs import last_error
from payments.gifts.recurring import Recurring
from payments.gifts.recurring_changes import CHANGE_RECURRING, ChangeKind, NotRunning, RecurringChange
from payments.gifts.recurring_store import changes_of, recurring_of, request_change
from payments.gifts.recurring_views import recurring_row
from payments.giving.form import AmountWords, read_amount
from payments.own.own_page import OwnRecurring, own_recurring_words
from payments.own.own_views import recurring_is_of
from web.errors import NotFound, Refusal, Trouble
from web.language import to_translate
from web.pages import Pages

RECURRING = OWN_PAGE + "/recurring"
BY_DONOR = "donor"
WishId = Annotated[str, Form(pattern=r"^[0-9a-f]{32}$")]
TypedAmount = Annotated[str, Form(max_length=40)]


class HasEnded(Refusal):
    """A recurring gift that has ended, so that nothing can be changed in it."""

    trouble = Trouble(
        409,
        to_translate("This regular donation has ended"),
        to_translate("Nothing more is taken, so there is nothing left to change."),
        to_translate("Go back to your donations to see how it stands."),
    )


def own_changes_routes(engine: Engine, clock: Clock, pages: Pages, door: DonorDoor) -> APIRouter:
    """`/giving/recurring/{identity}` and its buttons."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)
    own = OwnChanges(engine, clock, pages)

    @router.get(RECURRING + "/{identity}")
    def show_recurring(visit: Visit, identity: str) -> Response:
        return own.show(visit, identity)

    @router.post(RECURRING + "/{identity}/amount")
    def change_amount(visit: Visit, identity: str, wish_id: WishId, amount: TypedAmount = "") -> Response:
        return own.change_amount(visit, identity, wish_id, amount)

    @router.post(RECURRING + "/{identity}/resume")
    def resume(visit: Visit, identity: str, wish_id: WishId) -> Response:
        return own.keep(visit, identity, wish_id, ChangeKind.RESUME)

    @router.get(RECURRING + "/{identity}/stop")
    def ask_whether_to_stop(visit: Visit, identity: str) -> Response:
        return own.ask_whether_to_stop(visit, identity)

    @router.post(RECURRING + "/{identity}/stop")
    def stop(visit: Visit, identity: str, wish_id: WishId) -> Response:
        return own.keep(visit, identity, wish_id, ChangeKind.END_NOW)

    return router


class OwnChanges:
    """Shows a donor's recurring gift, and keeps what they wish."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, visit: DonorVisit, identity: str, *, typed: str = "", errors: dict[str, str] | None = None
    ) -> Response:
        """A recurring gift with everything that can be changed in it."""
        with reading(self._engine) as conn:
            shown, why = self._shown(conn, visit, identity), last_error(conn, CHANGE_RECURRING, identity)
        return self._pages.page(
            "donors/own_recurring.html",
            private=True,
            status=422 if errors else 200,
            shown=shown,
            why=why,
            typed=typed,
            errors=errors or {},
            wish_id=uuid4().hex,
        )

    def ask_whether_to_stop(self, visit: DonorVisit, identity: str) -> Response:
        """The first of two pages: the second says that it is done."""
        with reading(self._engine) as conn:
            shown = self._shown(conn, visit, identity)
        if not shown.row.runs:
            raise HasEnded
        return self._pages.page("donors/stop.html", private=True, shown=shown, wish_id=uuid4().hex)

    def change_amount(self, visit: DonorVisit, identity: str, wish_id: str, typed: str) -> Response:
        """Ask for another amount from the next instalment on; a wrong amount comes back with what to type."""
        with reading(self._engine) as conn:
            of = self._recurring(conn, visit, identity).amount.currency
        wording = self._pages.wording
        try:
            amount = read_amount(typed, AmountWords(of, wording.money, wording.number_style(of)))
        except BadAmount as mistake:
            return self.show(visit, identity, typed=typed, errors={"amount": str(mistake)})
        return self.keep(visit, identity, wish_id, ChangeKind.AMOUNT, amount)

    def keep(
        self, visit: DonorVisit, identity: str, wish_id: str, kind: ChangeKind, amount: Money | None = None
    ) -> Response:
        """Keep a wish; the page that follows says when Stripe has carried it out."""
        now = self._clock()
        with writing(self._engine) as conn:
            recurring = self._recurring(conn, visit, identity)
            try:
                request_change(conn, recurring, RecurringChange(wish_id, identity, kind, amount, BY_DONOR, now))
            except NotRunning:
                raise HasEnded from None
        return RedirectResponse(f"{RECURRING}/{identity}", 303)

    def _shown(self, conn: Connection, visit: DonorVisit, identity: str) -> OwnRecurring:
        recurring, row = self._recurring(conn, visit, identity), recurring_row(conn, identity)
        assert row is not None
        return own_recurring_words(row, changes_of(conn, recurring), self._pages.wording)

    def _recurring(self, conn: Connection, visit: DonorVisit, identity: str) -> Recurring:
        """A recurring gift of this donor; anybody else's is not there."""
        if not recurring_is_of(conn, identity, visit.donor_ids):
            raise NotFound
        return recurring_of(conn, [identity])[identity]
