"""`/giving/address`: the donor's postal address, and their name, for receipts that wait for them or are to come."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from payments.gifts.details_store import name_giver
from payments.giving.donor_fields import LONGEST_NAME
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_form import ADDRESS_FIELDS, fields_of_address, read_postal_address
from payments.giving.postal_address_store import put_postal_address
from payments.letters.held_receipts import ADDRESS_PATH
from payments.own.held_views import WantedFacts, gifts_that_go_on, held_receipts, newest_address
from receipts.jobs import print_again
from receipts.legal_forms import MissingFact
from web.errors import NotFound
from web.forms import form_fields
from web.language import translated
from web.pages import Pages
from web.typed import NotTidy, tidy

FIELDS = ("name", *ADDRESS_FIELDS)


def own_address_routes(engine: Engine, clock: Clock, pages: Pages, door: DonorDoor) -> APIRouter:
    """The page, and its button."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    own = OwnAddress(engine, clock, pages)

    @router.get(ADDRESS_PATH)
    def show_address(visit: Visit) -> Response:
        return own.show(visit)

    @router.post(ADDRESS_PATH)
    def keep_address(visit: Visit, typed: Typed) -> Response:
        return own.keep(visit, typed)

    return router


class OwnAddress:
    """Shows the address that is kept for receipts, and keeps another. Receipts that waited for it are printed next."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, visit: DonorVisit, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        """The form. Not there where no receipt, waiting or to come, wants anything."""
        with reading(self._engine) as conn:
            wanted = self._wanted(conn, visit)
        if not wanted.held and not wanted.goes_on:
            raise NotFound
        filled = dict.fromkeys(FIELDS, "") | fields_of_address(wanted.known) | {"name": visit.donor.name}
        return self._pages.page(
            "donors/address.html",
            private=True,
            status=422 if errors else 200,
            wanted=wanted,
            form=filled | dict(typed or {}),
            errors=errors or {},
        )

    def keep(self, visit: DonorVisit, typed: Mapping[str, str]) -> Response:
        """Keep name and address with every gift whose receipt waits, and with recurring gifts for what is to come."""
        with reading(self._engine) as conn:
            wanted = self._wanted(conn, visit)
        errors: dict[str, str] = {}
        name = _name(typed, errors, is_needed=wanted.lacks(MissingFact.DONOR_NAME))
        address = read_postal_address(typed) if wanted.asks_address else None
        if isinstance(address, dict) or errors:
            return self.show(visit, typed, errors | (address if isinstance(address, dict) else {}))
        self._save(wanted, address, name)
        return RedirectResponse(OWN_PAGE, 303)

    def _wanted(self, conn: Connection, visit: DonorVisit) -> WantedFacts:
        ids = visit.donor_ids
        return WantedFacts(held_receipts(conn, ids), newest_address(conn, ids), gifts_that_go_on(conn, ids))

    def _save(self, wanted: WantedFacts, address: PostalAddress | None, name: str) -> None:
        gifts, now = [held.gift for held in wanted.held], self._clock()
        with writing(self._engine) as conn:
            name_giver(conn, gifts, name)
            if address is not None:
                put_postal_address(conn, [*gifts, *wanted.goes_on], address, now)
            for held in wanted.held:
                print_again(conn, held.number, now=now)


def _name(typed: Mapping[str, str], errors: dict[str, str], *, is_needed: bool) -> str:
    try:
        name = tidy(typed.get("name", ""), LONGEST_NAME)
    except NotTidy as mistake:
        errors["name"] = str(mistake)
        return ""
    if is_needed and not name:
        errors["name"] = translated("Enter your full name.")
    return name
