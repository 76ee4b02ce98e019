"""`./farthing setup` as a volunteer goes through it, against the twin: a rehearsal of going live."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import stripe
from typer.testing import CliRunner, Result

from commands import app
from database.engine import open_database
from database.transactions import reading
from organisation.store import versions
from payments.inbox.webhook import PATH as WEBHOOK_PATH
from sandbox.twin import open_twin
from settings import PREFIX, read_settings
from setup.environment import Environment
from setup.questions import connection_settings
from tests.sandbox.loopback import KEY, served, settings, stripe_client
from tests.smtp_server import Mailbox, serving

BASE_URL = "http://127.0.0.1:9"
ANSWERS = [
    KEY,
    BASE_URL,
    "Every Branch Open",
    "4 Lantern Row, Marlbridge, ZZ1 4QT",
    "",  # a campaigning body
    "hello@everybranchopen.example",
    "",  # the imprint that follows
    "",  # no website
    "",  # no legal note
    "Keep the Thornby van on the road",
    "A library on wheels.",
    "6500",
    "ada@example.org",
    "",  # mail later
]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no .env of this machine's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def account() -> Iterator[stripe.StripeClient]:
    """A new account at the twin, which delivers nothing before an endpoint is registered."""
    twin = open_twin(replace(settings(BASE_URL + WEBHOOK_PATH), registered=False))
    with served(twin) as url:
        (Path.cwd() / ".env").write_text(f"# ours\nFARTHING_STRIPE_API_BASE={url}\n")
        yield stripe_client(url)
    twin.close()


def set_up(*options: str, answers: list[str] | None = None) -> Result:
    """Run the command; it may ask as long as there are answers."""
    return CliRunner().invoke(app, ["setup", *options], input="".join(f"{answer}\n" for answer in answers or []))


def test_who_leaves_in_the_middle_goes_on_at_the_next_question(account: stripe.StripeClient) -> None:
    """Every answer is kept at once, by its owner alone; no key is among them; nothing is left when all is done."""
    left = set_up(answers=ANSWERS[:6])
    assert left.exit_code != 0
    draft = Path.cwd() / ".setup-answers.json"
    assert draft.stat().st_mode & 0o777 == 0o600
    assert KEY not in draft.read_text()
    done = set_up(answers=ANSWERS[6:])
    assert done.exit_code == 0, done.output
    assert "Legal name of who receives the gifts: Every Branch Open (as you said before)" in done.output
    assert f"{BASE_URL}/c/keep-the-thornby-van-on-the-road" in done.output
    assert not draft.exists()


def test_a_second_run_says_how_the_owner_gets_in(account: stripe.StripeClient) -> None:
    """Nobody has signed in yet; it makes no link of its own."""
    set_up(answers=ANSWERS)
    again = set_up(answers=[""])
    assert again.exit_code == 0, again.output
    assert "Nobody has signed in yet. Link lost? ./farthing staff add ada@example.org --reset" in again.output


def test_fourteen_answers_make_a_live_installation(account: stripe.StripeClient) -> None:
    """Key, address, organisation, campaign, owner and endpoint; then what the doctor says."""
    done = set_up(answers=ANSWERS)

    assert done.exit_code == 0, done.output
    [endpoint] = account.v1.webhook_endpoints.list().data
    assert (endpoint.url, endpoint.status) == (BASE_URL + WEBHOOK_PATH, "enabled")
    assert "This key belongs to The Alliance (test mode: no money moves)" in done.output
    assert f"{BASE_URL}/c/keep-the-thornby-van-on-the-road" in done.output
    assert re.search(rf"{BASE_URL}/desk/sign-in/link#\S{{10,}}", done.output)
    assert "What ./farthing doctor says" in done.output
    now = read_settings()
    assert (now.mode, now.base_url, len(now.secrets)) == ("test", BASE_URL, 1)
    file = Path.cwd() / ".env"
    assert file.read_text().startswith("# ours\n")
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert KEY not in done.output
    assert now.secrets[0] not in done.output
    assert newest_organisation() == [
        ("Every Branch Open", "Promoted by Every Branch Open, 4 Lantern Row, Marlbridge, ZZ1 4QT.")
    ]


@pytest.mark.usefixtures("account")
def test_a_target_that_is_no_amount_is_asked_again() -> None:
    """With a sentence; the title and the story stay."""
    done = set_up(answers=[*ANSWERS[:11], "lots", *ANSWERS[11:]])
    assert done.exit_code == 0, done.output
    assert "Enter an amount in figures" in done.output
    assert f"{BASE_URL}/c/keep-the-thornby-van-on-the-road" in done.output


def test_before_the_first_start_commands_say_what_to_do() -> None:
    """There is no folder of a database yet."""
    for command in ("doctor", "audit"):
        done = CliRunner().invoke(app, [command])
        assert (done.exit_code, "There is no database" in done.stderr) == (2, True), done.output


def test_a_second_run_asks_nothing_and_changes_nothing(account: stripe.StripeClient) -> None:
    """Neither in the file, nor in the database, nor at Stripe."""
    set_up(answers=ANSWERS)
    before = (Path.cwd() / ".env").read_bytes(), newest_organisation(), account.v1.webhook_endpoints.list().data

    done = set_up(answers=[""])  # mail is left for later once more

    after = (Path.cwd() / ".env").read_bytes(), newest_organisation(), account.v1.webhook_endpoints.list().data
    assert (done.exit_code, before == after) == (0, True), done.output
    assert "Nothing was changed." in done.output
    assert "sign-in/" not in done.output


@pytest.mark.parametrize("answered", [2, 5, 9, 12])
@pytest.mark.usefixtures("account")
def test_it_can_be_left_anywhere_and_taken_up_again(answered: int) -> None:
    """What was answered whole is kept; only the rest is asked."""
    left = set_up(answers=ANSWERS[:answered])
    steps = [0, 2, 9, 12, 13, 14]
    done_steps = max(step for step in steps if step <= answered)

    again = set_up(answers=ANSWERS[done_steps:])

    assert (left.exit_code, again.exit_code) == (1, 0), again.output
    assert "goes on from there" in left.output
    assert len(newest_organisation()) == 1


def test_a_key_of_the_other_mode_leaves_the_old_secrets_behind() -> None:
    """They belong to endpoints that this key does not know, and would pass for the secret of one made by hand."""
    environment = Environment("test", BASE_URL, KEY, None, ["whsec_test"])

    same = connection_settings(environment, "rk_test_51Habcdefgh", BASE_URL, None)
    live = connection_settings(environment, "rk_live_51Habcdefgh", BASE_URL, None)

    assert ("STRIPE_WEBHOOK_SECRETS" in same, live["STRIPE_WEBHOOK_SECRETS"]) == (False, "")


@pytest.mark.usefixtures("account")
def test_a_wrong_answer_is_asked_again() -> None:
    """With a sentence that says what to type."""
    done = set_up(answers=["pk_test_51Habcdefgh", "sk_test_of_nobody_at_all", *ANSWERS[1:]])

    assert "That is the publishable key" in done.output
    assert "Stripe does not know this key" in done.output


@pytest.mark.usefixtures("account")
def test_mail_is_kept_once_a_test_letter_was_taken() -> None:
    """A server that is not there is said, and nothing is kept of it."""
    mailbox = Mailbox()
    with serving(mailbox) as server:
        away = set_up(answers=[*ANSWERS[:-1], "127.0.0.1", "none", "9", "", "", "", ""])
        mailed = set_up(answers=["127.0.0.1", "none", str(server.port), "", "", "", "ada@example.org"])

    assert "Nothing was kept" in away.output
    assert "A test letter is on its way to ada@example.org." in mailed.output
    assert mailbox.recipients == ["ada@example.org"]
    assert mailbox.taken[0]["From"] == "Every Branch Open <hello@everybranchopen.example>"
    assert read_settings().mail_server == server
    assert "Letters go out through 127.0.0.1." in set_up().output


@pytest.mark.usefixtures("account")
def test_nobody_is_asked_where_nobody_sits() -> None:
    """What was given is kept, and what is missing is named."""
    done = set_up(
        "--no-input", "--stripe-key", KEY, "--base-url", BASE_URL, "--name", "A Body", "--owner", "a@b.example"
    )

    assert done.exit_code == 0, done.output
    assert "Still missing: --address, --email." in done.output
    assert "/desk/sign-in/" in done.output


def test_a_wrong_option_is_named() -> None:
    """Nothing is kept."""
    done = set_up("--no-input", "--stripe-key", "pk_test_51Habcdefgh")

    assert (done.exit_code, "--stripe-key: That is the publishable key" in done.output) == (2, True)
    assert not (Path.cwd() / ".env").exists()


def test_without_a_key_the_sandbox_is_set_up() -> None:
    """A first look, with one's own name."""
    done = set_up(answers=["", *ANSWERS[2:9], "ada@example.org", ""])

    assert done.exit_code == 0, done.output
    assert "No key: this is a sandbox" in done.output
    assert newest_organisation()[-1][0] == "Every Branch Open"


def newest_organisation() -> list[tuple[str, str]]:
    """Name and imprint of every version, newest first."""
    now = read_settings()
    engine = open_database(now.address)
    with reading(engine) as conn:
        found = [version.profile.organisation for version in versions(conn, now.timezone)]
    engine.dispose()
    return [(organisation.name, organisation.imprint) for organisation in found]
