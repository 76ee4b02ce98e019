"""Trouble with the API: answers that never come although the call took effect, and calls that fail."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.chaos import strikes
from sandbox.world import World

OUT_OF_ORDER = {
    "message": "Sorry! There was an error while talking to one of our backends. Support has been notified.",
    "type": "api_error",
}
LOST_FOR = 30.0
"""Real seconds for which an answer is held back: longer than any sensible caller waits."""


class Trouble:
    """Decides, call by call, what becomes of it; the same seed and the same calls have the same trouble."""

    def __init__(self, world: World) -> None:
        self._world, self._calls = world, 0

    def fate_of_next(self) -> str:
        """Nothing (the empty string), 429, 500, lost or reset."""
        self._calls += 1
        for fate in ("429", "500", "lost", "reset"):
            if strikes(self._world, f"api_{fate}", str(self._calls)):
                return fate
        return ""


async def on_the_way_back(fate: str, answer: Response) -> Response:
    """The answer, unless it gets lost: late beyond all patience, or cut off in the middle."""
    if fate == "lost":
        await asyncio.sleep(LOST_FOR)
    return CutOff() if fate == "reset" else answer


class CutOff(Response):
    """An answer of which only the beginning arrives: the server breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise a body and send none, which makes the server close the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
