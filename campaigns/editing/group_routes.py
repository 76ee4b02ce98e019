"""The groups of a campaign at the desk: the list, its share, a new group, and many from a spreadsheet."""

import csv
import re
from dataclasses import replace
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, CampaignState
from campaigns.editing.desk import PATH, CampaignDesk
from campaigns.editing.fields import Errors, Typed
from campaigns.editing.groups import GroupMaker, ListRefused
from campaigns.group_list import GroupList, UnreadableList, decode_list
from campaigns.groups import MOST_GROUPS, find_groups
from campaigns.store import CampaignChanged, groups_of, progress_of
from database.transactions import reading
from ledger.typed_money import read_typed_money
from staff.door import SignedIn
from staff.permissions import Permission
from staff.store import organisers_of
from web.errors import NotFound
from web.forms import form_fields
from web.path_numbers import PathNumber
from web.typed import compact
from web.uploads import UploadedForm, uploaded_form

GROUPS_PATH, LIST_PATH = PATH + "/{number}/groups", PATH + "/{number}/groups/list"
GROUP_FIELDS = ("name", "address", "target", "organiser")
SHARE_FIELDS = ("version", "share")
MAKE = "make"


def group_routes(desk: CampaignDesk) -> APIRouter:
    """`/desk/campaigns/{number}/groups`: who reads campaigns sees them, who adds campaigns adds groups."""
    Reader = Annotated[SignedIn, Depends(desk.door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)
    Adder = Annotated[SignedIn, Depends(desk.door.needs(Permission.ADD_CAMPAIGNS))]  # noqa: N806 (a type)
    Posted = Annotated[dict[str, str], Depends(form_fields(GROUP_FIELDS))]  # noqa: N806 (a type)
    Share = Annotated[dict[str, str], Depends(form_fields(SHARE_FIELDS))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(["list", "then"], ["file"]))]  # noqa: N806 (a type)
    router, forms = APIRouter(), GroupForms(desk)

    @router.get(GROUPS_PATH)
    def list_groups(reader: Reader, number: PathNumber) -> Response:
        return forms.show(reader, number)

    @router.post(GROUPS_PATH)
    def add_group(adder: Adder, number: PathNumber, typed: Posted) -> Response:
        return forms.add(adder, number, typed)

    @router.post(GROUPS_PATH + "/share")
    def decide_share(adder: Adder, number: PathNumber, typed: Share) -> Response:
        return forms.decide_share(adder, number, typed)

    @router.get(LIST_PATH)
    def ask_for_list(adder: Adder, number: PathNumber) -> Response:
        return forms.ask_for_list(adder, number)

    @router.post(LIST_PATH)
    def read_list(adder: Adder, number: PathNumber, form: Uploaded) -> Response:
        return forms.read_list(adder, number, form)

    return router


SHARE = re.compile("[0-9]{1,2}")  # per cent; 0 is none


class GroupForms:
    """The pages of a campaign's groups."""

    def __init__(self, desk: CampaignDesk) -> None:
        self._desk = desk

    def show(
        self, reader: SignedIn, number: int, typed: Typed | None = None, errors: Errors | None = None, status: int = 200
    ) -> Response:
        """The groups, how far each has come, and the forms for another one and for the share."""
        desk, now = self._desk, self._desk.clock()
        with reading(desk.engine) as conn:
            campaign = self._find(reader, number)
            (_, whole), *groups = progress_of(conn, [campaign, *groups_of(conn, campaign)], now, desk.measures)
            # What donors see is no secret from an organiser; of drafts only the own ones.
            groups = [
                (group, progress)
                for group, progress in groups
                if group.state is not CampaignState.DRAFT or reader.may_see_campaign(group.id)
            ]
            organisers = organisers_of(conn, [group.id for group, _ in groups])
            held = desk.not_accepted(conn, [campaign, *(group for group, _ in groups)])
        share = {"share": "" if campaign.group_share is None else str(campaign.group_share)}
        return desk.pages.page(
            "campaigns/desk_groups.html",
            status=status,
            private=True,
            member=reader.member,
            campaign=campaign,
            progress=whole,
            found=find_groups(groups, whole, "", drafts=True),
            organisers=organisers,
            held=held,
            most=MOST_GROUPS,
            typed={**dict.fromkeys(GROUP_FIELDS, ""), **share, **(typed or {})},
            errors=errors or {},
        )

    def add(self, adder: SignedIn, number: int, typed: Typed) -> Response:
        """Make one group; what must be mended stands beside its field."""
        line = StringIO()
        csv.writer(line).writerows([GROUP_FIELDS, [typed.get(name, "") for name in GROUP_FIELDS]])
        try:
            self._maker(adder, number).make(adder.actor, self._find(adder, number), line.getvalue())
        except UnreadableList:
            return self.show(adder, number, typed, {"name": "Enter the name of the group."}, 422)
        except ListRefused as refusal:
            problems = {problem.column: problem.sentence for problem in refusal.listed.problems}
            return self.show(adder, number, typed, problems, 422)
        return self._back(number)

    def decide_share(self, adder: SignedIn, number: int, typed: Typed) -> Response:
        """Decide how much of further gifts to groups the campaign has; older gifts stay as they were shared."""
        campaign, share = self._find(adder, number), compact(typed.get("share", "")).removesuffix("%").strip()
        if share and not SHARE.fullmatch(share):
            return self.show(adder, number, typed, {"share": "Enter a whole number from 1 to 99, or nothing."}, 422)
        try:
            if typed.get("version") != str(campaign.version):
                raise CampaignChanged(number)
            after = replace(campaign, group_share=int(share or 0) or None)
            self._desk.editor.edit(adder.actor, campaign, after, "campaign's share of its groups decided")
        except CampaignChanged:
            sentence = "Somebody changed this campaign meanwhile. Look at it as it is now, then save again."
            return self.show(adder, number, typed, {"share": sentence}, 409)
        return self._back(number)

    def ask_for_list(self, adder: SignedIn, number: int) -> Response:
        """The form for a list."""
        return self._list_page(adder, number, "")

    def read_list(self, adder: SignedIn, number: int, form: UploadedForm) -> Response:
        """Show what a list would make; make it when that was asked for, as a whole or not at all."""
        text = form.fields.get("list", "")
        try:
            if "file" in form.files:
                text = decode_list(form.files["file"])
            if form.fields.get("then") == MAKE:
                self._maker(adder, number).make(adder.actor, self._find(adder, number), text)
                return self._back(number)
            with reading(self._desk.engine) as conn:
                listed = self._maker(adder, number).read(conn, self._find(adder, number), text)
        except UnreadableList as mistake:
            return self._list_page(adder, number, text, error=str(mistake), status=422)
        except ListRefused as refusal:
            listed = refusal.listed
        return self._list_page(adder, number, text, listed, status=422 if listed.problems else 200)

    def _find(self, signed_in: SignedIn, number: int) -> Campaign:
        """A campaign that may have groups. Raises NotFound for a group."""
        with reading(self._desk.engine) as conn:
            campaign = self._desk.find(conn, signed_in, number)
        if campaign.parent_id is not None:
            raise NotFound
        return campaign

    def _maker(self, signed_in: SignedIn, number: int) -> GroupMaker:
        of = self._find(signed_in, number).currency
        style = self._desk.words.style_of(of)
        return GroupMaker(self._desk.engine, self._desk.clock, lambda typed: read_typed_money(typed, of, style))

    def _back(self, number: int) -> Response:
        return RedirectResponse(GROUPS_PATH.format(number=number), 303)

    def _list_page(
        self,
        adder: SignedIn,
        number: int,
        text: str,
        listed: GroupList | None = None,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        return self._desk.pages.page(
            "campaigns/group_list.html",
            status=status,
            private=True,
            member=adder.member,
            campaign=self._find(adder, number),
            text=text,
            listed=listed,
            most=MOST_GROUPS,
            errors={"file": error} if error else {},
        )
