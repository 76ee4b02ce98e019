"""An installation: its settings, database, organisation and Stripe account, which web, writer and worker share."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine

from backup.place import TWIN, TWIN_KEYS, InstallationPlace
from backup.restoring import StoppedInstallation
from campaigns.demo import DEMO_ORGANISATION, add_demo_campaigns
from compliance.gate import CheckGate
from database.engine import open_database
from database.instants import Clock, utc_now
from database.migrating import is_current, mark_of, migrate, refuse_other_mode, require_mode, require_revision
from database.sqlite_files import close_folder
from database.transactions import booking, writing
from ledger.store import open_accounts
from organisation.current import CurrentOrganisation
from organisation.organisation import unnamed_organisation
from organisation.store import add_first_version
from outbox.carriers import FileCarrier, NoCarrier
from outbox.current_carrier import CurrentCarrier
from outbox.mail_server import Sender
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.decide import BookRules
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from payments.stripe.lists import StripeLists
from payments.stripe.receipt_notes import ReceiptNotes
from receipts.check_code import verify_base
from receipts.document import DocumentIssuer
from sandbox.brief import served_briefly
from sandbox.keys import sandbox_keys
from sandbox.twin import Twin, TwinSettings, open_twin
from sandbox.webhooks.sender import Sender as WebhookSender
from settings import ENV_FILE, PREFIX, CurrentSettings, Settings, read_unchecked_settings
from setup.environment import Environment, EnvironmentFile
from setup.steps import SetUp
from staff.act import Actor
from web.pages import Pages

HERE = Path(__file__).resolve().parent
SANDBOX_PATH = "/sandbox"
# What is kept in files of their own, and without which a copy of the database is not enough.
KEY_FILES = (TWIN_KEYS, "secret-key")


@dataclass(frozen=True)
class Installation:
    """What each process opens for itself: the web, the writer beside it, the worker, and a command."""

    settings: Settings
    base_url: str
    engine: Engine
    organisation: CurrentOrganisation
    pages: Pages
    bookkeeper: Bookkeeper
    clock: Clock

    @property
    def stripe(self) -> tuple[str, str | None]:
        """Stripe's key and address: of the twin that our web serves, or of the organisation's own account."""
        if self.settings.mode == "sandbox":
            return sandbox_keys(self.settings.var_dir)["api_key"], self.base_url + SANDBOX_PATH
        assert self.settings.stripe_api_key is not None
        return self.settings.stripe_api_key.get_secret_value(), self.settings.stripe_api_base

    @cached_property
    def current(self) -> CurrentSettings:
        """The settings as they are now: the desk sets up mail, and Stripe's messages, while web and worker run."""
        return CurrentSettings(self.settings)

    @property
    def secret_key(self) -> bytes:
        """What secrets in the database are encrypted with."""
        return secret_key(self.settings)

    @property
    def carrier(self) -> CurrentCarrier:
        """Who carries letters: the mail server; without one a folder of files, and in a sandbox its inbox."""
        otherwise = NoCarrier() if self.settings.mode == "sandbox" else FileCarrier(self.settings.var_dir / "mail")
        return CurrentCarrier(lambda: self.current.read().mail_server, otherwise)

    def sender(self) -> Sender:
        """Whom letters are from, as the organisation is now."""
        return self.current.read().sender(self.pages.organisation.name, self.pages.organisation.email)

    def document_issuer(self) -> DocumentIssuer:
        """Who issues credit notes and statements, as the organisation is now."""
        zone = self.bookkeeper.rules.zone
        return DocumentIssuer(self.organisation.profile, self.settings.mode, zone, verify_base(self.base_url))

    @property
    def lists(self) -> StripeLists:
        """What Stripe has written down: in a sandbox over HTTP, at the web's address."""
        key, base = self.stripe
        return StripeLists(key, api_base=base)


def prepare(settings: Settings, clock: Clock = utc_now, *, durable: bool = True) -> None:
    """Migrate the database, open the accounts, record the organisation, and add demo campaigns in a sandbox."""
    if settings.address.startswith("sqlite") or settings.var_dir.exists():
        close_folder(settings.var_dir)
    engine = open_database(settings.address, durable=durable)
    try:
        refuse_other_mode(engine, settings.mode)
        if not is_current(engine):
            migrate(settings.address)
        require_mode(engine, settings.mode)
        with booking(engine) as conn:
            open_accounts(conn)
            _add_first_version(conn, settings, clock())
        if settings.mode == "sandbox":
            sandbox_keys(settings.var_dir)  # before web and worker, which would each make their own
            with writing(engine) as conn:
                add_demo_campaigns(conn, clock(), settings.timezone)
    finally:
        engine.dispose()


def secret_key(settings: Settings) -> bytes:
    """The key of the settings, or one made by chance, once, in a file that only its owner reads.

    Of two processes that make it at the same moment, both end up with the same.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    close_folder(settings.var_dir)
    path = settings.var_dir / "secret-key"
    if not path.exists():
        made = path.with_name(f"secret-key.{os.getpid()}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_bytes()


def record_organisation(settings: Settings, clock: Clock = utc_now, *, durable: bool = True) -> None:
    """Write the organisation's first version from the settings, if there is none. Later ones come from the desk."""
    engine = open_database(settings.address, durable=durable)
    try:
        require_revision(engine)
        require_mode(engine, settings.mode)
        with booking(engine) as conn:
            _add_first_version(conn, settings, clock())
    finally:
        engine.dispose()


def _add_first_version(conn: Connection, settings: Settings, now: datetime) -> None:
    profile = settings.first_profile(DEMO_ORGANISATION)
    if profile is not None:
        add_first_version(conn, profile, "settings", now)


def open_installation(
    settings: Settings, base_url: str | None = None, clock: Clock = utc_now, *, durable: bool = True
) -> Installation:
    """Open the database, which must have our revision and mode, and build what every process needs."""
    engine = open_database(settings.address, durable=durable)
    require_revision(engine)
    require_mode(engine, settings.mode)
    address = (base_url or web_address(settings)).rstrip("/")
    organisation = CurrentOrganisation(engine, settings.profile(unnamed_organisation(settings.timezone)))
    organisation.refresh()
    pages = Pages(HERE / "templates", identity=lambda: organisation.profile, mode=settings.mode, base_url=address)
    zone, mark = ZoneInfo(settings.timezone), mark_of(engine)
    rules = BookRules(organisation.profile.organisation, zone, settings.mode, mark, verify_base(address))
    bookkeeper = Bookkeeper(rules, CheckGate(rules.zone).look_after_booking)
    return Installation(settings, address, engine, organisation, pages, bookkeeper, clock)


def record_address(settings: Settings, address: str) -> int | None:
    """Keep where this web listens, for commands that are run beside it; returns the lock that the file is under.

    The lock ends with the last process forked from this one, so that the address of a web that was killed is not
    taken for a running one's. None where BASE_URL says it, or another web has written its own.
    """
    if settings.base_url is not None:
        return None
    close_folder(settings.var_dir)
    claim = os.open(_address_file(settings), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        return None
    os.truncate(claim, 0)
    os.write(claim, address.encode())
    return claim


def web_address(settings: Settings, port: int | None = None) -> str:
    """Where our web is: BASE_URL; else, unless the caller names a port, where one runs now; else where it would."""
    running = running_address(settings) if port is None else None
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.base_url or running or f"http://{host}:{port or settings.port}"


def running_address(settings: Settings) -> str | None:
    """The address of a web that runs now without BASE_URL; None where none does."""
    try:
        file = _address_file(settings).open()
    except OSError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read() or None
    return None


def _address_file(settings: Settings) -> Path:
    return settings.var_dir / f"{settings.mode}.address"


def installation_place(settings: Settings) -> InstallationPlace:
    """Where this installation keeps what a backup holds."""
    folder = settings.var_dir
    keys = {path.name: path for path in (folder / name for name in KEY_FILES)}
    twin = folder / TWIN if settings.mode == "sandbox" else None
    return InstallationPlace(settings.mode, settings.address, folder, keys, twin)


def stopped_installation(settings: Settings) -> StoppedInstallation:
    """This installation for a restore, while it does not run."""
    place, zone = installation_place(settings), ZoneInfo(settings.timezone)
    return StoppedInstallation(place, zone, partial(_stripe_for_restore, settings))


@contextmanager
def _stripe_for_restore(settings: Settings, folder: Path, mark: str) -> Iterator[tuple[StripeLists, ReceiptNotes]]:
    """Stripe, while no web runs. In a sandbox the twin of this folder is served meanwhile, and delivers nothing."""
    if settings.mode != "sandbox":
        assert settings.stripe_api_key is not None
        key, base = settings.stripe_api_key.get_secret_value(), settings.stripe_api_base
        yield StripeLists(key, api_base=base), ReceiptNotes(key, mark, api_base=base)
        return
    keys = sandbox_keys(folder)
    twin = TwinSettings("http://twin.invalid", keys["api_key"], None, keys["endpoint_secret"], "")
    with served_briefly(twin, folder / TWIN, int(keys["seed"])) as at:
        yield StripeLists(keys["api_key"], api_base=at), ReceiptNotes(keys["api_key"], mark, api_base=at)


def open_sandbox(installation: Installation, sender: WebhookSender | None = None) -> Twin | None:
    """The Stripe twin of a sandbox, for the web's own process, with keys made once per installation.

    `sender` sends its webhooks; where it is None they go over HTTP.
    """
    settings = installation.settings
    if settings.mode != "sandbox":
        return None
    keys = sandbox_keys(settings.var_dir)
    return open_twin(
        TwinSettings(
            public_url=installation.base_url + SANDBOX_PATH,
            api_key=keys["api_key"],
            endpoint_url=installation.base_url + WEBHOOK_PATH,
            endpoint_secret=keys["endpoint_secret"],
            organisation=installation.organisation.profile.organisation.name,
            inbox_url=f"{installation.base_url}{SANDBOX_PATH}/inbox",
        ),
        settings.var_dir / TWIN,
        seed=int(keys["seed"]),
        sender=sender,
    )


def environment_file(options: Mapping[str, object] | None = None) -> EnvironmentFile:
    """The file that setting up writes, and the settings as it has left them, which need not be complete yet."""

    def read() -> Environment:
        settings = read_unchecked_settings(**(options or {}))
        key = settings.stripe_api_key
        return Environment(
            mode=settings.mode,
            base_url=settings.base_url,
            api_key=key.get_secret_value() if key and settings.mode != "sandbox" else None,
            api_base=settings.stripe_api_base,
            secrets=settings.secrets,
            mail_host=settings.mail_host,
        )

    return EnvironmentFile(ENV_FILE, PREFIX, read, lambda: os.environ)


def set_up(settings: Settings, engine: Engine, actor: Actor, clock: Clock = utc_now) -> SetUp:
    """This installation as somebody sets it up."""
    stand_in = settings.profile(unnamed_organisation(settings.timezone))
    return SetUp(engine, actor, clock, stand_in, replace(DEMO_ORGANISATION, timezone=settings.timezone))
