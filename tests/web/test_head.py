"""HEAD is answered as GET would be, without the body."""

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from tests.web.samples import BASE_URL, Answer, ask, pages
from web.security import secure


@pytest.fixture
def site() -> FastAPI:
    """A page and a form."""
    app = FastAPI()

    @app.get("/page")
    def page() -> Response:
        return PlainTextResponse("Good morning.", headers={"X-Seen": "yes"})

    @app.post("/form")
    def form() -> Response:
        return PlainTextResponse("Taken.")

    return app


def asked(site: FastAPI, method: str, path: str) -> Answer:
    """One request through every guard."""
    return ask(secure(site, pages=pages(), base_url=BASE_URL, allowed_hosts=()), method, path)


def test_head_has_the_status_and_headers_of_the_page(site: FastAPI) -> None:
    """And not its words."""
    whole, head = asked(site, "GET", "/page"), asked(site, "HEAD", "/page")

    assert (head.status, head.headers["x-seen"], head.headers["content-length"]) == (200, "yes", "13")
    assert (whole.body, head.body) == ("Good morning.", "")


@pytest.mark.parametrize(("path", "status"), [("/form", 405), ("/nowhere", 404)])
def test_head_is_refused_where_get_is(site: FastAPI, path: str, status: int) -> None:
    """A form is no page, and nothing is nothing."""
    assert asked(site, "HEAD", path).status == asked(site, "GET", path).status == status
