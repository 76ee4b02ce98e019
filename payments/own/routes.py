"""`/giving`: what a donor has given, with receipts and recurring gifts."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.consent_store import consents_of
from donors.consents import Consent
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from payments.gift_aid.declaration_views import counting_declarations_of
from payments.gift_aid.gift_aid_declaration import in_force
from payments.gifts.receipt_choice_store import latest_letters
from payments.gifts.recurring_store import changes_of, recurring_of
from payments.own.address_routes import own_address_routes
from payments.own.changes_routes import own_changes_routes
from payments.own.details_routes import ConsentOffer, own_details_routes
from payments.own.erase_routes import erase_routes
from payments.own.erasure import KeptByLaw
from payments.own.gift_aid_routes import own_gift_aid_routes
from payments.own.held_views import held_receipts, newest_address
from payments.own.own_consents import shown_consents
from payments.own.own_files import years_of
from payments.own.own_page import OwnRecurring, own_recurring_words
from payments.own.own_views import MOST_GIFTS, gift_is_of, own_gifts, own_recurring
from payments.stripe.portal import CustomerPortal
from receipts.store import NoReceipt, mint_token
from web.errors import NotFound
from web.pages import Pages


def own_routes(
    engine: Engine,
    clock: Clock,
    pages: Pages,
    portal: CustomerPortal,
    offered: ConsentOffer,
    law: KeptByLaw,
) -> APIRouter:
    """`/giving` and what hangs on it. Every route asks for a donor's session.

    `law`: what the law has kept of a donor's gifts.
    """
    router = APIRouter()
    door = DonorDoor(engine, clock, pages.base_url)
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)

    @router.get(OWN_PAGE)
    def show(visit: Visit) -> Response:
        with reading(engine) as conn:
            gifts = own_gifts(conn, visit.donor_ids, MOST_GIFTS)
            shown, decisions = _recurring(conn, visit, pages), _decisions(conn, visit)
            declared = counting_declarations_of(conn, visit.donor_ids)
            held = held_receipts(conn, visit.donor_ids)
            address = newest_address(conn, visit.donor_ids)
        return pages.page(
            "donors/own_page.html",
            private=True,
            donor=visit.donor,
            gifts=gifts,
            recurring=shown,
            years=years_of(gifts),
            held=held,
            address=address if any(row.row.runs for row in shown) else None,
            has_declared=bool(declared),
            gift_aid=in_force(declared),
            consents=shown_consents(decisions, offered()),
        )

    @router.get(OWN_PAGE + "/receipts/{gift_id}")
    def open_receipt(visit: Visit, gift_id: str) -> Response:
        """A new link to the receipt, and on to it."""
        with writing(engine) as conn:
            if not gift_is_of(conn, gift_id, visit.donor_ids):
                raise NotFound
            try:
                token = mint_token(conn, gift_id, clock())
            except NoReceipt:
                raise NotFound from None
        return RedirectResponse(f"/receipts/{token}", 303)

    router.include_router(own_address_routes(engine, clock, pages, door))
    router.include_router(own_gift_aid_routes(engine, clock, pages, door))
    router.include_router(own_changes_routes(engine, clock, pages, door, portal))
    router.include_router(erase_routes(engine, clock, pages, door, law))
    router.include_router(own_details_routes(engine, clock, pages, door, offered))
    return router


def _recurring(conn: Connection, visit: DonorVisit, pages: Pages) -> list[OwnRecurring]:
    rows = own_recurring(conn, visit.donor_ids)
    whole = recurring_of(conn, [row.id for row in rows])
    return [
        own_recurring_words(row, changes_of(conn, whole[row.id]), latest_letters(conn, row.id), pages.wording)
        for row in rows
    ]


def _decisions(conn: Connection, visit: DonorVisit) -> list[Consent]:
    return [decided for donor_id in visit.donor_ids for decided in consents_of(conn, donor_id)]
