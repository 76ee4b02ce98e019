"""Each kind of page has exactly its headers."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.web.samples import Answer, ask
from web.headers import HeaderSets, WithHeaders

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; {frames}form-action {targets}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
DONOR = {
    "content-security-policy": PAGE_POLICY.format(frames="", targets="'self' https://checkout.stripe.com"),
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
PRIVATE = DONOR | {
    "content-security-policy": PAGE_POLICY.format(
        frames="", targets="'self' https://checkout.stripe.com https://billing.stripe.com"
    ),
    "cache-control": "no-store",
}
DESK_POLICY = PAGE_POLICY.format(frames="frame-src 'self'; ", targets="'self'")
DESK = PRIVATE | {"content-security-policy": DESK_POLICY}
# Its styles stand on its elements; it runs nothing, loads nothing, sends nothing.
LETTER = PRIVATE | {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; frame-ancestors 'self'"
    )
}
DOWNLOAD = PRIVATE | {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
OF_THE_BODY = ("content-length", "content-type")


async def anything(request: Request) -> Response:
    """Answers with whatever headers the query asks for."""
    return PlainTextResponse("", headers=dict(request.query_params))


def asked(path: str, *, https: bool = True, query: str = "") -> Answer:
    """The answer at a path."""
    app = Starlette(routes=[Route("/{path:path}", anything)])
    return ask(WithHeaders(app, HeaderSets(https)), path=path, query=query)


def headers_of(answer: Answer) -> dict[str, str]:
    """All headers but those that describe the body."""
    return {name: text for name, text in answer.headers.items() if name not in OF_THE_BODY}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", DONOR),
        ("/c/a-campaign/give", DONOR),
        ("/desks", DONOR),
        ("/thanks", PRIVATE),
        ("/thanks/receipt", PRIVATE),
        ("/receipts/abc", PRIVATE),
        ("/giving", PRIVATE),
        ("/desk", DESK),
        ("/desk/gifts", DESK),
        ("/desk/letters/abc", DESK),
        ("/desk/letters/abc/letter.html", LETTER),
        ("/sandbox/inbox", DESK),
    ],
)
def test_a_page_has_exactly_the_headers_of_its_kind(path: str, expected: dict[str, str]) -> None:
    """No header more and none less."""
    assert headers_of(asked(path)) == expected


def test_a_download_may_do_nothing() -> None:
    """Whatever stands in a PDF or a CSV, no script of it runs as ours."""
    headers = headers_of(asked("/receipts/abc.pdf", query="content-disposition=attachment; filename=a.pdf"))

    assert headers == DOWNLOAD | {"content-disposition": "attachment; filename=a.pdf"}


def test_without_https_there_is_no_promise_of_https() -> None:
    """HSTS on a laptop would lock its owner out of every other project on that port."""
    headers = headers_of(asked("/", https=False))

    assert headers == {name: text for name, text in DONOR.items() if name != "strict-transport-security"}


def test_a_page_may_decide_about_caches_and_nothing_else() -> None:
    """A route cannot weaken the policy by accident."""
    answer = asked("/", query="cache-control=max-age=60&content-security-policy=none&x-content-type-options=x")

    assert headers_of(answer) == DONOR | {"cache-control": "max-age=60"}


def test_further_form_targets_stand_in_the_policy_of_donor_pages_only() -> None:
    """The twin's origin is reachable from a donor's form, not from the desk."""
    app = WithHeaders(Starlette(routes=[Route("/{path:path}", anything)]), HeaderSets(True, ("http://127.0.0.1:9",)))

    policies = [ask(app, path=path).headers["content-security-policy"] for path in ("/", "/desk")]

    assert policies == [
        PAGE_POLICY.format(frames="", targets="'self' https://checkout.stripe.com http://127.0.0.1:9"),
        DESK_POLICY,
    ]
