"""A site for tests: its pages, and a way to ask it things that no client library would ask."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from campaigns.demo import DEMO_ORGANISATION
from organisation.organisation import UNREGULATED, OrganisationProfile
from web.pages import Pages

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
BASE_URL = "https://give.example"
ORGANISATION = replace(DEMO_ORGANISATION, name="Wren & Sons", email="post@wren.example")


def pages(mode: str = "live", base_url: str = BASE_URL, regime: str = UNREGULATED) -> Pages:
    """The real templates for an organisation whose name needs escaping, under these rules on political money."""
    profile = OrganisationProfile(ORGANISATION, "en_GB", regime=regime)
    return Pages(TEMPLATES, identity=lambda: profile, mode=mode, base_url=base_url)


@dataclass(frozen=True)
class Answer:
    """What came back over ASGI."""

    status: int
    headers: Headers
    body: str


def ask(
    app: ASGIApp,
    method: str = "GET",
    path: str = "/",
    *,
    headers: Sequence[tuple[str, str]] = (("host", "give.example"),),
    chunks: Sequence[bytes] = (b"",),
    query: str = "",
) -> Answer:
    """One request, byte by byte as we say; after the last chunk the client waits."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    coming = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1} for n, chunk in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if coming:
            return coming.pop(0)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(_call(app(scope, receive, send)))
    start = next((message for message in sent if message["type"] == "http.response.start"), None)
    if start is None:
        return Answer(0, Headers(), "")
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], Headers(raw=list(start["headers"])), body.decode())


async def _call(answering: Awaitable[None]) -> None:
    await answering
