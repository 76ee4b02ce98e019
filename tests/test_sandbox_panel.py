"""The sandbox's panel as the whole web serves it: open on this machine, behind the desk's sign-in at a public host."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from database.transactions import writing
from installation import Installation, open_installation, open_sandbox, prepare
from main import build_web
from outbox.letters import Letter, post_letters
from sandbox.keys import sandbox_keys
from settings import read_settings
from staff.role import Role
from tests.staff.signing_in import sign_in_as

PUBLIC, LOCAL = "https://try.example", "http://127.0.0.1:8000"


@contextmanager
def _web(database_url: str, var_dir: Path, base_url: str) -> Iterator[tuple[Installation, TestClient]]:
    settings = read_settings(database_url=database_url, var_dir=var_dir, base_url=base_url, sandbox=True)
    prepare(settings, durable=False)
    installation = open_installation(settings, durable=False)
    twin = open_sandbox(installation)
    assert twin is not None
    try:
        yield installation, TestClient(build_web(installation, twin), base_url=base_url, follow_redirects=False)
    finally:
        twin.close()
        installation.engine.dispose()


@pytest.fixture
def public(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Installation, TestClient]]:
    """A sandbox at a public host, and somebody who has not signed in."""
    with _web(sqlite_url, tmp_path / "var", PUBLIC) as web:
        yield web


def test_a_stranger_sees_no_panel_at_a_public_host(public: tuple[Installation, TestClient]) -> None:
    """Neither page nor button, by no way of writing the path; the page says how to sign in, under our headers."""
    _, visitor = public
    page = visitor.get("/sandbox/")
    assert (page.status_code, "Sign in first" in page.text) == (403, True)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    for path in ("/sandbox", "/sandbox//", "/sandbox/?reply=x", "/sandbox/none", "/sandbox/%2e/"):
        assert visitor.get(path, headers={"Host": "localhost"}).status_code == 403, path
    assert visitor.post("/sandbox/do/reset", headers={"Accept": "application/json"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "seen", "pushed"),
    [(Role.OWNER, 200, 303), (Role.TREASURER, 200, 303), (Role.AUDITOR, 200, 403), (Role.ORGANISER, 403, 403)],
)
def test_each_role_comes_as_far_as_at_the_desk(
    public: tuple[Installation, TestClient], role: Role, seen: int, pushed: int
) -> None:
    """Reading and pushing buttons."""
    installation, member = public
    sign_in_as(member, installation.engine, installation.clock(), role)

    assert member.get("/sandbox/").status_code == seen
    assert member.post("/sandbox/do/payout").status_code == pushed


def test_the_api_keeps_its_key_and_payers_pages_are_open(public: tuple[Installation, TestClient]) -> None:
    """At both of its addresses; and the webhook is as it was."""
    installation, visitor = public
    key = sandbox_keys(installation.settings.var_dir)["api_key"]
    for path in ("/sandbox/v1/balance", "/v1/balance"):
        assert visitor.get(path).status_code == 401
        assert visitor.get(path, auth=(key, "")).json()["object"] == "balance"
    assert visitor.post("/v1/coupons", auth=(key, "")).json()["error"]["message"].startswith("Stripe does this; ")
    gone = visitor.get("/sandbox/checkout/cs_none")
    assert (gone.status_code, "TEST" in gone.text) == (404, True)
    assert visitor.get("/sandbox/static/twin.css").status_code == 200
    assert visitor.post("/webhooks/stripe", content=b"{}").status_code == 400


def test_on_this_machine_the_panel_is_open(sqlite_url: str, tmp_path: Path) -> None:
    """For whoever tries Farthing out."""
    with _web(sqlite_url, tmp_path / "var", LOCAL) as (_, visitor):
        page = visitor.get("/sandbox/")

    assert (page.status_code, "The twin of Stripe" in page.text) == (200, True)


LETTER = Letter("receipt:1", "zoe@example.org", "Your receipt", "See https://give.example/r/1", "<p>See</p>")
SECRET = replace(LETTER, key="sign-in:1", subject="Your link", personal=True)


def _post(installation: Installation) -> None:
    with writing(installation.engine) as conn:
        post_letters(conn, [LETTER, SECRET], installation.clock())


def test_the_inbox_is_open_on_this_machine(sqlite_url: str, tmp_path: Path) -> None:
    """Letters as their readers would see them, those with a link to sign in as well; the panel leads there."""
    with _web(sqlite_url, tmp_path / "var", LOCAL) as (installation, visitor):
        _post(installation)
        assert f'href="{LOCAL}/sandbox/inbox"' in visitor.get("/sandbox/").text
        inbox = visitor.get("/sandbox/inbox").text
        assert ("Your receipt" in inbox, "Your link" in inbox) == (True, True)
        letter = visitor.get(f"/sandbox/inbox/{SECRET.id}").text
        assert '<a href="https://give.example/r/1" rel="noopener">' in letter
        assert visitor.get(f"/sandbox/inbox/{LETTER.id}/letter.html").text == "<p>See</p>"
        assert visitor.get(f"/sandbox/inbox/{LETTER.id}/none.pdf").status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "signs_in"),
    [(None, 403, 403), (Role.OWNER, 200, 200), (Role.TREASURER, 200, 404), (Role.ORGANISER, 403, 403)],
)
def test_at_a_public_host_the_inbox_is_behind_the_desks_sign_in(
    public: tuple[Installation, TestClient], role: Role | None, reads: int, signs_in: int
) -> None:
    """And a link that signs somebody in opens for those who manage the staff."""
    installation, member = public
    _post(installation)
    if role is not None:
        sign_in_as(member, installation.engine, installation.clock(), role)

    assert member.get("/sandbox/inbox").status_code == reads
    for page in ("", "/letter.html"):
        assert member.get(f"/sandbox/inbox/{LETTER.id}{page}").status_code == reads
        assert member.get(f"/sandbox/inbox/{SECRET.id}{page}").status_code == signs_in
    assert ("Your link" in member.get("/sandbox/inbox").text) is (signs_in == 200)
