"""`/desk/gifts/{id}/worth`: whether a gift was a bequest, and what its donor got back for it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from compliance.gate import CheckGate
from database.instants import Clock
from database.transactions import reading
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Gift, GiftState
from payments.gifts.store import gift as gift_by_id
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import add_valuations, valuations_of
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.valuing.form import WORTH_FIELDS, read_valuation
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages

WORTH_PATH = "/desk/gifts/{gift_id}/worth"
ValuedGiftId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


def worth_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """CHANGE_MONEY says it; the gift's page shows it to whoever reads it."""
    desk, router = WorthDesk(engine, clock, pages), APIRouter()
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(WORTH_FIELDS))]  # noqa: N806 (a type)

    @router.get(WORTH_PATH)
    def show_worth(changer: Changer, gift_id: ValuedGiftId) -> Response:
        return desk.show(changer, gift_id)

    @router.post(WORTH_PATH)
    def save_worth(changer: Changer, gift_id: ValuedGiftId, typed: Typed) -> Response:
        return desk.save(changer, gift_id, typed)

    return router


class WorthDesk:
    """The form of one gift."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, changer: SignedIn, gift_id: str, typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """What is known, to be changed."""
        with reading(self._engine) as conn:
            gift, valuation = _received_gift(conn, gift_id), valuations_of(conn, [gift_id]).get(gift_id)
        return self._pages.page(
            "treasury/worth.html",
            status=422 if errors else 200,
            private=True,
            member=changer.member,
            gift=gift,
            valuation=valuation,
            typed=typed if typed is not None else self._fields(valuation),
            errors=errors or {},
            targets={field: field for field in errors or {}},
        )

    def save(self, changer: SignedIn, gift_id: str, typed: Mapping[str, str]) -> Response:
        """Note it with its act; what was noted before stays on record."""
        with reading(self._engine) as conn:
            amount = _received_gift(conn, gift_id).amount
        errors: dict[str, str] = {}
        style = self._pages.wording.number_style(amount.currency)
        valuation = read_valuation(typed, gift_id, amount.currency, style, errors)
        if errors:
            return self.show(changer, gift_id, typed, errors)
        newest = valuation or Valuation(gift_id, False, "", Money(0, amount.currency))
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            add_valuations(change.conn, [newest], changer.member.id, change.now)
            after = {"bequest": newest.is_bequest, "market_value": str(newest.market_value)}
            change.record("gift.value", Subject(EntryKind.GIFT.value, gift_id), after=after)
            CheckGate(self._pages.wording.zone).look_at_gifts(change.conn, [gift_id], change.now)
        return RedirectResponse(f"/desk/gifts/{gift_id}", 303)

    def _fields(self, valuation: Valuation | None) -> dict[str, str]:
        if valuation is None:
            return dict.fromkeys(WORTH_FIELDS, "")
        value = valuation.market_value
        return {
            "bequest": "yes" if valuation.is_bequest else "",
            "benefit": valuation.benefit,
            "market_value": self._pages.wording.typed_money(value) if value else "",
        }


def _received_gift(conn: Connection, gift_id: str) -> Gift:
    gift = gift_by_id(conn, gift_id)
    if gift is None or gift.state is not GiftState.RECEIVED:
        raise NotFound
    return gift
