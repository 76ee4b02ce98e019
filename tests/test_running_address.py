"""Commands find the web that runs here: its address is kept beside the books for as long as it runs."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import app
from installation import prepare, record_address, web_address
from settings import Settings, read_settings

ELSEWHERE = "http://127.0.0.1:1"  # nothing listens there


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A new sandbox in a folder of its own."""
    monkeypatch.setenv("FARTHING_VAR_DIR", str(tmp_path / "var"))
    settings = read_settings()
    prepare(settings, durable=False)
    return settings


@pytest.fixture
def running(settings: Settings) -> Iterator[int]:
    """A web has written down where it is; the lock of its file, as it is held while it runs."""
    claim = record_address(settings, ELSEWHERE)
    assert claim is not None
    yield claim
    os.close(claim)


@pytest.mark.usefixtures("running")
def test_a_printed_link_leads_to_the_running_web() -> None:
    """Without its port in the environment."""
    done = CliRunner().invoke(app, ["staff", "add", "who@example.org"])
    assert done.output.startswith(f"{ELSEWHERE}/desk/sign-in/link#")
    assert "./farthing run" not in done.output


@pytest.mark.usefixtures("settings")
def test_a_link_that_nothing_answers_yet_is_said_to_be_one() -> None:
    """It would look broken."""
    assert "./farthing run starts it" in CliRunner().invoke(app, ["staff", "add", "who@example.org"]).stderr


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("command", [["reconcile"], ["doctor", "--json"], ["sandbox", "clock", "+1d"]], ids=str)
def test_commands_ask_the_running_twin(command: list[str]) -> None:
    """Nobody answers there, and each says so."""
    done = CliRunner().invoke(app, command)
    if command[0] == "doctor":
        assert f"nothing answers at {ELSEWHERE}/sandbox" in json.loads(done.stdout)[0]["advice"]
    else:
        assert done.exit_code == 1
        assert ELSEWHERE in done.output or "Stripe cannot be asked" in done.output


@pytest.mark.usefixtures("running")
def test_an_address_that_is_said_comes_first(settings: Settings) -> None:
    """The base address, and a port or a twin that the caller names."""
    assert web_address(settings.model_copy(update={"base_url": "https://give.example"})) == "https://give.example"
    assert "127.0.0.1:2/" in CliRunner().invoke(app, ["sandbox", "payout", "--at", "http://127.0.0.1:2/sandbox"]).output
    assert web_address(settings, port=8123) == "http://127.0.0.1:8123"


def test_a_web_that_has_ended_is_forgotten(settings: Settings) -> None:
    """However it ended: nothing need be tidied away."""
    claim = record_address(settings, ELSEWHERE)
    assert (claim is not None, web_address(settings)) == (True, ELSEWHERE)
    os.close(claim or 0)
    assert web_address(settings) == "http://127.0.0.1:8000"
    assert web_address(settings.model_copy(update={"host": "::1"})) == "http://[::1]:8000"


def test_the_first_of_several_webs_is_named(settings: Settings) -> None:
    """A second one does not overwrite it, nor waits."""
    first = record_address(settings, ELSEWHERE)
    assert record_address(settings, "http://127.0.0.1:2") is None
    assert web_address(settings) == ELSEWHERE
    os.close(first or 0)
