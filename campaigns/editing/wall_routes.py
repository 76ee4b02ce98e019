"""The wall of a campaign at the desk: who is named on its page, and taking a name off it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from campaigns.editing.desk import PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Typed
from campaigns.wall import MOST_PAGES, ON_LIST, WallPage
from campaigns.wall_store import HIDDEN, SHOWN_AGAIN, SUBJECT, wall_of
from database.transactions import reading
from staff.act import Subject
from staff.changing import changing
from staff.door import SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import form_fields
from web.path_numbers import PathNumber

WALL_PATH = PATH + "/{number}/wall"
HIDE, SHOW = "hide", "show"
FIELDS = ("entry", "then", "page")
WallPageNumber = Annotated[int, Query(ge=1, le=MOST_PAGES)]


def wall_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/wall`."""
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Posted = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    router = APIRouter()

    @router.get(WALL_PATH)
    def show_desk_wall(editor: Editor, number: PathNumber, page: WallPageNumber = 1) -> Response:
        campaign, wall = _read(desk, editor, number, ON_LIST, page)
        return desk.pages.page(
            "campaigns/desk_wall.html", private=True, member=editor.member, campaign=campaign, wall=wall, page=page
        )

    @router.post(WALL_PATH)
    def change_wall(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return _change(desk, editor, number, typed)

    return router


def _change(desk: CampaignDesk, editor: SignedIn, number: int, typed: Typed) -> Response:
    """Hide an entry, or show it again. The act names the gift, never the donor."""
    page = _page(typed.get("page", ""))
    # Twice the page: gifts that came since it was shown have moved its last entries to the next one.
    _, wall = _read(desk, editor, number, 2 * ON_LIST, (page + 1) // 2)
    entry = next((entry for entry in wall.entries if entry.gift == typed.get("entry")), None)
    if entry is None or typed.get("then") not in (HIDE, SHOW):
        raise NotFound("This name does not stand on the wall any more. Nothing was changed.")
    hides = typed["then"] == HIDE
    if hides is not entry.is_hidden:
        with changing(desk.engine, editor.actor, desk.clock()) as change:
            change.record(HIDDEN if hides else SHOWN_AGAIN, Subject(SUBJECT, entry.gift), after={"campaign": number})
    return RedirectResponse(f"{campaign_path(number)}/wall?page={page}", 303)


def _read(desk: CampaignDesk, editor: SignedIn, number: int, size: int, page: int) -> tuple[Campaign, WallPage]:
    with reading(desk.engine) as conn:
        campaign = desk.find(conn, editor, number)
        return campaign, wall_of(conn, campaign, desk.measures, size, page, with_hidden=True)


def _page(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MOST_PAGES)) else 1
