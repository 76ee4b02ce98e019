"""Campaigns at the desk: the list, the page of each with its preview, and publish, pause, close, reopen."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, CampaignState, Openness
from campaigns.editing.days import UnclearDay, closing_of, last_day, read_day
from campaigns.editing.desk import INTERVAL_NAMES, PATH, CampaignDesk, campaign_path
from campaigns.editing.fields import Errors, Typed, read_field, read_markdown
from campaigns.editing.group_routes import group_routes
from campaigns.editing.links_routes import links_routes
from campaigns.editing.offer_routes import offer_routes
from campaigns.editing.picture_routes import campaign_picture_routes
from campaigns.editing.text_routes import text_routes
from campaigns.editing.update_routes import update_routes
from campaigns.editing.wall_routes import wall_routes
from campaigns.offered import amount_groups
from campaigns.routes import PageVisit, campaign_page
from campaigns.states import NeedsLaterDay, NotNow, close, pause, publish, reopen
from campaigns.store import CampaignChanged, campaigns, groups_of, old_addresses, parent_of, progress, progress_of
from campaigns.updates_store import updates_of
from database.transactions import reading
from staff.act import Subject
from staff.door import SignedIn
from staff.permissions import Permission
from staff.store import acts_on, member_by_id
from web.forms import form_fields
from web.path_numbers import PathNumber
from web.picture_store import picture_by_hash
from web.typed import compact

HISTORY = 20  # acts on a campaign's page
PUBLISHED = "campaign published"  # the act
SEE_OTHER = 303
FIELDS = ("version", "outcome", "closes_on")
CHANGED = "Somebody changed this campaign meanwhile. Nothing was done: look at it as it is now, then press again."
# In which order the list shows them, and what it says of them.
SHOWN = (
    (Openness.OPEN, "Open"),
    (Openness.DRAFT, "Drafts"),
    (Openness.NOT_YET, "Coming up"),
    (Openness.PAUSED, "Paused"),
    (Openness.CLOSED, "Closed"),
)


def campaign_desk_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns`, and everything below it."""
    Reader = Annotated[SignedIn, Depends(desk.door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)
    router, shown = APIRouter(), CampaignPages(desk)
    for part in (text_routes, offer_routes, campaign_picture_routes, update_routes, state_routes, group_routes):
        router.include_router(part(desk))
    router.include_router(wall_routes(desk))
    router.include_router(links_routes(desk))

    @router.get(PATH)
    def list_desk_campaigns(reader: Reader) -> Response:
        return shown.list(reader)

    @router.get(PATH + "/{number}")
    def show_desk_campaign(reader: Reader, number: PathNumber) -> Response:
        return shown.show(reader, number)

    @router.get(PATH + "/{number}/preview")
    def preview_campaign(reader: Reader, number: PathNumber) -> Response:
        return shown.preview(reader, number)

    return router


def state_routes(desk: CampaignDesk) -> APIRouter:
    """The buttons of a campaign, and the pages that ask once more before it is closed or reopened."""
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Posted = Annotated[dict[str, str], Depends(form_fields(FIELDS))]  # noqa: N806 (a type)
    router, shown = APIRouter(), CampaignPages(desk)

    @router.post(PATH + "/{number}/publish")
    def publish_campaign(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return shown.publish(editor, number, typed)

    @router.post(PATH + "/{number}/pause")
    def pause_campaign(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return shown.pause(editor, number, typed)

    @router.get(PATH + "/{number}/close")
    def ask_to_close(editor: Editor, number: PathNumber) -> Response:
        return shown.ask(editor, number, "close")

    @router.post(PATH + "/{number}/close")
    def close_campaign(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return shown.close(editor, number, typed)

    @router.get(PATH + "/{number}/reopen")
    def ask_to_reopen(editor: Editor, number: PathNumber) -> Response:
        return shown.ask(editor, number, "reopen")

    @router.post(PATH + "/{number}/reopen")
    def reopen_campaign(editor: Editor, number: PathNumber, typed: Posted) -> Response:
        return shown.reopen(editor, number, typed)

    return router


class CampaignPages:
    """The list, and the page of each campaign with its buttons."""

    def __init__(self, desk: CampaignDesk) -> None:
        self._desk = desk

    def list(self, reader: SignedIn) -> Response:
        """Every campaign with the number of its groups; of an organiser their own, and groups of other campaigns."""
        desk, now = self._desk, self._desk.clock()
        with reading(desk.engine) as conn:
            own = [campaign for campaign in campaigns(conn) if reader.may_see_campaign(campaign.id)]
            numbers = {campaign.id for campaign in own}
            groups = Counter(campaign.parent_id for campaign in own if campaign.parent_id in numbers)
            listed = [campaign for campaign in own if campaign.parent_id not in numbers]
            pairs = progress_of(conn, listed, now, desk.measures)
            held = desk.not_accepted(conn, listed)
        parts = [(words, [pair for pair in pairs if pair[0].openness(now) is openness]) for openness, words in SHOWN]
        return desk.pages.page(
            "campaigns/desk_list.html",
            private=True,
            member=reader.member,
            parts=[(words, shown) for words, shown in parts if shown],
            groups=groups,
            held=held,
        )

    def show(self, reader: SignedIn, number: int, errors: Errors | None = None, status: int = 200) -> Response:
        """How a campaign stands, what can be done to it, and what was done."""
        desk, now = self._desk, self._desk.clock()
        with reading(desk.engine) as conn:
            campaign = desk.find(conn, reader, number)
            acts = acts_on(conn, Subject("campaign", str(number)))[-HISTORY:][::-1]
            members = {act.who: member_by_id(conn, act.who) for act in acts}
            values = {
                "progress": progress(conn, campaign, now, desk.measures),
                "parent": parent_of(conn, campaign),
                "old_addresses": old_addresses(conn, campaign),
                "picture": picture_by_hash(conn, campaign.picture),
                "updates": updates_of(conn, number),
                "held": desk.not_accepted(conn, [campaign]),
            }
        return desk.pages.page(
            "campaigns/desk_campaign.html",
            status=status,
            private=True,
            member=reader.member,
            campaign=campaign,
            openness=campaign.openness(now).name,
            missing=desk.missing_for(campaign) if campaign.state is CampaignState.DRAFT else [],
            groups=amount_groups(campaign, desk.giving(), desk.amounts),
            interval_names=INTERVAL_NAMES,
            acts=[(act, member.name if (member := members[act.who]) else act.who) for act in acts],
            errors=errors or {},
            **values,
        )

    def preview(self, reader: SignedIn, number: int) -> Response:
        """The campaign's page as donors will see it."""
        desk = self._desk
        with reading(desk.engine) as conn:
            campaign = desk.find(conn, reader, number)
            return campaign_page(
                conn, desk.pages, campaign, desk.clock(), desk.measures, PageVisit(preview_by=reader.member)
            )

    def publish(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Let the public see a draft that lacks nothing, and the groups that were made in it."""

        def published(campaign: Campaign, now: datetime) -> Campaign:
            if missing := self._desk.missing_for(campaign):
                raise NotNow(f"This campaign cannot be published yet. {missing[0].sentence}")
            return publish(campaign, now)

        answer = self._change(editor, number, typed, PUBLISHED, published)
        if answer.status_code == SEE_OTHER:
            self._publish_groups(editor, number)
        return answer

    def _publish_groups(self, editor: SignedIn, number: int) -> None:
        """One that lacks something stays a draft, and its own page says what."""
        desk = self._desk
        with reading(desk.engine) as conn:
            groups = groups_of(conn, desk.find(conn, editor, number))
        for group in groups:
            if group.state is CampaignState.DRAFT and not desk.missing_for(group):
                with suppress(NotNow, CampaignChanged):
                    desk.editor.edit(editor.actor, group, publish(group, desk.clock()), PUBLISHED)

    def pause(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Take no gifts for a while."""
        return self._change(editor, number, typed, "campaign paused", pause)

    def close(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Take no more gifts, and say what became of the campaign."""
        errors = Errors()
        outcome = read_field("outcome", read_markdown, typed, errors)
        if outcome is None:
            return self.ask(editor, number, "close", typed, errors)

        def closed(campaign: Campaign, now: datetime) -> Campaign:
            return close(campaign, now, outcome)

        return self._change(editor, number, typed, "campaign closed", closed)

    def reopen(self, editor: SignedIn, number: int, typed: Typed) -> Response:
        """Take gifts again, until the last day that was typed."""
        zone = self._desk.words.zone
        try:
            day = read_day(compact(typed.get("closes_on", "")))
        except UnclearDay as mistake:
            return self.ask(editor, number, "reopen", typed, {"closes_on": str(mistake)})

        def reopened(campaign: Campaign, now: datetime) -> Campaign:
            same = day == last_day(campaign.closes_at, zone)
            return reopen(campaign, now, campaign.closes_at if same else closing_of(day, zone))

        try:
            return self._change(editor, number, typed, "campaign reopened", reopened)
        except NeedsLaterDay as mistake:
            return self.ask(editor, number, "reopen", typed, {"closes_on": str(mistake)})

    def ask(
        self, editor: SignedIn, number: int, act: str, typed: Typed | None = None, errors: Errors | None = None
    ) -> Response:
        """The page that asks once more, with what belongs to closing or reopening."""
        desk = self._desk
        with reading(desk.engine) as conn:
            campaign = desk.find(conn, editor, number)
        day = last_day(campaign.closes_at, desk.words.zone)
        has_passed = campaign.closes_at is not None and campaign.closes_at <= desk.clock()
        typed = typed or {"outcome": campaign.outcome, "closes_on": day.isoformat() if day and not has_passed else ""}
        return desk.pages.page(
            f"campaigns/{act}.html",
            status=422 if errors else 200,
            private=True,
            member=editor.member,
            campaign=campaign,
            typed={name: typed.get(name, "") for name in FIELDS},
            errors=errors or {},
        )

    def _change(
        self,
        editor: SignedIn,
        number: int,
        typed: Typed,
        what: str,
        change: Callable[[Campaign, datetime], Campaign],
    ) -> Response:
        """Change the state of a campaign, or show its page with the reason why not."""
        desk = self._desk
        with reading(desk.engine) as conn:
            newest = desk.find(conn, editor, number)
        try:
            after = change(newest, desk.clock())
            read = desk.editor.read(number, typed.get("version", ""))
            desk.editor.edit(editor.actor, read, after, what)
        except NeedsLaterDay as mistake:
            if newest.state is CampaignState.DRAFT:
                return self.show(editor, number, {"state": str(mistake)}, status=409)
            raise
        except NotNow as reason:
            return self.show(editor, number, {"state": str(reason)}, status=409)
        except CampaignChanged:
            return self.show(editor, number, {"state": CHANGED}, status=409)
        return RedirectResponse(campaign_path(number), 303)
