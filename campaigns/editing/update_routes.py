"""The updates of a campaign: a new one, another wording, and taking one away."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import TITLE_LENGTH, Campaign
from campaigns.editing.days import read_day
from campaigns.editing.desk import PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Errors, Typed, read_field, read_markdown
from campaigns.updates_store import UPDATE_LENGTH, CampaignUpdate, UpdateChanged, update_of
from database.transactions import reading
from staff.door import SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.forms import form_fields
from web.path_numbers import PathNumber
from web.typed import NotTidy, compact, tidy

NEW_PATH, UPDATE_PATH = PATH + "/{number}/updates/new", PATH + "/{number}/updates/{update_id}"
CONFLICT = 409
FIELDS = ("day", "title", "text", "version")


def update_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/updates/…`."""
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Posted = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    router, forms = APIRouter(), UpdateForms(desk)

    @router.get(NEW_PATH)
    def show_new_update(editor: Editor, number: PathNumber) -> Response:
        return forms.show_new(editor, number)

    @router.post(NEW_PATH)
    def add_campaign_update(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return forms.add(editor, number, typed)

    @router.get(UPDATE_PATH)
    def show_update(editor: Editor, number: PathNumber, update_id: str) -> Response:
        return forms.show(editor, number, update_id)

    @router.post(UPDATE_PATH)
    def save_update(editor: Editor, number: PathNumber, update_id: str, typed: Posted) -> Response:
        return forms.save(editor, number, update_id, typed)

    @router.post(UPDATE_PATH + "/remove")
    def remove_campaign_update(editor: Editor, number: PathNumber, update_id: str, typed: Posted) -> Response:
        return forms.remove(editor, number, update_id, typed)

    return router


class UpdateForms:
    """The form of an update."""

    def __init__(self, desk: CampaignDesk) -> None:
        self._desk = desk

    def show_new(self, editor: SignedIn, number: int) -> Response:
        """An empty form, of today."""
        return self._page(editor, self._campaign(editor, number), None, {"day": self._today().isoformat()})

    def add(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Keep a new update."""
        campaign = self._campaign(editor, number)
        blank = CampaignUpdate(str(uuid4()), number, self._today(), "New", "", self._desk.clock())
        update = _read(typed, blank)
        if not isinstance(update, CampaignUpdate):
            return self._page(editor, campaign, None, typed, update, status=422)
        self._desk.editor.add_update(editor.actor, update)
        return RedirectResponse(campaign_path(number) + "#updates", 303)

    def show(self, editor: SignedIn, number: int, update_id: str) -> Response:
        """The form as the update is."""
        campaign, update = self._find(editor, number, update_id)
        return self._page(editor, campaign, update, _typed(update))

    def save(self, editor: SignedIn, number: int, update_id: str, typed: Typed) -> Response:
        """Keep what was edited."""
        campaign, newest = self._find(editor, number, update_id)
        update = _read(typed, newest)
        if not isinstance(update, CampaignUpdate):
            return self._page(editor, campaign, newest, typed, update, status=422)
        try:
            if typed.get("version") != str(newest.version):
                raise UpdateChanged(update_id)
            self._desk.editor.edit_update(editor.actor, newest, update)
        except UpdateChanged:
            return self._conflict(editor, number, update_id, typed)
        return RedirectResponse(campaign_path(number) + "#updates", 303)

    def remove(self, editor: SignedIn, number: int, update_id: str, typed: Typed) -> Response:
        """Take an update off the page. The log of acts keeps its words."""
        _, newest = self._find(editor, number, update_id)
        try:
            if typed.get("version") != str(newest.version):
                raise UpdateChanged(update_id)
            self._desk.editor.remove_update(editor.actor, newest)
        except UpdateChanged:
            return self._conflict(editor, number, update_id, _typed(newest))
        return RedirectResponse(campaign_path(number) + "#updates", 303)

    def _conflict(self, editor: SignedIn, number: int, update_id: str, typed: Typed) -> Response:
        campaign, newest = self._find(editor, number, update_id)
        typed = {**typed, "version": str(newest.version)}
        return self._page(editor, campaign, newest, typed, status=CONFLICT)

    def _campaign(self, editor: SignedIn, number: int) -> Campaign:
        with reading(self._desk.engine) as conn:
            return self._desk.find(conn, editor, number)

    def _find(self, editor: SignedIn, number: int, update_id: str) -> tuple[Campaign, CampaignUpdate]:
        with reading(self._desk.engine) as conn:
            campaign = self._desk.find(conn, editor, number)
            update = update_of(conn, number, update_id)
        if update is None:
            raise NotFound("There is no such update. Somebody may have removed it.")
        return campaign, update

    def _today(self) -> date:
        return self._desk.clock().astimezone(self._desk.words.zone).date()

    def _page(
        self,
        signed_in: SignedIn,
        campaign: Campaign,
        update: CampaignUpdate | None,
        typed: Typed,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        return self._desk.pages.page(
            "campaigns/update.html",
            status=status,
            private=True,
            member=signed_in.member,
            campaign=campaign,
            update=update,
            typed={name: typed.get(name, "") for name in FIELDS},
            errors=errors or {},
            is_newer=status == CONFLICT,
        )


def _read(typed: Typed, before: CampaignUpdate) -> CampaignUpdate | Errors:
    errors = Errors()
    day = read_field("day", _day, typed, errors)
    title = read_field("title", _title, typed, errors)
    text = read_field("text", _text, typed, errors)
    if day is None or title is None or text is None:
        return errors
    return replace(before, day=day, title=title, text=text)


def _day(typed: str) -> date:
    day = read_day(compact(typed))
    if day is None:
        raise NotTidy("Enter the day that stands above the update.")
    return day


def _title(typed: str) -> str:
    title = tidy(typed, TITLE_LENGTH)
    if not title:
        raise NotTidy("Enter a title.")
    return title


def _text(typed: str) -> str:
    text = read_markdown(typed, UPDATE_LENGTH)
    if not text:
        raise NotTidy("Enter what happened.")
    return text


def _typed(update: CampaignUpdate) -> dict[str, str]:
    return {
        "day": update.day.isoformat(),
        "title": update.title,
        "text": update.text,
        "version": str(update.version),
    }
