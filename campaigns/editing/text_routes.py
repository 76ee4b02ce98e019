"""A new campaign, and the form of a campaign's texts, target and days."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, CampaignState
from campaigns.editing.desk import PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Errors, Typed
from campaigns.editing.text_form import FIELDS, read_currency, read_texts, typed_texts
from campaigns.store import AddressTaken, CampaignChanged, campaigns
from database.transactions import reading
from ledger.money import CURRENCIES, GBP, Currency
from staff.door import SignedIn
from staff.permissions import Permission
from web.forms import form_fields
from web.path_numbers import PathNumber
from web.typed import NotTidy

PREVIEW = "preview"
# What the form calls its fields, for the page that shows what somebody else has changed meanwhile.
LABELS = {
    "title": "Title", "slug": "Address", "story": "Story", "target_kind": "Kind of target", "target": "Target",
    "opens_on": "First day", "closes_on": "Last day", "above_target": "Above the target",
    "outcome": "What became of it",
}  # fmt: skip


def text_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/new` and `/desk/campaigns/{number}/edit`."""
    Adder = Annotated[SignedIn, Depends(desk.door.needs(Permission.ADD_CAMPAIGNS))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    New = Annotated[dict[str, str], Depends(form_fields((*FIELDS, "currency")))]  # noqa: N806 (a type)
    Edited = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    router, forms = APIRouter(), TextForms(desk)

    @router.get(PATH + "/new")
    def show_new_campaign(adder: Adder) -> Response:
        return forms.show_new(adder)

    @router.post(PATH + "/new")
    def add_campaign(adder: Adder, typed: New) -> Response:
        return forms.add(adder, typed)

    @router.get(PATH + "/{number}/edit")
    def show_texts(editor: Editor, number: PathNumber) -> Response:
        return forms.show(editor, number)

    @router.post(PATH + "/{number}/edit")
    def save_texts(editor: Editor, number: PathNumber, typed: Edited) -> Response:
        return forms.save(editor, number, typed)

    return router


class TextForms:
    """The form of a new campaign, and of one that is there."""

    def __init__(self, desk: CampaignDesk) -> None:
        self._desk = desk

    def show_new(self, adder: SignedIn) -> Response:
        """An empty form, in the currency of the newest campaign."""
        with reading(self._desk.engine) as conn:
            known = campaigns(conn)
        of = known[-1].currency if known else GBP
        return self._page(adder, _blank(of), {"target_kind": "amount", "currency": of.code})

    def add(self, adder: SignedIn, typed: Typed) -> Response:
        """Keep a draft, and show its page."""
        try:
            blank = _blank(read_currency(typed.get("currency", "")))
        except NotTidy as mistake:
            return self._page(adder, _blank(GBP), typed, {"currency": str(mistake)}, status=422)
        campaign = read_texts(typed, blank, self._desk.words)
        if not isinstance(campaign, Campaign):
            return self._page(adder, blank, typed, campaign, status=422)
        if typed.get("then") == PREVIEW:
            return self._page(adder, blank, typed, previewed=campaign)
        try:
            number = self._desk.editor.add(adder.actor, campaign)
        except AddressTaken as taken:
            return self._page(adder, blank, typed, {"slug": str(taken)}, status=422)
        return RedirectResponse(campaign_path(number), 303)

    def show(self, editor: SignedIn, number: int) -> Response:
        """The form as the campaign is."""
        campaign = self._find(editor, number)
        return self._page(editor, campaign, typed_texts(campaign, self._desk.words))

    def save(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Keep what was edited, or show it once more: what to correct, how it will look, what somebody else changed."""
        newest = self._find(editor, number)
        campaign = read_texts(typed, newest, self._desk.words)
        if not isinstance(campaign, Campaign):
            return self._page(editor, newest, typed, campaign, status=422)
        if typed.get("then") == PREVIEW:
            return self._page(editor, newest, typed, previewed=campaign)
        try:
            read = self._desk.editor.read(number, typed.get("version", ""))
            edited = replace(campaign, version=read.version)
            self._desk.editor.edit(editor.actor, read, edited, "campaign edited")
        except CampaignChanged:
            return self._conflict(editor, number, typed)
        except AddressTaken as taken:
            return self._page(editor, newest, typed, {"slug": str(taken)}, status=422)
        return RedirectResponse(campaign_path(number), 303)

    def _conflict(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """What was typed stays in the form; beside it stands what the campaign says now. Nothing was kept."""
        newest = self._find(editor, number)
        now = typed_texts(newest, self._desk.words)
        newer = {LABELS[name]: now[name] for name in LABELS if typed.get(name, "").split() != now[name].split()}
        return self._page(editor, newest, {**typed, "version": str(newest.version)}, newer=newer, status=409)

    def _find(self, editor: SignedIn, number: int) -> Campaign:
        with reading(self._desk.engine) as conn:
            return self._desk.find(conn, editor, number)

    def _page(
        self,
        signed_in: SignedIn,
        campaign: Campaign,
        typed: Typed,
        errors: Errors | None = None,
        status: int = 200,
        **more: object,
    ) -> Response:
        return self._desk.pages.page(
            "campaigns/edit.html",
            status=status,
            private=True,
            member=signed_in.member,
            campaign=campaign,
            typed={name: typed.get(name, "") for name in (*FIELDS, "currency")},
            errors=errors or {},
            currencies=CURRENCIES.values(),
            **{"newer": None, "previewed": None, **more},
        )


def _blank(of: Currency) -> Campaign:
    return Campaign(0, "new", "New campaign", "", of, state=CampaignState.DRAFT)
