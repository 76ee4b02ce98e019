"""Logs tell what happened and never whom it happened to."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy.exc
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.logs import RequestLog, redacted, write_logs

CANARIES = {
    "a key": "sk_live_51Hx0aBcDeF",
    "a restricted key": "rk_test_51Hx0aBcDeF",
    "a signing secret": "whsec_9f8e7d6c5b4a",
    "a client secret": "pi_3Abc_secret_9f8e7d",
    "an e-mail address": "zoe.unal+gifts@example.org",
    "a signature": "t=1,v1=" + "0123456789abcdef" * 4,
    "a receipt's token": "/receipts/Zm9vYmFyYmF6cXV4",
    "a session": "/thanks?session_id=cs_test_a1b2c3",
}
HIDDEN = ("51Hx0aBcDeF", "9f8e7d", "zoe.unal", "example.org", "0123456789abcdef", "Zm9vYmFy", "a1b2c3")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What has been logged; afterwards logging is as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    write_logs(stream)
    yield stream
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines as they would be read by a machine."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_ids(written: io.StringIO) -> None:
    """One line for one thing that happened."""
    structlog.get_logger("payments").info("gift received", gift_id="8d2f", minor=2500)

    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "gift received",
        "gift_id": "8d2f",
        "minor": 2500,
        "level": "info",
        "logger": "payments",
    }


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES.keys())
def test_no_secret_and_no_person_reaches_a_line(written: io.StringIO, canary: str) -> None:
    """Not as a value, in a list, within a structure, in the sentence, or from a library."""
    structlog.get_logger().warning(canary, found=canary, many=[canary], deep={"x": canary}, thing=Exception(canary))
    logging.getLogger("a.library").error("failed with %s", canary)

    assert [hidden for hidden in HIDDEN if hidden in written.getvalue()] == []


@pytest.mark.parametrize("key", ["name", "email", "donor_name", "message", "payload", "address"])
def test_what_is_personal_by_name_is_left_out(written: io.StringIO, key: str) -> None:
    """Whatever it holds."""
    structlog.get_logger().info("told", **{key: "Zoë Ünal, 4 Lantern Row"})

    assert lines(written)[0][key] == "[private]"


def test_a_failed_statement_is_told_without_its_values(written: io.StringIO) -> None:
    """SQLAlchemy writes parameters into its message; a donor's name would be among them."""
    try:
        raise sqlalchemy.exc.OperationalError(
            "INSERT INTO gift (donor_name) VALUES (?)",
            ("Zoë Ünal [junior]",),
            Exception("database is locked"),
        )
    except sqlalchemy.exc.OperationalError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    (line,) = lines(written)
    assert "database is locked" in line["exception"]
    assert "Zoë" not in written.getvalue()


def test_a_request_is_one_line_without_its_path(written: io.StringIO) -> None:
    """The route tells enough; the path may hold a donor's token."""
    app = FastAPI()

    @app.get("/receipts/{token}")
    def show(token: str) -> str:
        return token

    client = TestClient(RequestLog(app))
    client.get("/receipts/Zm9vYmFy?x=1")
    client.get("/nowhere/Zm9vYmFy")

    requests = [
        (line["method"], line["route"], line["status"]) for line in lines(written) if line["event"] == "answered"
    ]
    assert requests == [("GET", "/receipts/{token}", 200), ("GET", "no route", 404)]
    assert "Zm9vYmFy" not in written.getvalue()


@pytest.mark.parametrize(("level", "count"), [(logging.INFO, 0), (logging.WARNING, 1)], ids=["info", "warning"])
def test_libraries_are_heard_only_when_something_is_wrong(written: io.StringIO, level: int, count: int) -> None:
    """At INFO, uvicorn and every HTTP client write addresses whole."""
    logging.getLogger("an.http.client").log(level, '"%s %s HTTP/1.1" 200', "GET", "/receipts/Zm9vYmFy")

    assert len(lines(written)) == count
    assert "Zm9vYmFy" not in written.getvalue()


def test_a_request_that_fails_is_a_line_too(written: io.StringIO) -> None:
    """With status 500, and the error goes on to whoever logs it."""
    app = FastAPI()

    @app.get("/bug")
    def fail() -> None:
        raise ZeroDivisionError

    TestClient(RequestLog(app), raise_server_exceptions=False).get("/bug")

    assert [line["status"] for line in lines(written) if line["event"] == "answered"] == [500]


def test_a_long_text_is_cleaned_in_no_time() -> None:
    """The patterns never walk back; a hundred thousand letters are no attack."""
    text = redacted(("a" * 63 + "@") * 1600 + "[parameters: " * 1000)

    assert len(text) < 100_000
