"""The door of the API: who may ask, what was asked, and the answer in Stripe's shape."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.journal import API_VERSION
from sandbox.state.store import Object, dumps
from sandbox.wire.call import Ask, Call
from sandbox.wire.expanding import Parts, expand
from sandbox.wire.form import decode, encode
from sandbox.wire.idempotency import LONGEST, Keys, Remembered
from sandbox.wire.limits import Limits, too_many
from sandbox.wire.refusals import Refused, RefusedUnread, bad_key, unrecognized_url
from sandbox.wire.trouble import OUT_OF_ORDER, Trouble, on_the_way_back
from sandbox.world import EventRequest, World

LARGEST_BODY = 1 << 20


@dataclass(frozen=True)
class Asked:
    """One request, off the wire."""

    method: str
    path: str
    key: str | None
    form: str
    idempotency_key: str | None
    request: str

    @property
    def fingerprint(self) -> str:
        """Two requests with the same key must have the same."""
        return sha256(f"{self.method} {self.path}\n{self.form}".encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    body: str
    headers: Mapping[str, str]
    fate: str = ""
    """What becomes of it on its way: nothing, "lost", or "reset"."""


def _as_response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers, media_type="application/json")


class Door:
    """Takes requests one by one, in threads of its own, so that nobody else's threads are used up."""

    def __init__(self, world: World, calls: Sequence[Call], parts: Parts, api_key: str, threads: Executor) -> None:
        self._world, self._calls, self._parts = world, calls, parts
        self._api_key, self._threads = api_key, threads
        self._numbers, self._since = count(1), world.random.id_count
        self._keys, self._limits, self._trouble = Keys(world.store), Limits(world), Trouble(world)

    async def respond(self, request: Request) -> Response:
        """One request, in a thread of the twin."""
        body = await _capped(request)
        if body is None:
            return Response(status_code=413)
        asked = Asked(
            method=request.method,
            path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
            key=_bearer(request.headers.get("authorization", "")),
            form="&".join(part for part in (request.url.query, body) if part),
            idempotency_key=request.headers.get("idempotency-key") if request.method == "POST" else None,
            request=self._new_request(),
        )
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self.answer, asked)
        return await on_the_way_back(answer.fate, _as_response(answer))

    def ask(self, method: str, path: str, params: Mapping[str, Any], key: str | None = None) -> tuple[int, Any]:
        """One call without a socket: status and answer. For simulations."""
        asked = Asked(method, path, self._api_key, encode(params), key, self._new_request())
        answer = self.answer(asked)
        return answer.status, json.loads(answer.body)

    def _new_request(self) -> str:
        """A request's id: another one for each, and the same ones again for the same seed."""
        return "req_" + self._world.random.letters(f"request:{self._since}:{next(self._numbers)}", 14)

    def answer(self, asked: Asked) -> Answer:
        """The whole way of one request, refusals included."""
        headers = {"Request-Id": asked.request, "Stripe-Version": API_VERSION}
        if asked.idempotency_key is not None:
            headers["Idempotency-Key"] = asked.idempotency_key
        try:
            with self._keys.alone(asked.idempotency_key):
                fate = self._trouble.fate_of_next()
                given = self._carried_out(asked, fate)
        except RefusedUnread as refused:
            return Answer(refused.status, dumps({"error": refused.error}), headers)
        if given.request != asked.request:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": given.request}
        return Answer(given.status, given.body, headers, fate)

    def _carried_out(self, asked: Asked, fate: str) -> Remembered:
        if asked.key != self._api_key:
            raise bad_key(asked.key)
        self._limits.count(asked.method, asked.path)
        if fate == "429":
            raise too_many("chaos")
        call, ids = self._find(asked)
        _check_key(asked.idempotency_key)
        params = call.accepts.read(decode(asked.form))
        if asked.idempotency_key is not None:
            with self._world.step():
                known = self._keys.recall(asked.idempotency_key, asked.fingerprint, self._world.clock.now())
            if known is not None:
                return known
        if fate == "500":
            with self._world.step():
                return self._kept(asked, Remembered(500, dumps({"error": OUT_OF_ORDER}), asked.request))
        return self._tried(asked, lambda: call.answer(Ask(self._world, params, ids)), params.get("expand", ()))

    def _find(self, asked: Asked) -> tuple[Call, tuple[str, ...]]:
        for call in self._calls:
            if call.method == asked.method and (ids := call.ids_in(asked.path)) is not None:
                return call, ids
        raise unrecognized_url(asked.method, asked.path)

    def _tried(self, asked: Asked, do: Callable[[], Object], expanding: Sequence[str]) -> Remembered:
        """The answer, or the refusal that came while carrying it out: the key remembers either."""
        cause = EventRequest(asked.request, asked.idempotency_key) if asked.method != "GET" else EventRequest()
        try:
            with self._world.step(cause):
                shown = expand(self._world, do(), expanding, self._parts)
                return self._kept(asked, Remembered(200, dumps(shown), asked.request))
        except RefusedUnread:
            raise
        except Refused as refused:
            with self._world.step():
                return self._kept(asked, Remembered(refused.status, dumps({"error": refused.error}), asked.request))

    def _kept(self, asked: Asked, answer: Remembered) -> Remembered:
        if asked.idempotency_key is not None:
            self._keys.remember(asked.idempotency_key, asked.fingerprint, answer, self._world.clock.now())
        return answer


async def _capped(request: Request) -> str | None:
    """The body, as text; None when it is more than 1 MiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body.decode("utf-8", "replace")


def _bearer(authorization: str) -> str | None:
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _check_key(key: str | None) -> None:
    if key is not None and not 0 < len(key) <= LONGEST:
        raise RefusedUnread(f"Idempotency-Key must be 1 to {LONGEST} characters", error_type="idempotency_error")
