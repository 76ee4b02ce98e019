"""`/desk/gift-aid/declarations/new`: a declaration that a donor signed on paper, or spoke, is entered for them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.gift_aid.declaration_store import add_gift_aid_declaration, gift_aid_declaration_by_id
from payments.gift_aid.declaration_words import DeclarationWords, words_with_gift, words_without_gift
from payments.gift_aid.gift_aid_declaration import DeclarationScope, GiftAidDeclaration
from payments.gift_aid.taxpayer_form import fields_of_name
from payments.gifts.gift import Gift, GiftState
from payments.gifts.store import gift as gift_by_id
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.donors.shown_donor import Person, person_of
from treasury.gift_aid.paper_form import PAPER_FIELDS, PaperCovers, TypedPaper, read_paper
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.typed import typed_id

PAPER_PATH = "/desk/gift-aid/declarations/new"


def paper_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """CHANGE_MONEY enters declarations."""
    desk, router = PaperDesk(engine, clock, pages), APIRouter()
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(PAPER_FIELDS))]  # noqa: N806 (a type)
    Id = Annotated[str, Query(max_length=100)]  # noqa: N806 (a type)

    @router.get(PAPER_PATH)
    def show_paper(changer: Changer, donor: Id = "", of_gift: Id = "") -> Response:
        return desk.show(changer, {"donor": donor, "of_gift": of_gift}, {})

    @router.post(PAPER_PATH)
    def enter_paper(changer: Changer, typed: Typed) -> Response:
        return desk.enter(changer, typed)

    return router


class PaperDesk:
    """The form of a declaration on paper. Not there for an organisation that claims no Gift Aid."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, changer: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """The form, for a donor, and for one of their gifts if it was opened there."""
        with reading(self._engine) as conn:
            person, gift = self._whose(conn, typed)
        filled = dict.fromkeys(PAPER_FIELDS, "") | fields_of_name(person.donor.name)
        filled |= {"key": str(uuid4()), "brought": "paper", "covers": PaperCovers.PAST_AND_FUTURE.value}
        return self._pages.page(
            "treasury/gift_aid_paper.html",
            status=422 if errors else 200,
            private=True,
            member=changer.member,
            donor=person.donor,
            gift=gift,
            words=self._words(gift if typed.get("covers") == PaperCovers.THIS_GIFT else None).words,
            typed=filled | dict(typed),
            errors=errors,
            targets={field: field for field in errors},
        )

    def enter(self, changer: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep it with its act; the same form sent twice is one declaration."""
        read, key = read_paper(typed, changer.member.id, self._today()), typed_id(typed.get("key", ""))
        if isinstance(read, dict) or key is None:
            return self.show(changer, typed, read if isinstance(read, dict) else {"day": "Open the page again."})
        with changing(self._engine, changer.actor, self._clock()) as change:
            person, gift = self._whose(change.conn, typed)
            of_gift = gift if read.covers is PaperCovers.THIS_GIFT else None
            if gift_aid_declaration_by_id(change.conn, key) is None:
                words = self._words(of_gift)
                declared = GiftAidDeclaration(
                    key, person.donor.id, of_gift.id if of_gift else None, _scope(read), read.taxpayer, words.words,
                    words.version, read.place, change.now, read.declared_on, entry=read.entry,
                )  # fmt: skip
                add_gift_aid_declaration(change.conn, declared)
            after = {"declaration": key, "brought": read.place.value, "covers": read.covers.value}
            subject = Subject("donor", person.donor.id)
            change.record("gift_aid.enter", subject, after=after, act_id=f"gift_aid.enter:{key}")
        return RedirectResponse(f"/desk/gift-aid/declarations/{key}", 303)

    def _whose(self, conn: Connection, typed: Mapping[str, str]) -> tuple[Person, Gift | None]:
        if not self._pages.gift_aid_charity:
            raise NotFound
        person = person_of(conn, typed.get("donor", ""))
        if not typed.get("of_gift"):
            return person, None
        gift = gift_by_id(conn, typed["of_gift"])
        if gift is None or gift.donor_id not in person.ids or gift.state is not GiftState.RECEIVED:
            raise NotFound
        return person, gift

    def _words(self, of_gift: Gift | None) -> DeclarationWords:
        charity = self._pages.gift_aid_charity
        if of_gift is None:
            return words_without_gift(charity)
        amount = self._pages.wording.money_exact(of_gift.amount)
        return words_with_gift(charity, amount)[DeclarationScope.ONE_GIFT]

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _scope(read: TypedPaper) -> DeclarationScope:
    of_one = read.covers is PaperCovers.THIS_GIFT
    return DeclarationScope.ONE_GIFT if of_one else DeclarationScope.PAST_AND_FUTURE
