"""`/desk/gift-aid/declarations/{identity}`: what one donor declared, and withdrawing it for one who has written."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.gift_aid.claim_store import last_claims_by_declaration
from payments.gift_aid.declaration_store import gift_aid_declaration_by_id, withdraw_gift_aid
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.donors.shown_donor import person_of
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.typed_day import read_day_field

DECLARED = "/desk/gift-aid/declarations/{identity}"


def declared_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads, CHANGE_MONEY withdraws."""
    desk, router = DeclaredDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(("from_day",)))]  # noqa: N806 (a type)

    @router.get(DECLARED)
    def show_declared(reader: Reader, identity: str) -> Response:
        return desk.show(reader, identity)

    @router.post(DECLARED + "/withdraw")
    def withdraw_declared(changer: Changer, identity: str, typed: Typed) -> Response:
        return desk.withdraw(changer, identity, typed)

    return router


class DeclaredDesk:
    """The page of one declaration."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, reader: SignedIn, identity: str, typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Who declared what and when, in which words, and when it was last claimed by."""
        with reading(self._engine) as conn:
            declared = _declared(conn, identity)
            person = person_of(conn, declared.donor_id)
            last_claim = last_claims_by_declaration(conn, [identity]).get(identity)
        today = self._pages.wording.local_day(self._clock())
        return self._pages.page(
            "treasury/gift_aid_declaration.html",
            private=True,
            status=422 if errors else 200,
            member=reader.member,
            declared=declared,
            donor=person.donor,
            last_claim=last_claim,
            typed=typed or {"from_day": today.isoformat()},
            errors=errors or {},
        )

    def withdraw(self, changer: SignedIn, identity: str, typed: Mapping[str, str]) -> Response:
        """Withdraw all that this person declared, from a day that has come."""
        errors: dict[str, str] = {}
        day = read_day_field(typed, "from_day", errors)
        if day is not None and day > self._pages.wording.local_day(self._clock()):
            errors["from_day"] = "Enter a day that has come."
        if day is None or errors:
            return self.show(changer, identity, typed, errors)
        with changing(self._engine, changer.actor, self._clock()) as change:
            person = person_of(change.conn, _declared(change.conn, identity).donor_id)
            withdrawn = withdraw_gift_aid(change.conn, person.ids, day, changer.actor.who, change.now)
            after = {"from": day.isoformat(), "declarations": len(withdrawn)}
            change.record("gift_aid.withdraw", Subject("donor", person.donor.id), after=after)
        return RedirectResponse(DECLARED.format(identity=identity), 303)


def _declared(conn: Connection, identity: str) -> GiftAidDeclaration:
    declared = gift_aid_declaration_by_id(conn, identity)
    if declared is None:
        raise NotFound
    return declared
