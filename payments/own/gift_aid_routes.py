"""`/giving/gift-aid`: what a donor has declared for Gift Aid, how they change it, and how they withdraw it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from donors.erasure_store import BY_DONOR_THEMSELVES
from payments.gift_aid.declaration_store import add_gift_aid_declaration, withdraw_gift_aid
from payments.gift_aid.declaration_views import counting_declarations_of
from payments.gift_aid.declaration_words import EXPLANATION, PLEASE_NOTIFY, words_without_gift
from payments.gift_aid.gift_aid_declaration import (
    DeclarationPlace,
    DeclarationScope,
    GiftAidDeclaration,
    in_force,
)
from payments.gift_aid.taxpayer import Taxpayer
from payments.gift_aid.taxpayer_form import TAXPAYER_FIELDS, fields_of_name, fields_of_taxpayer, read_taxpayer
from web.errors import NotFound
from web.forms import form_fields
from web.language import translated
from web.pages import Pages
from web.typed import compact
from web.typed_day import typed_day

GIFT_AID_PATH = OWN_PAGE + "/gift-aid"
FIELDS = (*TAXPAYER_FIELDS, "declare", "from_day")


def own_gift_aid_routes(engine: Engine, clock: Clock, pages: Pages, door: DonorDoor) -> APIRouter:
    """The page, and its two buttons."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    own = OwnGiftAid(engine, clock, pages)

    @router.get(GIFT_AID_PATH)
    def show_gift_aid(visit: Visit) -> Response:
        return own.show(visit)

    @router.post(GIFT_AID_PATH)
    def declare_gift_aid(visit: Visit, typed: Typed) -> Response:
        return own.declare(visit, typed)

    @router.post(GIFT_AID_PATH + "/withdraw")
    def withdraw_own_gift_aid(visit: Visit, typed: Typed) -> Response:
        return own.withdraw(visit, typed)

    return router


class OwnGiftAid:
    """Shows what a donor has declared, and keeps what they decide."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, visit: DonorVisit, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        """The declaration that holds, if there is one, and the forms. Not there where Gift Aid was never known."""
        charity = self._pages.gift_aid_charity
        with reading(self._engine) as conn:
            declared = counting_declarations_of(conn, visit.donor_ids)
        if not charity and not declared:
            raise NotFound
        holds = in_force(declared)
        filled = fields_of_taxpayer(holds.taxpayer) if holds else fields_of_name(visit.donor.name)
        filled = dict.fromkeys(FIELDS, "") | filled | {"from_day": self._pages.wording.day(self._today())}
        return self._pages.page(
            "donors/gift_aid.html",
            private=True,
            status=422 if errors else 200,
            charity=charity,
            holds=holds,
            may_withdraw=any(each.ends_on is None for each in declared),
            ended=max((each.ends_on for each in declared if each.ends_on), default=None),
            words=words_without_gift(charity).words,
            explanation=translated(EXPLANATION),
            notify=translated(PLEASE_NOTIFY, charity=charity),
            form=filled | dict(typed or {}),
            errors=errors or {},
        )

    def declare(self, visit: DonorVisit, typed: Mapping[str, str]) -> Response:
        """Keep a declaration for past gifts and those to come. A new one tells name and address anew."""
        charity, now = self._pages.gift_aid_charity, self._clock()
        if not charity:
            raise NotFound
        taxpayer = read_taxpayer(typed)
        errors = taxpayer if isinstance(taxpayer, dict) else {}
        if not typed.get("declare"):
            errors = errors | {"declare": translated("Tick this box to declare it.")}
        if errors or not isinstance(taxpayer, Taxpayer):
            return self.show(visit, typed, errors)
        words = words_without_gift(charity)
        declared = GiftAidDeclaration(
            str(uuid4()), visit.donor.id, None, DeclarationScope.PAST_AND_FUTURE, taxpayer, words.words, words.version,
            DeclarationPlace.OWN_PAGE, now, self._today(),
        )  # fmt: skip
        with writing(self._engine) as conn:
            add_gift_aid_declaration(conn, declared)
        return RedirectResponse(GIFT_AID_PATH, 303)

    def withdraw(self, visit: DonorVisit, typed: Mapping[str, str]) -> Response:
        """Withdraw all that was declared from a day that has come: gifts of that day and later are not claimed on."""
        today = self._today()
        day = typed_day(compact(typed.get("from_day", "")), today)
        if day is None or day > today:
            return self.show(visit, typed, {"from_day": translated("Enter a day until today, like 6 May 2027.")})
        with writing(self._engine) as conn:
            withdraw_gift_aid(conn, visit.donor_ids, day, BY_DONOR_THEMSELVES, self._clock())
        return RedirectResponse(GIFT_AID_PATH, 303)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())
