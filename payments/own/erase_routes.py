"""`/giving/erase`: a donor asks to be erased, on two pages."""

from datetime import date, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.donor import Donor
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from donors.erasure_store import BY_DONOR_THEMSELVES
from outbox.letters import Letter, is_address, post_letter
from payments.own.erasure import KeptByLaw, begin_erasure, kept_by_law_until
from payments.own.own_views import own_recurring
from web.pages import Pages

ERASE, ERASED = OWN_PAGE + "/erase", OWN_PAGE + "/erased"


def erase_routes(engine: Engine, clock: Clock, pages: Pages, door: DonorDoor, law: KeptByLaw) -> APIRouter:
    """What is erased and what stays; the button; and what it says afterwards."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)

    @router.get(ERASE)
    def ask(visit: Visit) -> Response:
        with reading(engine) as conn:
            kept = kept_by_law_until(conn, visit.donor_ids, law, clock().date())
            runs = any(row.runs for row in own_recurring(conn, visit.donor_ids))
        return pages.page("donors/erase.html", private=True, donor=visit.donor, kept_until=kept, runs=runs)

    @router.post(ERASE)
    def erase(visit: Visit) -> Response:
        now = clock()
        with writing(engine) as conn:
            kept = kept_by_law_until(conn, visit.donor_ids, law, now.date())
            if begin_erasure(conn, visit.donor_ids, BY_DONOR_THEMSELVES, now, law):
                post_erasure_letter(conn, pages, visit.donor, kept, now)
        answer = RedirectResponse(ERASED, 303, {"Clear-Site-Data": '"cache", "storage"'})
        door.cookie.drop(answer)
        return answer

    @router.get(ERASED)
    def erased() -> Response:
        return pages.page("donors/erased.html", private=True)

    return router


def post_erasure_letter(conn: Connection, pages: Pages, donor: Donor, kept: date | None, now: datetime) -> None:
    """Confirm to a donor that they are being erased, and what stays until when: the last letter to them."""
    if not is_address(donor.email):
        return
    with pages.speaking(donor.language):
        words = pages.letter("donors/letters/erasure", name=donor.name, kept_until=kept)
    post_letter(conn, Letter(f"erasure:{uuid4().hex}", donor.email, *words), now, urgent=True)
