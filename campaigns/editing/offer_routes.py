"""The form of what a campaign offers its donors."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from campaigns.editing.desk import INTERVAL_NAMES, PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Errors, Typed
from campaigns.editing.offer_form import FIELDS, OfferForm, typed_offer
from campaigns.offer import EVERY_INTERVAL, CampaignOffer
from campaigns.store import CampaignChanged
from database.transactions import reading
from staff.door import SignedIn
from staff.permissions import Permission
from web.forms import form_fields
from web.path_numbers import PathNumber

CONFLICT = 409


def offer_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/amounts`."""
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Edited = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    router = APIRouter()

    @router.get(PATH + "/{number}/amounts")
    def show_amounts(editor: Editor, number: PathNumber) -> Response:
        with reading(desk.engine) as conn:
            campaign = desk.find(conn, editor, number)
        return _page(desk, editor, campaign, typed_offer(campaign, desk.words))

    @router.post(PATH + "/{number}/amounts")
    def save_amounts(editor: Editor, number: PathNumber, typed: Edited) -> Response:
        with reading(desk.engine) as conn:
            newest = desk.find(conn, editor, number)
        offer = OfferForm(newest, desk.words, desk.giving(), desk.amounts).read(typed)
        if not isinstance(offer, CampaignOffer):
            return _page(desk, editor, newest, typed, offer, status=422)
        try:
            read = desk.editor.read(number, typed.get("version", ""))
            desk.editor.edit(editor.actor, read, replace(read, offer=offer), "campaign amounts changed")
        except CampaignChanged:
            with reading(desk.engine) as conn:
                newest = desk.find(conn, editor, number)
            typed = {**typed, "version": str(newest.version)}
            return _page(desk, editor, newest, typed, status=CONFLICT)
        return RedirectResponse(campaign_path(number), 303)

    return router


def _page(
    desk: CampaignDesk,
    signed_in: SignedIn,
    campaign: Campaign,
    typed: Typed,
    errors: Errors | None = None,
    status: int = 200,
) -> Response:
    rules, of = desk.giving(), campaign.currency
    return desk.pages.page(
        "campaigns/amounts.html",
        status=status,
        private=True,
        member=signed_in.member,
        campaign=campaign,
        typed={name: typed.get(name, "") for name in FIELDS},
        errors=errors or {},
        is_newer=status == CONFLICT,
        intervals={interval: INTERVAL_NAMES[interval] for interval in EVERY_INTERVAL},
        elsewhere=[INTERVAL_NAMES[interval] for interval in EVERY_INTERVAL if interval in rules.intervals],
        least_charged=desk.amounts.least_charged(of),
        smallest=desk.amounts.smallest(of, rules),
        suggested=desk.amounts.suggested(of, rules),
    )
