"""The API server: checks the key, reads the parameters, runs the call, and answers in Stripe's shape."""

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

from sandbox.api.call import ApiRequest, Call, ids_in
from sandbox.api.errors import ApiError, DeclinedPayment, RejectedRequest, invalid_api_key
from sandbox.api.expand import Includables, expand
from sandbox.api.faults import BACKEND_ERROR, ApiFaults, respond_with_fault
from sandbox.api.form_encoding import decode, encode
from sandbox.api.idempotency import MAX_KEY_LENGTH, IdempotencyKeys, SavedResponse
from sandbox.api.rate_limits import RateLimits, rate_limited
from sandbox.api.secret_key import secret_key_of
from sandbox.api.stripe_calls import more_exact_paths, unknown_call
from sandbox.events import API_VERSION
from sandbox.state.store import Object, dumps
from sandbox.world import EventRequest, World

MAX_BODY_BYTES = 1 << 20


@dataclass(frozen=True)
class RawRequest:
    """One HTTP request, before its parameters are read. `form` is the query string and the body together."""

    method: str
    path: str
    api_key: str | None
    form: str
    idempotency_key: str | None
    id: str

    @property
    def fingerprint(self) -> str:
        """A digest of method, path and parameters. Requests with the same idempotency key must have the same."""
        return sha256(f"{self.method} {self.path}\n{self.form}".encode()).hexdigest()


@dataclass(frozen=True)
class ApiResponse:
    """The response to one request."""

    status: int
    body: str
    headers: Mapping[str, str]
    fault: str = ""
    """What goes wrong with it on its way: nothing (the empty string), "lost", or "reset"."""

    def as_http(self) -> Response:
        """The response for Starlette."""
        return Response(self.body, self.status, self.headers, media_type="application/json")


class ApiServer:
    """Answers requests in the twin's own threads, so that the product's threads are not used up."""

    def __init__(
        self, world: World, calls: Sequence[Call], includables: Includables, api_key: str, threads: Executor
    ) -> None:
        self._world, self._calls, self._includables = world, calls, includables
        self._api_key, self._threads = api_key, threads
        self._request_numbers, self._ids_at_start = count(1), world.random.id_count
        self._keys, self._limits, self._faults = IdempotencyKeys(world.store), RateLimits(world), ApiFaults(world)

    async def respond(self, request: Request) -> Response:
        """Answer one HTTP request; 413 where its body is too large."""
        body = await _read_body(request)
        if body is None:
            return Response(status_code=413)
        raw = RawRequest(
            method=request.method,
            path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
            api_key=secret_key_of(request.headers.get("authorization", "")),
            form="&".join(part for part in (request.url.query, body) if part),
            idempotency_key=request.headers.get("idempotency-key") if request.method == "POST" else None,
            id=self._new_request_id(),
        )
        response = await asyncio.get_running_loop().run_in_executor(self._threads, self.answer, raw)
        return await respond_with_fault(response.fault, response.as_http())

    def request(
        self, method: str, path: str, params: Mapping[str, Any], idempotency_key: str | None = None
    ) -> tuple[int, Any]:
        """Make one call without HTTP, for simulations and tests: its status and its JSON."""
        raw = RawRequest(method, path, self._api_key, encode(params), idempotency_key, self._new_request_id())
        response = self.answer(raw)
        return response.status, json.loads(response.body)

    def _new_request_id(self) -> str:
        """A new req_… id. The same seed gives the same ids again."""
        return "req_" + self._world.random.letters(f"request:{self._ids_at_start}:{next(self._request_numbers)}", 14)

    def answer(self, raw: RawRequest) -> ApiResponse:
        """The response to a request, errors included."""
        headers = {"Request-Id": raw.id, "Stripe-Version": API_VERSION}
        if raw.idempotency_key is not None:
            headers["Idempotency-Key"] = raw.idempotency_key
        try:
            with self._keys.exclusive(raw.idempotency_key):
                fault = self._faults.next_fault()
                response = self._run(raw, fault)
        except RejectedRequest as rejected:
            return ApiResponse(rejected.status, dumps({"error": rejected.error}), headers)
        if response.status >= 500 and raw.idempotency_key is not None:  # the key answers the same for a day
            headers["Stripe-Should-Retry"] = "false"
        if response.request_id != raw.id:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": response.request_id}
        return ApiResponse(response.status, response.body, headers, fault)

    def _run(self, raw: RawRequest, fault: str) -> SavedResponse:
        """Check the request, then answer it from the idempotency key's saved response, or by running the call."""
        if raw.api_key != self._api_key:
            raise invalid_api_key(raw.api_key)
        self._limits.count(raw.method, raw.path)
        if fault == "429":
            raise rate_limited("chaos")
        call, ids = self._find_call(raw)
        _check_idempotency_key(raw.idempotency_key)
        params = call.accepts.read(decode(raw.form))
        if raw.idempotency_key is not None:
            with self._world.step():
                saved = self._keys.find(raw.idempotency_key, raw.fingerprint, self._world.clock.now())
            if saved is not None:
                return saved
        if fault == "500":
            with self._world.step():
                return self._save(raw, SavedResponse(500, dumps({"error": BACKEND_ERROR}), raw.id))
        return self._run_call(raw, lambda: call.answer(ApiRequest(self._world, params, ids)), params.get("expand", ()))

    def _find_call(self, raw: RawRequest) -> tuple[Call, tuple[str, ...]]:
        for call in self._calls:
            if call.method == raw.method and (ids := ids_in(call.path, raw.path)) is not None:
                if ids and any(ids_in(path, raw.path) is not None for path in more_exact_paths(call.method, call.path)):
                    break
                return call, ids
        raise unknown_call(raw.method, raw.path, self._world.settings.public_url)

    def _run_call(self, raw: RawRequest, call: Callable[[], Object], expand_paths: Sequence[str]) -> SavedResponse:
        """Run the call in one step. An error that it raises is saved for the idempotency key as a success is."""
        event_request = EventRequest(raw.id, raw.idempotency_key) if raw.method != "GET" else EventRequest()
        try:
            with self._world.step(event_request):
                try:
                    shown = expand(self._world, call(), expand_paths, self._includables)
                    response = SavedResponse(200, dumps(shown), raw.id)
                except DeclinedPayment as declined:
                    response = SavedResponse(declined.status, dumps({"error": declined.error}), raw.id)
                return self._save(raw, response)
        except RejectedRequest:
            raise
        except ApiError as error:
            with self._world.step():
                return self._save(raw, SavedResponse(error.status, dumps({"error": error.error}), raw.id))

    def _save(self, raw: RawRequest, response: SavedResponse) -> SavedResponse:
        if raw.idempotency_key is not None:
            self._keys.save(raw.idempotency_key, raw.fingerprint, response, self._world.clock.now())
        return response


async def _read_body(request: Request) -> str | None:
    """The body as text; None where it is more than 1 MiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return body.decode("utf-8", "replace")


def _check_idempotency_key(key: str | None) -> None:
    if key is not None and not 0 < len(key) <= MAX_KEY_LENGTH:
        raise RejectedRequest(
            f"Idempotency-Key must be 1 to {MAX_KEY_LENGTH} characters", error_type="idempotency_error"
        )
