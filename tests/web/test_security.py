"""Foreign hosts, foreign forms and endless bodies never reach a page."""

import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.browser import served
from tests.web.samples import BASE_URL, Answer, ask, pages
from web.security import FORM_BYTES, secure

FORM = "application/x-www-form-urlencoded"
HERE = ("host", "give.example")
HOSTS = ("www.give.example", "127.0.0.1")


async def echo(request: Request) -> Response:
    """What arrived: the method and the number of bytes."""
    return PlainTextResponse(f"{request.method} {len(await request.body())}")


def site(base_url: str = BASE_URL) -> ASGIApp:
    """An app that answers anything, behind the guards."""
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST", "PUT", "DELETE"])])
    return secure(app, pages=pages(), base_url=base_url, allowed_hosts=HOSTS)


def called(host: str, method: str = "GET", path: str = "/", query: str = "") -> Answer:
    """A request to a host by its name."""
    return ask(site(), method, path, headers=[("host", host)], query=query)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "give.example.evil.example",
        "evil.example:give.example",
        "give.example@evil.example",
        "evil.example@give.example",
        "give.example/evil",
        "give.example:99999",
        "give.example:x",
        "",
        " ",
        "[::1",
    ],
)
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    """Nothing is rendered for it: the name of a page's host must not be a stranger's choice."""
    assert (called(host).status, called(host).headers["content-type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("headers", [[], [HERE, ("host", "evil.example")]], ids=["no host", "two hosts"])
def test_there_is_exactly_one_host(headers: list[tuple[str, str]]) -> None:
    """Two hosts mean that somebody between us and the reader may have read the other one."""
    assert ask(site(), headers=headers).status == 400


def test_a_forwarded_host_changes_nothing() -> None:
    """Only the proxy's own Host counts."""
    answer = ask(site(), headers=[HERE, ("x-forwarded-host", "evil.example")])

    assert (answer.status, answer.body) == (200, "GET 0")


@pytest.mark.parametrize("host", ["give.example", "GIVE.example", "give.example:443"])
def test_our_own_name_is_answered_in_any_spelling(host: str) -> None:
    """Letter case and the scheme's own port are no difference."""
    assert called(host).status == 200


@pytest.mark.parametrize("host", ["www.give.example", "127.0.0.1", "127.0.0.1:8000", "give.example:8443"])
def test_a_reader_at_another_of_our_names_is_brought_to_the_base_url(host: str) -> None:
    """One address for one page; path and query stay."""
    answer = called(host, path="/c/a", query="amount=25&next=%2F")

    assert (answer.status, answer.headers["location"]) == (308, f"{BASE_URL}/c/a?amount=25&next=%2F")


def test_a_path_with_two_slashes_leads_nowhere_else() -> None:
    """`//evil.example` after our host is still our host."""
    assert called("127.0.0.1", path="//evil.example/").headers["location"] == f"{BASE_URL}//evil.example/"


@pytest.mark.parametrize(("method", "path"), [("POST", "/c/a/give"), ("GET", "/healthz"), ("GET", "/readyz")])
def test_forms_and_probes_are_answered_where_they_come(method: str, path: str) -> None:
    """A redirected form would be sent twice; a probe wants this process, not the site."""
    assert called("127.0.0.1", method, path).status == 200


SAME, CROSS, SITE, NONE = "same-origin", "cross-site", "same-site", "none"


@pytest.mark.parametrize(
    ("site_header", "origin", "status"),
    [
        (SAME, BASE_URL, 200),
        (SAME, None, 200),
        (NONE, None, 200),
        (CROSS, "https://evil.example", 403),
        (CROSS, BASE_URL, 403),
        (CROSS, None, 403),
        (SITE, "https://other.give.example", 403),
        ("", None, 403),
        ("SAME-ORIGIN", None, 403),
        (None, BASE_URL, 200),
        (None, "http://give.example", 200),
        (None, "https://evil.example", 403),
        (None, "null", 403),
        (None, "https://give.example.evil.example", 403),
        (None, "", 403),
        (None, None, 200),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_form_is_taken_only_from_our_own_pages(
    method: str, site_header: str | None, origin: str | None, status: int
) -> None:
    """Sec-Fetch-Site decides, else Origin; who sends neither is no browser and carries nobody's session."""
    sent = [("sec-fetch-site", site_header), ("origin", origin)]
    headers = [HERE, *((name, text) for name, text in sent if text is not None)]

    assert ask(site(), method, "/c/a/give", headers=headers).status == status


def test_a_refused_form_is_told_so_on_a_page() -> None:
    """With our own headers on it, and for no cache."""
    answer = ask(site(), "POST", headers=[HERE, ("sec-fetch-site", CROSS)])

    assert "<h1>This form came from somewhere else</h1>" in answer.body
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )


def test_reading_is_free_from_anywhere() -> None:
    """A link on another site must work."""
    assert ask(site(), headers=[HERE, ("sec-fetch-site", CROSS)]).status == 200


def sent(chunks: list[bytes], *more: tuple[str, str]) -> Answer:
    """A form in chunks, with any further headers."""
    return ask(site(), "POST", headers=[HERE, ("content-type", FORM), *more], chunks=chunks)


FULL = b"a" * FORM_BYTES


@pytest.mark.parametrize("chunks", [[FULL], [b"a"] * 1000, [FULL[:-1], b"", b"a"], [b""]])
def test_a_form_up_to_the_limit_arrives_whole(chunks: list[bytes]) -> None:
    """However it is cut."""
    answer = sent(chunks)

    assert (answer.status, answer.body) == (200, f"POST {sum(map(len, chunks))}")


@pytest.mark.parametrize(
    ("chunks", "length"),
    [
        ([FULL, b"a"], None),
        ([FULL, b"a"], "10"),
        ([FULL, b"a"], "nonsense"),
        ([b"a" * 8192] * 9, None),
        ([b"a"], str(FORM_BYTES + 1)),
        ([b"a"], "9" * 5000),
    ],
    ids=["no length", "a small lie", "nonsense", "chunked", "said too large", "absurd"],
)
def test_a_larger_form_is_refused_whatever_its_headers_say(chunks: list[bytes], length: str | None) -> None:
    """Bytes are counted as they come."""
    assert sent(chunks, *([("content-length", length)] if length else [])).status == 413


def test_a_form_that_breaks_off_is_not_answered() -> None:
    """Half a form must not look like a whole one."""
    assert ask(site(), "POST", headers=[HERE, ("content-type", FORM)], chunks=()).status == 0


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "application/json")],
        [("content-type", "text/plain")],
        [],
        [("content-type", FORM), ("content-encoding", "gzip")],
    ],
)
def test_only_plain_forms_are_taken(headers: list[tuple[str, str]]) -> None:
    """No multipart parser to attack, no body to inflate."""
    assert ask(site(), "POST", headers=[HERE, *headers], chunks=[b"a=1"]).status == 415


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/c/\0", "", b""),
        ("GET", "/thanks", "session_id=%00", b""),
        ("POST", "/c/a/give", "", b"name=%00"),
        ("POST", "/c/a/give", "", b"name=\0"),
    ],
)
def test_a_nul_is_refused_wherever_it_stands(method: str, path: str, query: str, body: bytes) -> None:
    """PostgreSQL would raise on it, and that would be told as our bug."""
    headers = [HERE, ("content-type", FORM)]

    assert ask(site(), method, path, headers=headers, chunks=[body], query=query).status == 400


def test_a_chunked_flood_over_a_real_socket_is_cut_off() -> None:
    """No Content-Length at all: the limit holds behind a real server too."""
    with served(site) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            head = f"POST / HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {FORM}\r\n"
            line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            line.sendall(b"".join(b"2000\r\n" + b"a" * 8192 + b"\r\n" for _ in range(9)))
            answer = line.recv(200)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_program_is_refused_in_its_own_words() -> None:
    """A body of JSON under the API's addresses gets problem details, and no page."""
    headers = [HERE, ("content-type", "application/json")]
    answer = ask(site(), "POST", "/api/v1/gifts", headers=headers, chunks=[b"{}"])
    assert (answer.status, answer.headers["content-type"]) == (415, "application/problem+json")
