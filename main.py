"""Builds the web and the writer beside it, each in its own process, from one factory a package.

Read it as a table of contents: each part is handed exactly what it needs, and nothing happens at import.
"""

import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from api.routes import api_routes
from campaigns.editing.desk import CampaignDesk
from campaigns.editing.group_routes import LIST_PATH
from campaigns.editing.picture_routes import PICTURE_PATH
from campaigns.editing.routes import campaign_desk_routes
from campaigns.public_routes import public_routes
from campaigns.screen_routes import EVENTS_PATH, ScreenReader
from campaigns.store import GiftMeasures, campaign_titles
from compliance.donor_rules import DonorRules
from compliance.held_views import held_by_campaign
from compliance.kept_by_law import KEPT_BY_LAW
from database.engine import NotDurable
from database.instants import Clock
from database.migrating import REVISION, revision_of
from database.transactions import reading
from donors.routes import donor_sign_in_routes
from installation import SANDBOX_PATH, Installation, environment_file
from ledger.finding import Finding
from mailing.desk_routes import OPT_OUTS, MailingDesk, mailing_desk_routes
from mailing.routes import mailing_routes
from mailing.stop_links import PATH as STOP_PATH
from mailing.stop_links import StopLinks
from organisation.consent_words import offered_consents
from organisation.publication import missing_for_publication
from organisation.routes import UPLOAD_PATHS as ORGANISATION_UPLOADS
from organisation.routes import organisation_routes
from outbox.jobs import oldest_waiting
from outbox.smtp import SmtpCarrier
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.campaign_views import agreed_donors, donors_by_campaign, monthly_by_campaign
from payments.gifts.offline_store import uncounted_by_campaign
from payments.gifts.wall_views import wall_entries
from payments.giving.donor_form import DonorForm, FormRules
from payments.giving.pledges import Pledges
from payments.giving.routes import payment_routes
from payments.giving.surges import SurgeRules
from payments.inbox.inbox import Inbox
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.inbox.webhook import Webhook
from payments.inbox.writer import Writer, writer_thread
from payments.own.routes import own_routes
from payments.stripe.gateway import Gateway
from payments.stripe.portal import CustomerPortal
from payments.thanks.routes import thanks_routes
from proof.doctor import Expected, check_installation
from proof.doctor_mail import NO_MAIL_SERVER, MailServerState
from receipts.jurisdictions import facts_asked_of_donors
from receipts.routes import receipt_routes
from receipts.signature import DocumentSigner
from receipts.verify_routes import verify_routes
from sandbox.twin import API_ROOTS, Twin
from settings import LOOPBACK
from setup.routes import SetupDesk, setup_routes
from staff.authentication import Authentication
from staff.door import DeskGuard, Door
from staff.letters import post_sign_in_notice
from staff.passwords import Passwords
from staff.routes import staff_routes
from staff.second_factor import SecretBox
from treasury.letters.inbox_routes import INBOX, inbox_routes
from treasury.organisation.preview_routes import around_organisation
from treasury.routes import TREASURY_UPLOADS, treasury_routes
from web.dispatch import PathDispatch
from web.errors import install_errors
from web.front import in_front
from web.health import ReadinessCheck, health_routes
from web.look_routes import look_routes
from web.picture_routes import picture_routes
from web.security import secure
from web.sessions import SessionCookie
from webhooks.desk_routes import webhook_desk_routes
from worker import attachments, stripe_account

PAGE_THREADS = 20
# Mail programs may end letters by a form with parts (RFC 8058).
MAILING_UPLOADS = (OPT_OUTS, STOP_PATH + "/{token}")
GIFT_MEASURES = GiftMeasures(donors_by_campaign, monthly_by_campaign, wall_entries, uncounted_by_campaign)


def build_writer(installation: Installation) -> Writer:
    """The writer of what Stripe sends: one for each web process, in a process of its own beside it."""
    livemode = installation.settings.mode == "live"
    return Writer(installation.engine, installation.bookkeeper, installation.clock, livemode=livemode)


def build_web(installation: Installation, twin: Twin | None, writer: socket.socket | None = None) -> PathDispatch:
    """The whole web: the webhook in front, our pages behind their guards, and in sandbox mode the twin.

    A twin at another address than ours is used, but not served. `writer` is the socket to the writer's process;
    without one a thread of this process writes.
    """
    inbox = Inbox(on_loss=lambda: signal.raise_signal(signal.SIGTERM))
    pages = secure(
        _app(installation, inbox, twin, writer),
        pages=installation.pages,
        base_url=installation.base_url,
        allowed_hosts=(*installation.settings.allowed_hosts, *_own_names(installation.base_url)),
        form_targets=_payment_pages(installation, twin),
        upload_paths=(PICTURE_PATH, LIST_PATH, *TREASURY_UPLOADS, *ORGANISATION_UPLOADS, *MAILING_UPLOADS),
    )
    webhook = Webhook(inbox, _signing_secrets(installation, twin), installation.clock)
    scheme = urlsplit(installation.base_url).scheme
    twin_apps = _twin_apps(installation, twin)
    screens = ScreenReader(installation.engine, installation.clock, installation.pages, GIFT_MEASURES)
    front = in_front(pages, EVENTS_PATH, screens.read_all, installation.pages)
    return PathDispatch(front, {WEBHOOK_PATH: webhook}, twin_apps, scheme=scheme, ours=[INBOX])


def check_up(installation: Installation) -> list[Finding]:
    """What the doctor finds."""
    webhook = installation.base_url + WEBHOOK_PATH
    server = installation.current.read().mail_server
    mail = MailServerState(server.place, SmtpCarrier(server).trouble()) if server else NO_MAIL_SERVER
    expected = Expected(installation.settings.mode, webhook, installation.stripe[1], mail)
    return check_installation(installation.engine, expected, installation.lists, installation.clock)


def _app(installation: Installation, inbox: Inbox, twin: Twin | None, writer: socket.socket | None) -> FastAPI:
    engine, clock, pages = installation.engine, installation.clock, installation.pages
    organisation = installation.organisation

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = PAGE_THREADS
        async with AsyncExitStack() as stack:
            await inbox.open(writer or stack.enter_context(writer_thread(build_writer(installation))))
            stack.push_async_callback(inbox.close)
            if twin:  # stops before the inbox: what it still delivers finds an open door
                await stack.enter_async_context(twin.lifespan())
            yield
        engine.dispose()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install_errors(app, pages)
    key, base = stripe_account(installation, twin)
    mark = installation.bookkeeper.rules.mark
    set_up = SetupDesk(engine, clock, pages, organisation, environment_file(), lambda: check_up(installation))
    pledges = Pledges(engine, Gateway(key, installation.base_url, api_base=base, mark=mark), clock)
    for router in (*_giving(installation, pledges), _sign_ups(installation)):
        app.include_router(router, dependencies=[Depends(organisation.require_set_up)])
    for router in (
        campaign_desk_routes(_campaign_desk(installation)),
        mailing_desk_routes(_mailing_desk(installation)),
        thanks_routes(engine, clock, pages, lambda: organisation.giving),
        receipt_routes(engine, clock, pages),
        verify_routes(engine, pages, lambda: DocumentSigner(installation.secret_key).public_key),
        _own_pages(installation, twin),
        _staff(installation),
        setup_routes(set_up),
        api_routes(engine, clock, pages),
        treasury_routes(engine, clock, pages, set_up.missing),
        organisation_routes(engine, clock, pages, organisation, around_organisation(engine, clock)),
        webhook_desk_routes(engine, clock, pages, installation.secret_key, mode=installation.settings.mode),
    ):
        app.include_router(router, dependencies=[Depends(organisation.refresh)])
    for router in (picture_routes(engine), look_routes(), health_routes(lambda: _checks(engine, clock, inbox))):
        app.include_router(router)
    if installation.settings.mode == "sandbox":
        door = None if _on_loopback(installation) else Door(engine, clock, SessionCookie(pages.base_url))
        app.include_router(inbox_routes(engine, pages, attachments(engine), door))
    app.mount("/static", pages.static)
    return app


def _giving(installation: Installation, pledges: Pledges) -> tuple[APIRouter, APIRouter]:
    """The campaigns' pages with the first questions of the form, and the form itself."""
    engine, clock, pages = installation.engine, installation.clock, installation.pages
    rules = _form_rules(installation)
    surges = SurgeRules(installation.secret_key, installation.settings.stripe_sessions_per_second)
    return (
        public_routes(engine, clock, pages, GIFT_MEASURES, DonorForm(engine, clock, pages, rules).sheet),
        payment_routes(engine, pledges, clock, pages, rules, surges),
    )


def _form_rules(installation: Installation) -> FormRules:
    """What the organisation decides about the donor's form, as it is now."""
    organisation = installation.organisation
    donor_rules = DonorRules(installation.engine, installation.clock, lambda: organisation.profile)
    return FormRules(
        lambda: organisation.giving, lambda: offered_consents(organisation.profile, organisation.number),
        donor_rules.asked_above, lambda: organisation.profile.gift_aid_charity,
        lambda: facts_asked_of_donors(organisation.profile.receipts.jurisdiction),
    )  # fmt: skip


def _own_pages(installation: Installation, twin: Twin | None) -> APIRouter:
    """What a donor opens by a link from a letter."""
    engine, clock, pages = installation.engine, installation.clock, installation.pages
    (key, base), offered = stripe_account(installation, twin), _form_rules(installation).consents
    router = APIRouter()
    router.include_router(donor_sign_in_routes(engine, clock, pages))
    portal = CustomerPortal(key, api_base=base)
    router.include_router(own_routes(engine, clock, pages, portal, offered, KEPT_BY_LAW))
    return router


def _campaign_desk(installation: Installation) -> CampaignDesk:
    """What the desk's pages of campaigns need of the packages around them."""
    organisation = installation.organisation
    return CampaignDesk(
        installation.engine,
        installation.clock,
        installation.pages,
        Door(installation.engine, installation.clock, SessionCookie(installation.base_url)),
        GIFT_MEASURES,
        lambda: organisation.giving,
        GIFT_AMOUNTS,
        lambda: missing_for_publication(organisation.profile, is_set_up=organisation.is_set_up),
        held_by_campaign,
    )


def _sign_ups(installation: Installation) -> APIRouter:
    """The public pages of sign-ups."""
    links = StopLinks(installation.secret_key, installation.base_url)
    return mailing_routes(installation.engine, installation.clock, installation.pages, links)


def _mailing_desk(installation: Installation) -> MailingDesk:
    """What the desk's pages of sign-ups need."""
    door = Door(installation.engine, installation.clock, SessionCookie(installation.base_url))
    return MailingDesk(installation.engine, installation.clock, installation.pages, door, agreed_donors)


def _staff(installation: Installation) -> APIRouter:
    """The pages of staff. In a sandbox on this machine a link alone opens the desk: it is a demonstration."""
    engine, clock, box = installation.engine, installation.clock, SecretBox(installation.secret_key)
    demonstration = installation.settings.mode == "sandbox" and _on_loopback(installation)
    notice = partial(post_sign_in_notice, installation.pages)
    authentication = Authentication(engine, clock, Passwords(), box, demonstration=demonstration, notice=notice)
    return staff_routes(engine, clock, installation.pages, authentication, campaign_titles)


def _twin_apps(installation: Installation, twin: Twin | None) -> Mapping[str, ASGIApp]:
    """The twin under its path, and its API at the root; at a public host its panel is behind the desk's sign-in."""
    if twin is None or twin.settings.public_url != installation.base_url + SANDBOX_PATH:
        return {}
    open_to_all = _on_loopback(installation)
    guard = None if open_to_all else DeskGuard(installation.engine, installation.clock, installation.pages).refusal
    return {SANDBOX_PATH: twin.guarded_app(guard)} | {f"/{version}": twin.api_at_root for version in API_ROOTS}


def _signing_secrets(installation: Installation, twin: Twin | None) -> Callable[[], Sequence[str]]:
    """What the webhook's messages are signed with: setting up may change it while the web runs."""
    if twin is None:
        return installation.current.secrets
    return lambda: (twin.settings.endpoint_secret,)


def _checks(engine: Engine, clock: Clock, inbox: Inbox) -> Sequence[ReadinessCheck]:
    """What must be so before gifts can be taken."""
    if not inbox.takes_deliveries:
        return [ReadinessCheck("writer", passed=False, detail="does not answer")]
    try:
        with reading(engine) as conn:
            revision, oldest = revision_of(conn), oldest_waiting(conn)
    except (SQLAlchemyError, NotDurable) as error:
        return [ReadinessCheck("database", passed=False, detail=type(error).__name__)]
    waited = int((clock() - oldest).total_seconds()) if oldest else 0
    return [
        ReadinessCheck("writer", passed=True, detail="answers"),
        ReadinessCheck("database", passed=True, detail="answers"),
        ReadinessCheck("version", passed=revision == REVISION, detail=str(revision)),
        ReadinessCheck("jobs", passed=True, detail=f"oldest waits {waited} s"),
    ]


def _on_loopback(installation: Installation) -> bool:
    return urlsplit(installation.base_url).hostname in LOOPBACK


def _payment_pages(installation: Installation, twin: Twin | None) -> tuple[str, ...]:
    """Where donors pay besides Stripe's own page: at a twin, ours or one that is served for a rehearsal."""
    other = urlsplit(twin.settings.public_url if twin else installation.settings.stripe_api_base or "")
    return (f"{other.scheme}://{other.netloc}",) if other.netloc else ()


def _own_names(base_url: str) -> Sequence[str]:
    """On this machine all of loopback's names are ours."""
    return tuple(LOOPBACK) if urlsplit(base_url).hostname in LOOPBACK else ()
