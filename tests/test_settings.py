"""Settings are read once, and what cannot work is refused by its name, in one sentence."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.demo import DEMO_ORGANISATION
from organisation.organisation import GivingRules, Organisation, OrganisationProfile
from outbox.mail_server import Encryption, MailServer, Sender
from settings import PREFIX, BadSettings, CurrentSettings, read_settings

REAL = {
    "stripe_api_key": "rk_test_abc",
    "stripe_webhook_secrets": "whsec_one, whsec_two",
    "base_url": "https://give.example.org",
    "organisation_name": "A Body",
    "organisation_email": "a@example.org",
    "organisation_imprint": "Promoted by A Body.",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no .env of this machine's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_without_a_key_it_is_a_sandbox_on_sqlite_in_var() -> None:
    """The two commands work with nothing set."""
    settings = read_settings()
    assert settings.mode == "sandbox"
    assert settings.address.endswith("/var/sandbox.db")


@pytest.mark.parametrize(
    ("key", "mode"), [("sk_test_a", "test"), ("rk_test_a", "test"), ("sk_live_a", "live"), ("rk_live_a", "live")]
)
def test_the_key_decides_the_mode(key: str, mode: str) -> None:
    """Nothing else does, so nothing else can be forgotten."""
    assert read_settings(**(REAL | {"stripe_api_key": key})).mode == mode


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"stripe_api_key": "pk_test_a"}, "STRIPE_API_KEY"),
        ({"stripe_webhook_secrets": "secret"}, "STRIPE_WEBHOOK_SECRETS"),
        ({"base_url": None}, "BASE_URL"),
        ({"base_url": "http://give.example.org"}, "BASE_URL"),
        ({"base_url": "ftp://give.example.org"}, "BASE_URL"),
        ({"base_url": "https://give.example.org/donate"}, "BASE_URL"),
        ({"timezone": "Mars/Olympus"}, "TIMEZONE"),
        ({"port": 70_000}, "PORT"),
        ({"secret_key": "too short"}, "SECRET_KEY"),
        ({"smtp_url": "mail.example.org", "mail_from": "a@example.org"}, "SMTP_URL"),
        ({"smtp_url": "smtp://wren:secret@mail.example.org", "mail_from": "a@example.org"}, "SMTP_URL"),
        ({"smtp_url": "smtps://wren@mail.example.org", "mail_from": "a@example.org"}, "SMTP_URL"),
        ({"smtp_url": "smtps://wren:secret@mail.example.org"}, "MAIL_FROM"),
        ({"mail_from": "a body"}, "MAIL_FROM"),
        ({"intervals": "month, fortnight"}, "INTERVALS"),
        ({"intervals": " , "}, "INTERVALS"),
        ({"stripe_api_key": "sk_live_a", "stripe_api_base": "http://127.0.0.1:9"}, "STRIPE_API_BASE"),
    ],
)
def test_what_cannot_work_is_refused_by_its_name(change: dict[str, object], name: str) -> None:
    """The sentence names the setting."""
    with pytest.raises(BadSettings, match=PREFIX + name):
        read_settings(**(REAL | change)).mode  # noqa: B018


def test_a_public_address_without_a_key_is_refused_unless_a_sandbox_is_asked_for_by_name() -> None:
    """Donors must never meet play money by accident."""
    with pytest.raises(BadSettings, match="SANDBOX"):
        read_settings(base_url="https://give.example.org")
    assert read_settings(base_url="https://give.example.org", sandbox=True).mode == "sandbox"


def test_settings_come_from_the_environment_and_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment wins."""
    (tmp_path / ".env").write_text("FARTHING_PORT=9001\nFARTHING_TIMEZONE=Europe/Dublin\n")
    monkeypatch.setenv("FARTHING_PORT", "9002")
    settings = read_settings()
    assert (settings.port, settings.timezone) == (9002, "Europe/Dublin")


@pytest.mark.parametrize(
    ("words", "offered"),
    [(None, ("month", "year")), ("once", ()), ("week, quarter", ("week", "quarter")), ("once,month", ("month",))],
)
def test_how_often_donors_may_give_is_for_the_organisation_to_say(words: str | None, offered: tuple[str, ...]) -> None:
    """Every month and every year, unless it says otherwise; once is always there."""
    assert read_settings(intervals=words).offered_intervals == offered


def test_no_secret_is_ever_printed() -> None:
    """Neither by repr nor in a complaint."""
    settings = read_settings(**REAL, database_url="postgresql://user:hunter2@db/x")
    assert not re.search(r"rk_test_abc|whsec_one|hunter2", f"{settings!r}{settings}{settings.model_dump()}")
    with pytest.raises(BadSettings) as complaint:
        read_settings(**(REAL | {"stripe_api_key": "sk_oops_secret"})).mode  # noqa: B018
    assert "oops" not in str(complaint.value)


def test_both_secrets_are_read_while_one_is_being_retired() -> None:
    """Comma-separated, spaces allowed."""
    assert read_settings(**REAL).secrets == ("whsec_one", "whsec_two")


def test_the_organisation_is_what_the_settings_say() -> None:
    """Its name and notices, how often donors may give, and how letters are written."""
    settings = read_settings(
        **REAL, organisation_address="1 Row; Town", organisation_url="https://example.org", locale="en_IE",
        intervals="week", timezone="Europe/Dublin",
    )  # fmt: skip

    assert settings.first_profile(DEMO_ORGANISATION) == OrganisationProfile(
        Organisation(
            name="A Body",
            address=("1 Row", "Town"),
            email="a@example.org",
            imprint="Promoted by A Body.",
            url="https://example.org",
            legal_note="",
            timezone="Europe/Dublin",
        ),
        "en_IE",
        giving=GivingRules(("week",)),
    )


def test_a_key_and_an_address_are_enough_to_start() -> None:
    """The rest is set up at the desk; nobody is made up meanwhile."""
    settings = read_settings(stripe_api_key="rk_live_a", base_url="https://give.example.org")

    assert (settings.mode, settings.first_profile(DEMO_ORGANISATION)) == ("live", None)


def test_a_sandbox_that_names_nobody_is_the_demo() -> None:
    """For a first look."""
    profile = read_settings().first_profile(DEMO_ORGANISATION)

    assert profile is not None
    assert profile.organisation == DEMO_ORGANISATION


def test_the_demo_keeps_the_installations_days() -> None:
    """A time zone is the installation's, whoever receives the gifts."""
    profile = read_settings(timezone="Pacific/Auckland").first_profile(DEMO_ORGANISATION)

    assert profile is not None
    assert profile.organisation == replace(DEMO_ORGANISATION, timezone="Pacific/Auckland")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp+starttls://wren%40example.org:p%3Ass@mail.example.org",
            MailServer("mail.example.org", 587, Encryption.STARTTLS, "wren@example.org", "p:ss"),
        ),
        (
            "smtps://wren:hunter2@mail.example.org:2465",
            MailServer("mail.example.org", 2465, Encryption.TLS, "wren", "hunter2"),
        ),
        ("smtp://localhost", MailServer("localhost", 25, Encryption.NONE)),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    """With the usual port, and signs written as in any address; printed without the password."""
    settings = read_settings(smtp_url=url, mail_from="Wren <giving@example.org>")

    assert settings.mail_server == server
    assert "hunter2" not in repr(settings) + repr(settings.mail_server)
    assert settings.sender("A Body", "a@example.org") == Sender("giving@example.org", "Wren", "a@example.org")


def test_a_secret_that_is_added_while_the_web_runs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the folder in which it was started, wherever it is by then."""
    real = "".join(f"{PREFIX}{name.upper()}={value}\n" for name, value in REAL.items() if "secrets" not in name)
    file = tmp_path / ".env"
    file.write_text(f"{real}{PREFIX}STRIPE_WEBHOOK_SECRETS=whsec_one\n")
    current = CurrentSettings(read_settings())
    assert current.secrets() == ("whsec_one",)

    monkeypatch.chdir("/")
    file.write_text(f"{real}{PREFIX}STRIPE_WEBHOOK_SECRETS=whsec_two,whsec_one\n")
    assert current.secrets() == ("whsec_two", "whsec_one")
    file.write_text("FARTHING_PORT=none\n")
    assert current.secrets() == ("whsec_two", "whsec_one")


def test_a_key_of_another_mode_is_not_followed_by_a_running_web(tmp_path: Path) -> None:
    """Its books are those of the mode that it was started in."""
    real = "".join(f"{PREFIX}{name.upper()}={value}\n" for name, value in REAL.items())
    (tmp_path / ".env").write_text(real)
    current = CurrentSettings(read_settings())

    (tmp_path / ".env").write_text(real.replace("rk_test_abc", "rk_live_abc").replace("whsec_one", "whsec_live"))

    assert current.read().mode == "test"
    assert current.secrets() == ("whsec_one", "whsec_two")
