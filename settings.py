"""What differs between installations, read once from the environment or `.env`. Errors name the setting.

Only `main`, `processes` and `commands` import this; everything else gets its values as arguments.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from organisation.organisation import GivingRules, Organisation, OrganisationProfile
from outbox.mail_server import BadMailServer, MailServer, Sender, mail_server, sender

PREFIX = "FARTHING_"
ENV_FILE = Path(".env")
"""In the folder in which a command is started."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMO_LANGUAGES = ("cy",)
INTERVALS = ("once", "week", "month", "quarter", "year")
SHORTEST_SECRET_KEY = 32
_KEY_MODES = {"sk_test_": "test", "rk_test_": "test", "sk_live_": "live", "rk_live_": "live"}


class BadSettings(ValueError):
    """The installation cannot start; the message names the setting and what to do."""


class Settings(BaseSettings):
    """Every setting, with what it is for: README's table is compared with these lines by a test."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    var_dir: Path = Field(Path("var"), description="Where SQLite files and sandbox keys are kept")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL's address; without it SQLite, in `VAR_DIR/{mode}.db`"
    )
    base_url: str | None = Field(None, description="The address that donors see; https, or http on loopback")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other names that we answer to, comma-separated; they lead to `BASE_URL`"
    )
    host: str = Field("127.0.0.1", description="The address to listen on")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one. Commands beside it find it"
    )
    sandbox: bool = Field(False, description="Run on the built-in Stripe twin, even at a public `BASE_URL`")
    stripe_api_key: SecretStr | None = Field(
        None, description="Stripe's secret or restricted key; without it Farthing runs on the twin"
    )
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="The endpoint's signing secrets, comma-separated: the present one, then a retiring one",
    )
    stripe_api_base: str | None = Field(None, description="Another Stripe-compatible server (test mode only)")
    stripe_sessions_per_second: int = Field(
        25,
        ge=1,
        le=1000,
        description="How many payment pages Stripe lets this account open in a second; we stay below it",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="What secrets in the database are encrypted with, 32 characters or more; several machines need"
        " the same. Without it one is made in `VAR_DIR/secret-key`",
    )
    organisation_name: str | None = Field(
        None,
        description="First start: the legal name of who receives the gifts",
    )
    organisation_address: str = Field("", description="First start: its postal address, lines separated by `;`")
    organisation_email: str | None = Field(None, description="First start: where donors write to")
    organisation_imprint: str | None = Field(None, description="First start: the imprint that stands on every page")
    organisation_url: str = Field("", description="First start: its own website")
    organisation_legal_note: str = Field("", description="First start: a sentence on what it is in law")
    intervals: str = Field(
        "month,year",
        description="First start: how often one may give besides once: `week`, `month`, `quarter`, `year`; or `once`",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="The mail server, such as `smtp+starttls://USER:PASSWORD@HOST:587` or `smtps://USER:PASSWORD@HOST`",
    )
    mail_from: str | None = Field(None, description="The address that letters come from; the server must let us use it")
    timezone: str = Field("Europe/London", description="The time zone whose days the books are kept in")
    locale: str = Field("en_GB", description="First start: how amounts and dates are written")

    @field_validator("allowed_hosts", "stripe_webhook_secrets", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def mode(self) -> str:
        """sandbox, test or live: only the key decides."""
        if self.stripe_api_key is None or self.sandbox:
            return "sandbox"
        key = self.stripe_api_key.get_secret_value()
        for prefix, mode in _KEY_MODES.items():
            if key.startswith(prefix):
                return mode
        raise BadSettings(f"{PREFIX}STRIPE_API_KEY does not begin like a Stripe key (sk_test_, rk_live_ …).")

    @property
    def address(self) -> str:
        """The database's address."""
        if self.database_url is not None:
            url = self.database_url.get_secret_value()
            return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
        return f"sqlite:///{self.var_dir.resolve() / self.mode}.db"

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None where none is set up."""
        return None if self.smtp_url is None else mail_server(self.smtp_url.get_secret_value())

    @property
    def mail_host(self) -> str | None:
        """The mail server's name; None where none is set up, or so that it cannot be used."""
        with suppress(BadMailServer):
            return self.mail_server.host if self.mail_server else None
        return None

    def sender(self, name: str, email: str) -> Sender:
        """Whom letters are from: `MAIL_FROM`, or where that is not set the organisation's own address."""
        return sender(self.mail_from or email, name, email)

    @property
    def offered_intervals(self) -> tuple[str, ...]:
        """How often donors may give besides once."""
        return tuple(word for word in _words(self.intervals) if word != "once")

    def first_profile(self, demo: Organisation) -> OrganisationProfile | None:
        """What the database is told of the organisation at the first start; None where the settings name none.

        A sandbox that names none is the demo's, in our time zone.
        """
        if self.organisation_name is not None:
            return self.profile(self._organisation(self.organisation_name))
        if self.mode != "sandbox":
            return None
        return replace(self.profile(replace(demo, timezone=self.timezone)), languages=DEMO_LANGUAGES)

    def profile(self, organisation: Organisation) -> OrganisationProfile:
        """An organisation with our locale and intervals."""
        return OrganisationProfile(
            organisation=organisation, locale=self.locale, giving=GivingRules(intervals=self.offered_intervals)
        )

    def _organisation(self, name: str) -> Organisation:
        return Organisation(
            name=name,
            address=tuple(line.strip() for line in self.organisation_address.split(";") if line.strip()),
            email=self.organisation_email or "",
            imprint=self.organisation_imprint or "",
            url=self.organisation_url,
            legal_note=self.organisation_legal_note,
            timezone=self.timezone,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The webhook's signing secrets, in the clear."""
        return tuple(secret.get_secret_value() for secret in self.stripe_webhook_secrets)


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def read_settings(**options: object) -> Settings:
    """The settings of this installation, checked; an option that is not None comes first. Raises BadSettings."""
    settings = read_unchecked_settings(**options)
    _check(settings)
    return settings


def read_unchecked_settings(**options: object) -> Settings:
    """The settings while they are being written: they need not be complete. Raises BadSettings."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise BadSettings(f"Some settings cannot be used. {wrong}") from None


class CurrentSettings:
    """The settings as they are now: setting up writes into `.env` while web and worker run, and both must see it.

    A file that cannot be used, or would be another installation's (a key of another mode), is not followed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._path = settings, ENV_FILE.resolve()
        self._read_at = self._stamp()

    def read(self) -> Settings:
        """The settings; the file is read again once it has changed."""
        stamp = self._stamp()
        if stamp != self._read_at:
            self._read_at = stamp
            with suppress(BadSettings):
                changed = read_settings(_env_file=self._path, var_dir=self._settings.var_dir, port=self._settings.port)
                if changed.mode == self._settings.mode:
                    self._settings = changed
        return self._settings

    def secrets(self) -> Sequence[str]:
        """The webhook's signing secrets."""
        return self.read().secrets

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


def _check(settings: Settings) -> None:
    base = urlsplit(settings.base_url or "http://127.0.0.1")
    local = base.hostname in LOOPBACK
    if base.scheme not in ("http", "https") or not base.hostname or base.path not in ("", "/"):
        raise BadSettings(f"{PREFIX}BASE_URL must be an address like https://give.example.org, without a path.")
    if base.scheme == "http" and not local:
        raise BadSettings(f"{PREFIX}BASE_URL: plain http is for this machine only; use https for {base.hostname}.")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSettings(f"{PREFIX}TIMEZONE: “{settings.timezone}” is not a time zone like Europe/London.") from None
    try:
        Locale.parse(settings.locale)
    except (UnknownLocaleError, ValueError):
        raise BadSettings(f"{PREFIX}LOCALE must be a name like en_GB.") from None
    if not _words(settings.intervals) or not set(_words(settings.intervals)) <= set(INTERVALS):
        raise BadSettings(f"{PREFIX}INTERVALS: name some of {', '.join(INTERVALS)}, with commas between them.")
    if not settings.address.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings(f"{PREFIX}DATABASE_URL must begin with postgresql:// (or sqlite:///).")
    _check_secret_key(settings.secret_key)
    _check_mail(settings)
    if settings.mode == "sandbox":
        _check_sandbox(settings, local=local)
    else:
        _check_real(settings)


def _check_secret_key(key: SecretStr | None) -> None:
    if key is not None and len(key.get_secret_value()) < SHORTEST_SECRET_KEY:
        raise BadSettings(f"{PREFIX}SECRET_KEY: use {SHORTEST_SECRET_KEY} characters or more, chosen by chance.")


def _check_mail(settings: Settings) -> None:
    try:
        server = settings.mail_server
    except BadMailServer as bad:
        raise BadSettings(f"{PREFIX}SMTP_URL: {bad}.") from None
    if server is not None and settings.mail_from is None:
        raise BadSettings(f"With {PREFIX}SMTP_URL this is needed too: {PREFIX}MAIL_FROM, such as giving@example.org.")
    try:
        sender(settings.mail_from or "nobody@example.org", "", "")
    except BadMailServer as bad:
        raise BadSettings(f"{PREFIX}MAIL_FROM: {bad}.") from None


def _check_sandbox(settings: Settings, *, local: bool) -> None:
    if not local and not settings.sandbox:
        raise BadSettings(
            f"{PREFIX}BASE_URL is public and there is no {PREFIX}STRIPE_API_KEY: donors would give play"
            " money."
            f" Set the key, or {PREFIX}SANDBOX=true if that is what you want."
        )


def _check_real(settings: Settings) -> None:
    if not settings.base_url:
        raise BadSettings(f"With a Stripe key {PREFIX}BASE_URL is needed too: the address that donors see.")
    if not all(secret.startswith("whsec_") for secret in settings.secrets):
        raise BadSettings(f"{PREFIX}STRIPE_WEBHOOK_SECRETS: each begins with whsec_.")
    if settings.mode == "live" and settings.stripe_api_base:
        raise BadSettings(f"{PREFIX}STRIPE_API_BASE: live money goes through Stripe itself; leave it empty.")
