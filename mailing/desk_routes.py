"""The desk's part of letters to those who asked: who they are, a list for other tools, opt-outs, sending an update."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import campaign_by_id, campaigns
from campaigns.updates_store import CampaignUpdate, update_of
from database.instants import Clock
from database.transactions import reading
from donors.consents import ConsentPlace
from donors.donor import address_key
from mailing.address_lists import ExportLine, OptOuts, UnreadableAddresses, export_text, read_opt_outs
from mailing.jobs import queue_update
from mailing.letters import update_prefix
from mailing.readers import AGREED_DONORS, readers_of
from mailing.routes import stop_letters
from mailing.signup import EndedBy
from mailing.store import all_signed_up, signup_counts
from outbox.letters import posted_under
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from web.errors import NotFound
from web.pages import Pages
from web.path_numbers import PathNumber
from web.uploads import UploadedForm, uploaded_form

SIGNUPS, EXPORT, OPT_OUTS = "/desk/sign-ups", "/desk/sign-ups/list.csv", "/desk/sign-ups/opt-outs"
SEND = "/desk/campaigns/{number}/updates/{update_id}/send"
DO_IT = "end"


@dataclass(frozen=True, slots=True)
class MailingDesk:
    """What the pages share. `donors` says which donors agreed to letters."""

    engine: Engine
    clock: Clock
    pages: Pages
    door: Door
    donors: AGREED_DONORS


def mailing_desk_routes(desk: MailingDesk) -> APIRouter:
    """`/desk/sign-ups…`: READ_LETTERS sees numbers, SEND_LETTERS addresses; an update is sent by who edits it."""
    Reader = Annotated[SignedIn, Depends(desk.door.needs(Permission.READ_LETTERS))]  # noqa: N806 (a type)
    Sender = Annotated[SignedIn, Depends(desk.door.needs(Permission.SEND_LETTERS))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(desk.door.needs(Permission.EDIT_CAMPAIGNS))]  # noqa: N806 (a type)
    Uploaded = Annotated[UploadedForm, Depends(uploaded_form(["then"], ["file"]))]  # noqa: N806 (a type)
    pages, router = MailingPages(desk), APIRouter()

    @router.get(SIGNUPS)
    def show_signups(reader: Reader) -> Response:
        return pages.show(reader)

    @router.get(EXPORT)
    def export_signups(sender: Sender) -> Response:
        return pages.export(sender)

    @router.post(OPT_OUTS)
    def read_opt_out_list(sender: Sender, form: Uploaded) -> Response:
        return pages.read_opt_outs(sender, form)

    @router.get(SEND)
    def ask_to_send_update(editor: Editor, number: PathNumber, update_id: str) -> Response:
        return pages.ask_to_send(editor, number, update_id)

    @router.post(SEND)
    def send_update(editor: Editor, number: PathNumber, update_id: str) -> Response:
        return pages.send(editor, number, update_id)

    return router


class MailingPages:
    """The desk's pages of sign-ups."""

    def __init__(self, desk: MailingDesk) -> None:
        self._desk = desk

    def show(
        self, reader: SignedIn, errors: Mapping[str, str] | None = None, opt_outs: OptOuts | None = None
    ) -> Response:
        """How many have signed up for what."""
        with reading(self._desk.engine) as conn:
            counts, titles = signup_counts(conn), {campaign.id: campaign.title for campaign in campaigns(conn)}
        rows = [
            ("Everything" if number is None else titles[number], topic.value, count)
            for (number, topic), count in sorted(counts.items(), key=lambda item: (item[0][0] or 0, item[0][1]))
        ]
        return self._desk.pages.page(
            "mailing/desk.html",
            status=422 if errors else 200,
            private=True,
            member=reader.member,
            rows=rows,
            errors=errors or {},
            opt_outs=opt_outs,
        )

    def export(self, sender: SignedIn) -> Response:
        """Everybody who agreed to updates, as CSV. That addresses left the house is an act."""
        with changing(self._desk.engine, sender.actor, self._desk.clock()) as change:
            lines = list(_export_lines(change.conn, self._desk.donors))
            change.record("sign-ups exported", Subject("sign-ups", "all"), after={"addresses": len(lines)})
        disposition = {"Content-Disposition": 'attachment; filename="sign-ups.csv"', "Cache-Control": "no-store"}
        return Response(export_text(lines), media_type="text/csv; charset=utf-8", headers=disposition)

    def read_opt_outs(self, sender: SignedIn, form: UploadedForm) -> Response:
        """First say what a file of opt-outs would end; end it when the file comes again."""
        try:
            opt_outs = read_opt_outs(form.files.get("file", b""))
        except UnreadableAddresses as mistake:
            return self.show(sender, {"file": str(mistake)})
        if form.fields.get("then") != DO_IT:
            return self.show(sender, opt_outs=opt_outs)
        now = self._desk.clock()
        with changing(self._desk.engine, sender.actor, now) as change:
            ended = sum(
                stop_letters(change.conn, address_key(email), EndedBy.IMPORT, ConsentPlace.IMPORT, now)
                for email in opt_outs.addresses
            )
            subject = Subject("sign-ups", "opt-outs")
            change.record("opt-outs read", subject, after={"addresses": len(opt_outs.addresses), "ended": ended})
        return RedirectResponse(SIGNUPS, 303)

    def ask_to_send(self, editor: SignedIn, number: int, update_id: str) -> Response:
        """How many would get the update."""
        with reading(self._desk.engine) as conn:
            campaign, update = self._find(conn, editor, number, update_id)
            readers = len(readers_of(conn, campaign, self._desk.donors))
            sent = posted_under(conn, update_prefix(update.id))
        return self._desk.pages.page(
            "mailing/send.html",
            private=True,
            member=editor.member,
            campaign=campaign,
            update=update,
            readers=readers,
            sent=sent,
            may_be_sent=campaign.state is not CampaignState.DRAFT and not sent,
        )

    def send(self, editor: SignedIn, number: int, update_id: str) -> Response:
        """Queue the letters; pressed twice, each address still gets one."""
        with reading(self._desk.engine) as conn:
            campaign, update = self._find(conn, editor, number, update_id)
            is_sent = posted_under(conn, update_prefix(update.id)) > 0
        if campaign.state is not CampaignState.DRAFT and not is_sent:
            with changing(self._desk.engine, editor.actor, self._desk.clock()) as change:
                queue_update(change.conn, number, update.id, change.now)
                change.record("update sent", Subject("campaign", str(number)), after={"update": update.title})
        return RedirectResponse(f"/desk/campaigns/{number}#updates", 303)

    def _find(self, conn: Connection, editor: SignedIn, number: int, update_id: str) -> tuple[Campaign, CampaignUpdate]:
        campaign, update = campaign_by_id(conn, number), update_of(conn, number, update_id)
        if campaign is None or update is None or not editor.may_see_campaign(number):
            raise NotFound("There is no such update. Somebody may have removed it.")
        return campaign, update


def _export_lines(conn: Connection, donors: AGREED_DONORS) -> Iterator[ExportLine]:
    every = {campaign.id: campaign for campaign in campaigns(conn)}
    for signup in all_signed_up(conn):
        tag = every[signup.campaign].title if signup.campaign is not None else "Everything"
        confirmed = signup.confirmed_at.isoformat() if signup.confirmed_at else ""
        yield ExportLine(signup.email, tag, signup.words, signup.words_version, confirmed, "signed up")
    yield from _donor_lines(conn, donors, list(every))


def _donor_lines(conn: Connection, donors: AGREED_DONORS, numbers: Sequence[int]) -> Iterator[ExportLine]:
    for donor in donors(conn, numbers, "", MOST_EXPORTED):
        newest = donor.consent
        yield ExportLine(donor.email, "Donors", newest.words, newest.words_version, newest.at.isoformat(), "donor")


MOST_EXPORTED = 1_000_000
