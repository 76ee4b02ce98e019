"""The servers that ours is compared with, each in one uvicorn process: `python -m bench.baseline_servers KIND DB FD`.

nothing: answers at once (how fast is the client?). floor: a FastAPI route that verifies and parses.
route: an empty FastAPI route.
usual: one ORM transaction a request, as such services are usually written, with the same rows as ours.
"""

import json
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from bench.orm_baseline import OrmBaseline
from bench.web_process import SECRET
from payments.inbox.webhook import PATH
from payments.stripe.signature import verify


async def nothing(_scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """An ASGI application that reads the body and answers 200."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def floor() -> FastAPI:
    """Verify the signature and parse the body; keep nothing."""
    app = FastAPI(openapi_url=None)

    @app.post(PATH)
    async def webhook(request: Request) -> Response:
        body = await request.body()
        verify(body, request.headers["stripe-signature"].encode(), (SECRET,), datetime.now(UTC))
        json.loads(body)
        return Response()

    return app


def route() -> FastAPI:
    """Answer a GET with nothing."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def empty() -> Response:
        return Response()

    return app


def usual(url: str) -> FastAPI:
    """Verify, parse, and write all rows in one ORM transaction of the request's own."""
    app, books = FastAPI(openapi_url=None), OrmBaseline(url)

    @app.post(PATH)
    async def webhook(request: Request) -> Response:
        body = await request.body()
        verify(body, request.headers["stripe-signature"].encode(), (SECRET,), datetime.now(UTC))
        await run_in_threadpool(books.apply, json.loads(body), body)
        return Response()

    return app


def main() -> None:
    """Serve one of them on a listening socket that the caller passes."""
    kind, url, fd = sys.argv[1], sys.argv[2], int(sys.argv[3])
    apps: dict[str, Callable[[], Any]] = {
        "nothing": lambda: nothing,
        "floor": floor,
        "route": route,
        "usual": lambda: usual(url),
    }
    config = uvicorn.Config(
        apps[kind](), loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    main()
