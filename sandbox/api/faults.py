"""Faults of the API that chaos causes: calls that fail, and responses that are lost although the call took effect."""

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.chaos import fault_occurs
from sandbox.world import World

BACKEND_ERROR = {
    "message": "Sorry! There was an error while talking to one of our backends. Support has been notified.",
    "type": "api_error",
}
"""Stripe's error for a fault of its own."""
LOST_RESPONSE_SECONDS = 30.0
"""Real seconds for which a lost response is held back: longer than a caller's timeout."""


class ApiFaults:
    """Chooses the fault of each call. The same seed and the same calls have the same faults."""

    def __init__(self, world: World) -> None:
        self._world, self._calls = world, 0

    def next_fault(self) -> str:
        """The fault of the next call: none (the empty string), 429, 500, lost or reset."""
        self._calls += 1
        for fault in ("429", "500", "lost", "reset"):
            if fault_occurs(self._world, f"api_{fault}", str(self._calls)):
                return fault
        return ""


async def respond_with_fault(fault: str, response: Response) -> Response:
    """The response; late where it is "lost", cut off where it is "reset"."""
    if fault == "lost":
        await asyncio.sleep(LOST_RESPONSE_SECONDS)
    return BrokenResponse() if fault == "reset" else response


async def respond_to_bug(_request: Request, _error: Exception) -> Response:
    """The response to a request in which the twin itself failed. The server logs the error; its step was undone."""
    return JSONResponse({"error": BACKEND_ERROR}, 500)


class BrokenResponse(Response):
    """No response: the server closes the connection before it has sent a status line."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start a response that cannot be written: its header has a line break in its name.

        ASGI has no message that closes a connection. Both of uvicorn's protocols count the response as started before
        they check its headers, and close the connection of a response that was started and never completed.
        """
        with suppress(Exception):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"\n", b"")]})
