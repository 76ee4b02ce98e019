"""The links page of a campaign: its address with a source's code, codes and posters that carry it, and the widget."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from campaigns.editing.desk import PATH, CampaignDesk
from campaigns.sharing import read_source_code
from database.transactions import reading
from staff.door import SignedIn
from staff.permissions import Permission
from web.path_numbers import PathNumber

LINKS_PATH = PATH + "/{number}/links"
WRONG = "Use up to 40 letters, digits and dashes, such as leaflet-7."


def links_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/links`."""
    Reader = Annotated[SignedIn, Depends(desk.door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)
    router = APIRouter()

    @router.get(LINKS_PATH)
    def show_campaign_links(reader: Reader, number: PathNumber, ref: str = "") -> Response:
        with reading(desk.engine) as conn:
            campaign = desk.find(conn, reader, number)
        source = read_source_code(ref.strip())
        errors = {"ref": WRONG} if ref.strip() and not source else {}
        return desk.pages.page(
            "campaigns/desk_links.html",
            status=422 if errors else 200,
            private=True,
            member=reader.member,
            campaign=campaign,
            source=source,
            typed={"ref": ref},
            errors=errors,
            framed_by=desk.pages.framed_by,
        )

    return router
