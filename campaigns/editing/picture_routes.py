"""A campaign's picture, and the words for who cannot see it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import ALTERNATIVE_LENGTH, Campaign
from campaigns.editing.desk import PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Errors, Typed, read_field
from campaigns.store import CampaignChanged
from database.transactions import reading
from staff.door import SignedIn
from staff.permissions import Permission
from web.path_numbers import PathNumber
from web.picture_store import keep_picture, picture_by_hash
from web.pictures import ACCEPTED, EncodedPicture, NotAPicture, encode_picture
from web.typed import NotTidy, tidy
from web.uploads import UploadedForm, uploaded_form

PICTURE_PATH = PATH + "/{number}/picture"
REMOVE = "remove"
FIELDS = ("alternative", "version", "then")


def campaign_picture_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/picture`."""
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(FIELDS, ["picture"]))]  # noqa: N806 (a type)
    router = APIRouter()

    @router.get(PICTURE_PATH)
    def show_campaign_picture(editor: Editor, number: PathNumber) -> Response:
        campaign = _find(desk, editor, number)
        typed = {"alternative": campaign.picture_alt, "version": str(campaign.version)}
        return _page(desk, editor, campaign, typed)

    @router.post(PICTURE_PATH)
    def save_campaign_picture(editor: Editor, number: PathNumber, form: Uploaded) -> Response:
        return _save(desk, editor, number, form)

    return router


def _save(desk: CampaignDesk, editor: SignedIn, number: int, form: UploadedForm) -> Response:
    """Keep a picture with its words, other words for it, or none."""
    newest, errors = _find(desk, editor, number), Errors()
    removes = form.fields.get("then") == REMOVE
    upload = None if removes else _encoded(form, newest, errors)
    alternative = "" if removes else read_field("alternative", _alternative, form.fields, errors)
    if errors or alternative is None:
        return _page(desk, editor, newest, form.fields, errors, status=422)

    def keep(conn: Connection, now: datetime) -> None:
        if upload is not None:
            keep_picture(conn, upload, now)

    try:
        read = desk.editor.read(number, form.fields.get("version", ""))
        name = None if removes else upload.hash if upload else read.picture
        after = replace(read, picture=name, picture_alt=alternative)
        desk.editor.edit(editor.actor, read, after, "campaign picture changed", also=keep)
    except CampaignChanged:
        newest = _find(desk, editor, number)
        sentence = "Somebody changed this campaign meanwhile. Nothing was saved: choose the picture once more."
        typed = {**form.fields, "version": str(newest.version)}
        return _page(desk, editor, newest, typed, {"picture": sentence}, status=409)
    return RedirectResponse(campaign_path(number), 303)


def _encoded(form: UploadedForm, campaign: Campaign, errors: Errors) -> EncodedPicture | None:
    upload = form.files.get("picture")
    if upload is None:
        if campaign.picture is None:
            errors["picture"] = "Choose a picture."
        return None
    try:
        return encode_picture(upload)
    except NotAPicture as mistake:
        errors["picture"] = str(mistake)
        return None


def _alternative(text: str) -> str:
    words = tidy(text, ALTERNATIVE_LENGTH)
    if not words:
        raise NotTidy("Say in a few words what the picture shows, for people who cannot see it.")
    return words


def _find(desk: CampaignDesk, editor: SignedIn, number: int) -> Campaign:
    with reading(desk.engine) as conn:
        return desk.find(conn, editor, number)


def _page(
    desk: CampaignDesk,
    signed_in: SignedIn,
    campaign: Campaign,
    typed: Typed,
    errors: Errors | None = None,
    *,
    status: int = 200,
) -> Response:
    with reading(desk.engine) as conn:
        picture = picture_by_hash(conn, campaign.picture)
    return desk.pages.page(
        "campaigns/picture.html",
        status=status,
        private=True,
        member=signed_in.member,
        campaign=campaign,
        picture=picture,
        typed={name: typed.get(name, "") for name in FIELDS},
        errors=errors or {},
        accepted=ACCEPTED,
    )
