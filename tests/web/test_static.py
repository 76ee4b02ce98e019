"""Static files may be kept for ever, because another file has another address."""

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.web.samples import STATIC, Answer, ask
from web.static import FOR_EVER, NoSuchFile, Static


def fetched(static: Static, url: str, method: str = "GET", accept: str = "") -> Answer:
    """A file over the mount that the product uses."""
    app = Starlette(routes=[Mount("/static", static)])
    return ask(app, method, url, headers=[("host", "x"), ("accept-encoding", accept)])


def test_a_file_is_sent_under_its_address_and_kept_for_ever(tmp_path: Path) -> None:
    """With its type, so that nosniff lets it through."""
    (tmp_path / "site.css").write_text("body { margin: 0 }")
    static = Static(tmp_path)

    answer = fetched(static, static.url("site.css"))

    assert (answer.status, answer.body, answer.headers["cache-control"]) == (
        200,
        "body { margin: 0 }",
        FOR_EVER,
    )
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_another_file_is_another_address(tmp_path: Path) -> None:
    """Also for the files beside it, which may name it by a relative address."""
    (tmp_path / "a.css").write_text("one")
    (tmp_path / "b.css").write_text("two")
    before = Static(tmp_path).url("a.css")
    (tmp_path / "b.css").write_text("three")

    assert Static(tmp_path).url("a.css") != before


def test_a_page_from_before_a_release_still_finds_its_files(tmp_path: Path) -> None:
    """But may not keep them under the old address."""
    (tmp_path / "a.css").write_text("new")

    answer = fetched(Static(tmp_path), "/static/000000000000/a.css")

    assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, "new", "no-cache")


def test_text_is_gzipped_for_who_takes_it() -> None:
    """And the same bytes each time, so two servers agree."""
    static = Static(STATIC)
    file = static.files["site.css"]

    assert file.gzipped is not None
    assert gzip.decompress(file.gzipped) == file.body
    assert Static(STATIC).files["site.css"].gzipped == file.gzipped


def test_an_unknown_file_is_404_and_a_template_that_names_one_fails(tmp_path: Path) -> None:
    """A wrong name shows in the first test, not as a missing picture."""
    static = Static(tmp_path)

    assert fetched(static, "/static/x/none.css").status == 404
    with pytest.raises(NoSuchFile):
        static.url("none.css")


@pytest.mark.parametrize("path", ["../web/pages.py", "%2e%2e/pyproject.toml", "fonts/LICENSE", ""])
def test_nothing_outside_the_known_files_is_served(path: str) -> None:
    """Files are looked up in memory; there is no path to walk."""
    assert fetched(Static(STATIC), f"/static/x/{path}").status == 404


def test_files_are_only_read() -> None:
    """Anything but GET and HEAD is refused."""
    static = Static(STATIC)

    assert fetched(static, static.url("site.css"), "POST").status == 405
