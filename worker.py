"""Builds the worker, in its own process: what follows a commit, and what is repeated."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.engine import Engine

from compliance.clock_letters import warning_of_clocks
from compliance.gate import CheckGate
from compliance.jobs import compliance_jobs
from compliance.kept_by_law import KEPT_BY_LAW
from compliance.pending_views import is_being_checked
from compliance.report_pdf_store import remove_old_drafts
from compliance.returning import looking_for_failed_returns
from database.transactions import reading, writing
from donors.link_letters import WRITE_LINK, link_letter_handler
from installation import Installation
from mailing.jobs import mailing_jobs, telling
from mailing.stop_links import StopLinks
from outbox.letters import SEND
from outbox.message import AttachmentSources
from outbox.sending import send_handler
from outbox.smtp import KEEP_SECONDS
from outbox.worker import Chore, Handler, Worker
from payments.adopting.jobs import SupporterFinder, adopting_jobs
from payments.crediting.jobs import crediting, crediting_jobs, looking_for_returns
from payments.erasing.erasure_list import ERASURE_LIST, ErasureList
from payments.erasing.jobs import anonymising, erasing_jobs
from payments.gifts.campaign_views import agreed_donors
from payments.giving.payment_links_store import make_missing_links
from payments.giving.turns_store import remove_old_turns
from payments.inbox.keep import replay
from payments.letters.document_letters import document_letter_handler
from payments.letters.gift_letters import gift_letter_jobs
from payments.letters.held_receipts import releasing
from payments.letters.receipt_letters import RECEIPT
from payments.letters.recurring_letters import recurring_letter_jobs
from payments.letters.reminders import reminding
from payments.letters.sent_again import DUPLICATE
from payments.own.yearly_statements import posting_statements
from payments.refunding.jobs import RefundAsker, refunding_jobs
from payments.refunding.store import is_refund_of_duplicate
from payments.settlement.jobs import reconcile_hourly, settlement_jobs
from payments.statements.jobs import statement_jobs
from payments.stripe.lists import StripeLists
from payments.stripe.payment_links import PaymentLinkGateway
from payments.stripe.refunds import RefundGateway
from payments.stripe.subscriptions import RecurringGateway
from receipts.duplicates import print_duplicate
from receipts.jobs import LETTER, PRINT, print_handler
from receipts.pdf import document_printer
from receipts.pdf_store import any_pdf_by_number, pdf_to_send
from receipts.printing import PrintingProcesses
from receipts.printing_process import LogoReader
from receipts.signature import DocumentSigner
from sandbox.twin import Twin
from staff.second_factor import SecretBox
from treasury.books.jobs import PRINT_REPORT, REPORT_STYLE, report_handler
from treasury.donation_reports.jobs import DONATION_REPORT_STYLE, PRINT_DONATION_REPORT, donation_report_handler
from web.limits_store import remove_old_counts
from web.picture_store import kept_logo
from webhooks.deliveries_store import remove_old_events
from webhooks.delivering import EventCourier, looking_for_due_events, webhook_jobs
from webhooks.endpoint import MOST_ENDPOINTS
from webhooks.posting import EventPoster
from webhooks.signing import PURPOSE as SIGNING_SECRETS
from webhooks.store import DELIVER

END_IDLE_EVERY = timedelta(minutes=1)
REPLAY_EVERY, MAKE_LINKS_EVERY, REMOVE_EVERY = timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1)


def build_worker(installation: Installation, twin: Twin | None = None) -> Worker:
    """The worker: prints receipts, asks Stripe what messages only hint at, and tries again what failed.

    It asks the twin that the web serves, or one at another address.
    """
    engine, bookkeeper, clock = installation.engine, installation.bookkeeper, installation.clock
    key, base = stripe_account(installation, twin)
    printing, signer = _printing(installation), DocumentSigner(installation.secret_key)
    release = releasing(engine, installation.pages, installation.document_issuer, clock)
    handlers = {
        PRINT: print_handler(engine, printing.print_all, clock, signer.sign, release),
        **_report_jobs(installation, printing),
    }
    handlers |= recurring_letter_jobs(engine, installation.pages, clock)
    erasures = ErasureList(installation.settings.var_dir / ERASURE_LIST)
    handlers |= erasing_jobs(engine, clock, erasures.note, is_being_checked)
    handlers |= {WRITE_LINK: link_letter_handler(engine, installation.pages, clock)}
    links = StopLinks(installation.secret_key, installation.base_url)
    handlers |= _document_jobs(installation, links)
    handlers |= mailing_jobs(engine, installation.pages, links, agreed_donors, clock)
    carrier = installation.carrier
    handlers |= {SEND: send_handler(engine, carrier, installation.sender, _enclosed(engine, printing, signer), clock)}
    lists = StripeLists(key, api_base=base)
    handlers |= settlement_jobs(engine, bookkeeper, lists, RecurringGateway(key, api_base=base), clock)
    handlers |= _desk_jobs(installation, lists, (key, base)) | webhook_jobs(_courier(installation))

    def try_again() -> None:
        replay(engine, bookkeeper, clock(), only_due=True)

    handlers = {kind: _as_it_is_now(installation, handle) for kind, handle in handlers.items()}
    link_gateway = PaymentLinkGateway(key, installation.base_url, api_base=base, mark=bookkeeper.rules.mark)
    chores = [
        Chore(REPLAY_EVERY, try_again),
        reconcile_hourly(engine, clock),
        Chore(timedelta(seconds=KEEP_SECONDS), carrier.close_idle),
        Chore(END_IDLE_EVERY, printing.end_idle, printing.close),
        reminding(engine, installation.pages, clock),
        posting_statements(engine, installation.pages, clock),
        telling(engine, installation.pages, links, clock),
        anonymising(engine, clock, KEPT_BY_LAW),
        *_check_chores(installation),
        *_surge_chores(installation, link_gateway),
        looking_for_due_events(engine, clock),
        looking_for_returns(engine, clock),
    ]
    return Worker(engine, handlers, clock, chores, beside=[DELIVER], threads=MOST_ENDPOINTS)


def _courier(installation: Installation) -> EventCourier:
    """Sends events to endpoints; only a sandbox's may be on this machine."""
    poster = EventPoster(sandbox=installation.settings.mode == "sandbox")
    box = SecretBox(installation.secret_key, SIGNING_SECRETS)
    return EventCourier(installation.engine, poster, box, installation.pages, installation.clock)


def _desk_jobs(installation: Installation, lists: StripeLists, account: tuple[str, str | None]) -> dict[str, Handler]:
    """What treasurers ask of Stripe: refunds, and supporters whom it has already; and gifts that wait for a check."""
    engine, bookkeeper, clock = installation.engine, installation.bookkeeper, installation.clock
    key, base = account
    recurring, refunds = RecurringGateway(key, api_base=base), RefundGateway(key, api_base=base)
    finder = SupporterFinder(engine, lists, recurring, clock, bookkeeper.rules.mark)
    handlers = adopting_jobs(finder) | refunding_jobs(RefundAsker(engine, bookkeeper, lists, refunds, clock))
    return handlers | compliance_jobs(engine, CheckGate(bookkeeper.rules.zone), clock)


def _check_chores(installation: Installation) -> tuple[Chore, Chore]:
    """Checks of donors: refunds that failed, and letters about the days that are left."""
    engine, pages, clock = installation.engine, installation.pages, installation.clock
    return looking_for_failed_returns(engine, clock, pages.wording.local_day), warning_of_clocks(engine, pages, clock)


def _surge_chores(installation: Installation, gateway: PaymentLinkGateway) -> tuple[Chore, Chore]:
    """Payment links are made before a surge; what it has counted is removed after it."""
    engine, clock = installation.engine, installation.clock

    def remove_old() -> None:
        with writing(engine) as conn:
            remove_old_counts(conn, clock())
            remove_old_turns(conn, clock())
            remove_old_events(conn, clock())
            remove_old_drafts(conn, clock())

    make_links = Chore(MAKE_LINKS_EVERY, lambda: make_missing_links(engine, gateway, clock))
    return make_links, Chore(REMOVE_EVERY, remove_old)


def _as_it_is_now(installation: Installation, handle: Handler) -> Handler:
    """A handler that writes letters and receipts for the organisation as it is when the job begins."""

    def do_job(payload: Any) -> None:
        installation.organisation.refresh()
        handle(payload)

    return do_job


def _report_jobs(installation: Installation, printing: PrintingProcesses) -> dict[str, Handler]:
    """Print the report of a month, and reports to the Electoral Commission."""
    engine, pages, clock = installation.engine, installation.pages, installation.clock
    print_month = partial(printing.print_html, style=REPORT_STYLE)
    print_donations = partial(printing.print_html, style=DONATION_REPORT_STYLE)
    return {
        PRINT_REPORT: report_handler(engine, pages, print_month, clock),
        PRINT_DONATION_REPORT: donation_report_handler(engine, pages, print_donations, clock),
    }


def _document_jobs(installation: Installation, links: StopLinks) -> dict[str, Handler]:
    """What follows a document's PDF, and what follows money that went back: credit notes, and the letters with them."""
    engine, pages, clock = installation.engine, installation.pages, installation.clock
    issuer = installation.document_issuer
    handlers = gift_letter_jobs(engine, pages, links, clock, is_refund_of_duplicate, crediting(engine, issuer, clock))
    handlers |= statement_jobs(engine, issuer, clock)
    return handlers | crediting_jobs(engine, issuer, clock) | {LETTER: document_letter_handler(engine, pages, clock)}


def _printing(installation: Installation) -> PrintingProcesses:
    """The processes that print. They have no database: logos are read here."""
    open_printer = partial(document_printer, installation.settings.mode, installation.base_url)
    return PrintingProcesses(open_printer, _logo_reader(installation.engine))


def _logo_reader(engine: Engine) -> LogoReader:
    """Reads the logos that receipts are printed with."""

    def read_logo(name: str) -> tuple[bytes, str]:
        with reading(engine) as conn:
            logo = kept_logo(conn, name)
        if logo is None:
            raise LookupError(name)
        return logo.body, logo.media_type

    return read_logo


def _enclosed(engine: Engine, printing: PrintingProcesses, signer: DocumentSigner) -> AttachmentSources:
    """Where the attachments of letters that leave are found. Duplicates are drawn when they are sent."""
    return {
        RECEIPT: partial(pdf_to_send, engine),
        DUPLICATE: partial(print_duplicate, engine, printing, signer.sign),
    }


def attachments(engine: Engine) -> AttachmentSources:
    """Where the attachments of letters that were sent are found."""
    return {RECEIPT: partial(any_pdf_by_number, engine)}


def stripe_account(installation: Installation, twin: Twin | None) -> tuple[str, str | None]:
    """Stripe's key and address."""
    return (twin.settings.api_key, twin.settings.public_url) if twin else installation.stripe
