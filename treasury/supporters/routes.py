"""The desk's list of subscriptions that another system made: each becomes a recurring gift of ours, or is left."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import campaign_by_id, campaigns, parent_of
from database.instants import Clock
from database.transactions import reading
from outbox.jobs import enqueue, is_queued
from payments.adopting.store import adopt_supporter, leave_supporter, waiting_supporter, waiting_supporters
from payments.adopting.supporter import FIND_SUPPORTERS, Supporter
from payments.gifts.recurring_words import PER
from payments.giving.pledges import shares_for
from staff.act import Subject
from staff.changing import Change, changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.pages import Pages

PATH = "/desk/supporters"
MOST_ROWS = 200
EVERYTHING = "all"
CHOOSE = "Choose the campaign that they give to, in the currency that they pay in."
ChosenCampaign = Annotated[str, Form(pattern=r"^[0-9]{0,9}$")]


def supporter_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/supporters`. Nothing here charges anybody."""
    router = APIRouter()
    router.include_router(_each(engine, clock, pages, door))
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def list_supporters(reader: Reader) -> Response:
        return _listed(engine, pages, reader, "")

    @router.post(PATH + "/look")
    def look_for_supporters(changer: Changer) -> Response:
        with changing(engine, changer.actor, clock()) as change:
            enqueue(change.conn, FIND_SUPPORTERS, EVERYTHING, {}, now=change.now, urgent=True)
            change.record("supporters.look", Subject("supporters", EVERYTHING))
        return RedirectResponse(PATH, 303)

    @router.post(PATH)
    def adopt_supporters(changer: Changer, campaign: ChosenCampaign = "") -> Response:
        """Every one that pays in the campaign's currency."""
        with reading(engine) as conn:
            chosen = _campaign(conn, campaign)
            some = chosen and any(_fits(each, chosen) for each in waiting_supporters(conn, MOST_ROWS))
        if chosen is None or not some:
            return _listed(engine, pages, changer, CHOOSE)
        with changing(engine, changer.actor, clock()) as change:
            for each in waiting_supporters(change.conn, MOST_ROWS):
                if _fits(each, chosen):
                    _adopt(change, each, chosen)
        return RedirectResponse(PATH, 303)

    return router


def _each(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.post(PATH + "/{subscription}/adopt")
    def adopt_one_supporter(changer: Changer, subscription: str, campaign: ChosenCampaign = "") -> Response:
        with reading(engine) as conn:
            supporter, chosen = _waiting(conn, subscription), _campaign(conn, campaign)
        if chosen is None or not _fits(supporter, chosen):
            return _listed(engine, pages, changer, CHOOSE)
        with changing(engine, changer.actor, clock()) as change:
            _adopt(change, _waiting(change.conn, subscription), chosen)
        return RedirectResponse(PATH, 303)

    @router.post(PATH + "/{subscription}/leave")
    def leave_one_supporter(changer: Changer, subscription: str) -> Response:
        with changing(engine, changer.actor, clock()) as change:
            _waiting(change.conn, subscription)
            leave_supporter(change.conn, subscription, change.now)
            change.record("supporter.leave", Subject("subscription", subscription))
        return RedirectResponse(PATH, 303)

    return router


def _listed(engine: Engine, pages: Pages, signed_in: SignedIn, mistake: str) -> Response:
    with reading(engine) as conn:
        rows, choices = waiting_supporters(conn, MOST_ROWS), _choices(conn)
        is_looking = is_queued(conn, FIND_SUPPORTERS, EVERYTHING)
    return pages.page(
        "treasury/supporters.html",
        status=422 if mistake else 200,
        private=True,
        member=signed_in.member,
        rows=rows,
        campaigns=choices,
        per=PER,
        is_looking=is_looking,
        errors={"campaign": mistake} if mistake else {},
        targets={"campaign": "campaign"},
    )


def _choices(conn: Connection) -> Sequence[Campaign]:
    return [campaign for campaign in campaigns(conn) if campaign.state is not CampaignState.DRAFT]


def _campaign(conn: Connection, number: str) -> Campaign | None:
    return campaign_by_id(conn, int(number)) if number else None


def _fits(supporter: Supporter, campaign: Campaign) -> bool:
    return supporter.amount.currency == campaign.currency


def _waiting(conn: Connection, subscription: str) -> Supporter:
    supporter = waiting_supporter(conn, subscription)
    if supporter is None:
        raise NotFound("This does not wait for a decision: somebody else may have decided.", advice="Go back.")
    return supporter


def _adopt(change: Change, supporter: Supporter, campaign: Campaign) -> None:
    shares = shares_for(campaign, parent_of(change.conn, campaign))
    recurring = adopt_supporter(change.conn, supporter, shares, change.now)
    after = {"amount": str(supporter.amount), "campaign": campaign.id, "subscription": supporter.subscription}
    change.record("supporter.adopt", Subject("recurring", recurring), after=after)
