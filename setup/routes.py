"""`/desk/setup`: what a new installation still lacks, its mail, and the endpoint for Stripe's messages."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy.engine import Engine
from starlette.responses import Response

from campaigns.campaign import Openness
from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.finding import Finding
from organisation.current import CurrentOrganisation
from organisation.publication import missing_for_publication
from payments.stripe.gateway import StripeAway, StripeRefused
from setup.answers import NotAnAnswer, read_email
from setup.checklist import Checklist, SetupFacts, checklist
from setup.env_file import CannotWriteSetting
from setup.environment import EnvironmentFile, SettingIsElsewhere
from setup.mail_steps import ENCRYPTIONS, MailAnswers, send_trial_letter
from setup.stripe_steps import NoKey, acts_in_words, mend_endpoint, refusal_in_words
from setup.views import first_delivery_at, has_received_gift, has_second_factor
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.member import StaffMember
from staff.permissions import Permission
from web.pages import Pages
from web.sessions import SessionCookie

PATH, MAIL_PATH, STRIPE_PATH = "/desk/setup", "/desk/setup/mail", "/desk/setup/stripe"
SetupForm = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True)
class SetupDesk:
    """The pages of setting up. `examined` gives the doctor's findings; `tls` is for a mail server of tests."""

    engine: Engine
    clock: Clock
    pages: Pages
    organisation: CurrentOrganisation
    file: EnvironmentFile
    examined: Callable[[], Sequence[Finding]]
    tls: ssl.SSLContext | None = None

    def missing(self, member: StaffMember) -> Checklist | None:
        """What is still missing, for the desk's first page; None when nothing is, or others have to do it."""
        if not member.may(Permission.EDIT_ORGANISATION):
            return None
        steps = self.steps(member)
        return None if steps.is_complete else steps

    def steps(self, member: StaffMember) -> Checklist:
        """Every step, done or not."""
        environment, now = self.file.read(), self.clock()
        with reading(self.engine) as conn:
            states = [campaign.openness(now) for campaign in campaigns(conn)]
            facts = SetupFacts(
                mode=self.pages.mode,
                organisation_lacks=self._organisation_lacks(),
                campaigns_open=states.count(Openness.OPEN),
                campaigns_in_draft=states.count(Openness.DRAFT),
                member_has_second_factor=has_second_factor(conn, member.id),
                mail_host=environment.mail_host,
                has_signing_secret=bool(environment.secrets),
                has_delivery=first_delivery_at(conn) is not None,
                has_gift=has_received_gift(conn),
            )
        return checklist(facts)

    def _organisation_lacks(self) -> Sequence[str]:
        self.organisation.refresh()
        now = self.organisation
        return [str(notice) for notice in missing_for_publication(now.profile, is_set_up=now.is_set_up)]

    def show(self, member: StaffMember) -> Response:
        """Every step with how it stands."""
        return self.pages.page("setup/checklist.html", private=True, member=member, checklist=self.steps(member))

    def show_mail(
        self,
        member: StaffMember,
        fields: Mapping[str, str] | None = None,
        mistake: str = "",
        *,
        sent_to: str = "",
    ) -> Response:
        """The form for the mail server; what was typed is kept, but for the password."""
        own = self.organisation.profile.organisation.email
        return self.pages.page(
            "setup/mail.html",
            status=422 if mistake else 200,
            private=True,
            member=member,
            host_now=self.file.read().mail_host,
            encryptions=ENCRYPTIONS,
            fields={"encryption": "starttls", "mail_from": own, "to": member.email} | dict(fields or {}),
            errors={"mail": mistake} if mistake else {},
            sent_to=sent_to,
        )

    def set_mail(self, editor: SignedIn, answers: MailAnswers, to: str) -> Response:
        """Try the server with a test letter, and keep it where that was taken."""
        typed = {name: str(value) for name, value in asdict(answers).items() if name != "password"} | {"to": to}
        self.organisation.refresh()
        try:
            server, whom = answers.read(self.organisation.profile.organisation.name)
            send_trial_letter(server, whom, read_email(to), self.clock(), self.tls)
            self.file.write(answers.settings)
        except (NotAnAnswer, SettingIsElsewhere, CannotWriteSetting) as mistake:
            return self.show_mail(editor.member, typed, str(mistake))
        with changing(self.engine, editor.actor, self.clock()) as change:
            after = {"host": server.host, "port": server.port, "encryption": server.encryption.value}
            change.record("setup.mail", Subject("settings", "mail"), after=after)
        return self.show_mail(editor.member, typed, sent_to=to)

    def show_stripe(
        self, member: StaffMember, acts: Sequence[str] = (), mistake: str = "", findings: Sequence[Finding] = ()
    ) -> Response:
        """How Stripe's messages come to us, what was done about it just now, and what the doctor finds."""
        with reading(self.engine) as conn:
            first = first_delivery_at(conn)
        return self.pages.page(
            "setup/stripe.html",
            status=422 if mistake else 200,
            private=True,
            member=member,
            is_connected=self.file.read().api_key is not None,
            has_secret=bool(self.file.read().secrets),
            first_delivery=first,
            acts=acts,
            mistake=mistake,
            findings=[finding for finding in findings if finding.advice],
            examined=len(findings),
        )

    def mend(self, editor: SignedIn) -> Response:
        """Make or mend the endpoint at Stripe, and show what the doctor finds."""
        try:
            mended = mend_endpoint(self.file, self.pages.base_url, self.clock())
        except (NoKey, SettingIsElsewhere, CannotWriteSetting) as mistake:
            return self.show_stripe(editor.member, mistake=str(mistake))
        except (StripeAway, StripeRefused) as refused:
            return self.show_stripe(editor.member, mistake=refusal_in_words(refused))
        if mended.acts:
            with changing(self.engine, editor.actor, self.clock()) as change:
                change.record("setup.endpoint", Subject("settings", "stripe"), after={"acts": list(mended.acts)})
        return self.show_stripe(editor.member, acts_in_words(mended), findings=self.examined())


def setup_routes(desk: SetupDesk) -> APIRouter:
    """The pages, for those who may edit the organisation."""
    door = Door(desk.engine, desk.clock, SessionCookie(desk.pages.base_url))
    router = APIRouter()
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_ORGANISATION))]  # noqa: N806 (a type)
    # Asked for before the form as well, so that nothing typed is lost.
    Sure = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_ORGANISATION, recent=True))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_checklist(editor: Editor) -> Response:
        return desk.show(editor.member)

    @router.get(MAIL_PATH)
    def show_mail(editor: Sure) -> Response:
        return desk.show_mail(editor.member)

    @router.post(MAIL_PATH)
    def set_mail(  # noqa: PLR0913, PLR0917  (one argument for each field of the form)
        editor: Sure,
        host: SetupForm = "",
        port: SetupForm = "",
        encryption: SetupForm = "",
        user: SetupForm = "",
        password: SetupForm = "",
        mail_from: SetupForm = "",
        to: SetupForm = "",
    ) -> Response:
        return desk.set_mail(editor, MailAnswers(host, port, encryption, user, password, mail_from), to)

    @router.get(STRIPE_PATH)
    def show_stripe(editor: Sure) -> Response:
        return desk.show_stripe(editor.member)

    @router.post(STRIPE_PATH)
    def mend(editor: Sure) -> Response:
        return desk.mend(editor)

    return router
