"""What else a donor finds on their own pages: statements, consents, names on walls, and a download of it all."""

from collections.abc import Callable, Sequence
from datetime import MAXYEAR
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path
from sqlalchemy.engine import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading, writing
from donors.consent_store import note_consent
from donors.consents import Channel
from donors.door import OWN_PAGE, DonorDoor, DonorVisit
from organisation.consent_words import OfferedConsent
from payments.gifts.details_store import hide_name
from payments.own.own_consents import decision
from payments.own.own_data_views import own_data
from payments.own.own_files import YearStatement, data_csv, data_json, statement_csv, statement_of
from payments.own.own_views import MOST_GIFTS, gift_is_of, own_gifts
from web.errors import NotFound
from web.pages import Pages

ConsentOffer = Callable[[], Sequence[OfferedConsent]]
Year = Annotated[int, Path(ge=1, le=MAXYEAR)]
YesOrNo = Annotated[str, Form(pattern=r"^(yes|no)$")]


def own_details_routes(engine: Engine, clock: Clock, pages: Pages, door: DonorDoor, offered: ConsentOffer) -> APIRouter:
    """`/giving/consents`, `/giving/gifts`, `/giving/statement` and `/giving/data`."""
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)

    @router.post(OWN_PAGE + "/consents/{channel}")
    def decide(visit: Visit, channel: Channel, agree: YesOrNo) -> Response:
        decided = decision(channel, agree == "yes", offered(), clock())
        if decided is None:
            raise NotFound
        with writing(engine) as conn:
            note_consent(conn, visit.donor.id, decided)
        return RedirectResponse(f"{OWN_PAGE}#consents", 303)

    @router.post(OWN_PAGE + "/gifts/{gift_id}/hide-name")
    def hide(visit: Visit, gift_id: str) -> Response:
        with writing(engine) as conn:
            if not gift_is_of(conn, gift_id, visit.donor_ids):
                raise NotFound
            hide_name(conn, gift_id)
        return RedirectResponse(f"{OWN_PAGE}#gifts", 303)

    router.include_router(_file_routes(engine, pages, door))
    return router


def _file_routes(engine: Engine, pages: Pages, door: DonorDoor) -> APIRouter:
    router = APIRouter()
    Visit = Annotated[DonorVisit, Depends(door.donor)]  # noqa: N806 (a type)

    def statement(visit: DonorVisit, year: int) -> YearStatement:
        with reading(engine) as conn:
            year_statement = statement_of(year, own_gifts(conn, visit.donor_ids, MOST_GIFTS))
        if not year_statement.gifts:
            raise NotFound
        return year_statement

    @router.get(OWN_PAGE + "/statement/{year}.csv")
    def download_statement(visit: Visit, year: Year) -> Response:
        return _file(statement_csv(statement(visit, year)), "text/csv", f"donations-{year}.csv")

    @router.get(OWN_PAGE + "/statement/{year}")
    def show_statement(visit: Visit, year: Year) -> Response:
        return pages.page("donors/statement.html", private=True, donor=visit.donor, statement=statement(visit, year))

    @router.get(OWN_PAGE + "/data.json")
    def download_json(visit: Visit) -> Response:
        with reading(engine) as conn:
            return _file(data_json(own_data(conn, visit.donor_ids)), "application/json", "my-data.json")

    @router.get(OWN_PAGE + "/data.csv")
    def download_csv(visit: Visit) -> Response:
        with reading(engine) as conn:
            return _file(data_csv(own_data(conn, visit.donor_ids)), "text/csv", "my-data.csv")

    return router


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)
