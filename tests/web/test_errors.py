"""Whatever goes wrong, the visitor is told what happened and what to do."""

import pytest
import sqlalchemy.exc
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from tests.web.samples import pages
from web.errors import BUSY, NotFound, Refusal, Trouble, Troubles, install_errors


class OutOfTea(Exception):
    """Something that only the house above knows of."""


class Weaker(OutOfTea):
    """A kind of it."""


class Shy(Refusal):
    """A refusal of another package."""

    trouble = Trouble(410, "Gone", "It was here.", "Look elsewhere.")


PROBLEMS = {
    "refusal": Refusal(),
    "not-found": NotFound("No such <b>thing</b>.", advice="Ask <i>us</i>."),
    "shy": Shy(),
    "locked": sqlalchemy.exc.OperationalError("SELECT name", {"name": "Zoë"}, Exception("database is locked")),
    "no-connection": sqlalchemy.exc.TimeoutError("pool"),
    "teapot": HTTPException(418, "secret detail"),
    "tea": Weaker(),
    "bug": ZeroDivisionError("secret detail"),
}
ALSO: Troubles = {OutOfTea: Trouble(507, "No tea", "The pot is empty.", "Boil some.")}


@pytest.fixture
def visitor() -> TestClient:
    """Asks an app whose pages raise."""
    app = FastAPI()
    install_errors(app, pages(), ALSO)

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        raise PROBLEMS[name]

    @app.get("/desk/number/{n}")
    @app.get("/number/{n}")
    def number(n: int) -> int:
        return n

    return TestClient(app, base_url="https://give.example", raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/raise/refusal", 400, "We could not understand that"),
        ("/raise/not-found", 404, "Page not found"),
        ("/raise/shy", 410, "Gone"),
        ("/raise/locked", 503, "We are very busy"),
        ("/raise/no-connection", 503, "We are very busy"),
        ("/raise/teapot", 418, "We could not understand that"),
        ("/raise/tea", 507, "No tea"),
        ("/raise/bug", 500, "Something went wrong"),
        ("/number/x", 400, "We could not understand that"),
        ("/nowhere", 404, "Page not found"),
    ],
)
def test_each_failure_has_its_status_and_its_page(visitor: TestClient, path: str, status: int, title: str) -> None:
    """For no cache, and without a word of what failed inside."""
    answer = visitor.get(path, headers={"accept": "text/html,*/*"})

    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert f"<h1>{title}</h1>" in answer.text
    assert "secret detail" not in answer.text
    assert "Zoë" not in answer.text


def test_a_method_that_is_not_there_is_told(visitor: TestClient) -> None:
    """405, as a page."""
    answer = visitor.delete("/number/1")

    assert (answer.status_code, "<h1>That does not work here</h1>" in answer.text) == (405, True)


def test_a_refusal_may_say_more(visitor: TestClient) -> None:
    """In its own words, as text."""
    page = visitor.get("/raise/not-found").text

    assert "No such &lt;b&gt;thing&lt;/b&gt;." in page
    assert "Ask &lt;i&gt;us&lt;/i&gt;." in page


def test_who_is_busy_says_when_to_come_back(visitor: TestClient) -> None:
    """A lock passes in seconds."""
    assert visitor.get("/raise/locked").headers["retry-after"] == "5"


def test_a_program_is_told_in_json(visitor: TestClient) -> None:
    """Only when it asks for JSON and not for HTML."""
    answer = visitor.get("/raise/locked", headers={"accept": "application/json"})

    assert (answer.status_code, answer.json()["title"]) == (503, BUSY.title)


def test_an_error_at_the_desk_leads_back_to_the_desk(visitor: TestClient) -> None:
    """A treasurer does not look for the campaigns."""
    for path, way_back in (("/desk/number/x", "/desk"), ("/desk/nowhere", "/desk"), ("/number/x", "/")):
        assert f'<a class="button quiet inline" href="{way_back}">' in visitor.get(path).text, path
    assert "campaigns" not in visitor.get("/desk/nowhere").text.partition("<main")[2].partition("</main>")[0]
