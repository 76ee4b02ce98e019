"""The panel: shows what is in the twin, with a button for each control."""

from concurrent.futures import Executor
from dataclasses import asdict
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import decode
from sandbox.api.stripe_calls import methods_by_path, missing_calls
from sandbox.calls.all_calls import CALLS
from sandbox.chaos import PRESETS, current_chaos
from sandbox.clock_control import ClockControl
from sandbox.controls import ControlRefused, run_control
from sandbox.examples import examples
from sandbox.lifecycle.balance import balance
from sandbox.lifecycle.payouts import SCHEDULES, payout_schedule
from sandbox.pages import PageRenderer, run_in_thread
from sandbox.verdicts import VERDICTS
from sandbox.webhooks.endpoint import endpoints, secret_of
from sandbox.webhooks.queue import attempts_of, latest_deliveries

MAX_ROWS = 25
"""Rows of each table, the newest first."""
MAX_REPLIES = 100
"""Replies of controls that are kept for the pages which show them."""
_KINDS = {"sessions": "checkout.session", "charges": "charge", "subscriptions": "subscription",
          "disputes": "dispute", "payouts": "payout", "refunds": "refund"}  # fmt: skip


class PanelPage:
    """GET shows the panel; POST to /do/{name} runs a control and redirects to the panel, which shows the reply.

    So a reload pushes no button again. Programs that accept JSON get the reply as JSON.
    """

    def __init__(self, clock_control: ClockControl, renderer: PageRenderer, threads: Executor, api_key: str) -> None:
        self._clock_control, self._renderer, self._threads = clock_control, renderer, threads
        self._api_key = api_key
        self._replies: dict[str, str] = {}

    async def respond(self, request: Request) -> Response:
        """The panel as it is now, with the reply of the control that led to it."""
        message = self._replies.get(request.query_params.get("reply", ""), "")
        return await run_in_thread(self._threads, lambda: self._show(message))

    async def respond_to_control(self, request: Request) -> Response:
        """Run a control, and lead to its reply; as JSON it has status 422 where it is refused."""
        if not self._is_own_page(request):
            return Response("This button belongs to the twin's own panel.", 403)
        name = request.path_params["name"]
        try:
            form = decode((await request.body())[:20_000].decode("utf-8", "replace"))
            fields = {field if isinstance(value, str) else f"{field}[…]": str(value) for field, value in form.items()}
            message = await run_in_thread(self._threads, lambda: run_control(self._clock_control, name, fields))
            status = 200
        except (ControlRefused, ApiError) as refused:
            message, status = f"Not done: {refused}", 422
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"message": message}, status)
        home = self._clock_control.world.settings.public_url
        return RedirectResponse(f"{home}/?reply={self._keep_reply(message)}", 303)

    def _keep_reply(self, message: str) -> str:
        """A name under which the panel finds this reply: random, so that no link can choose what the panel says."""
        name = token_urlsafe(9)
        self._replies[name] = message
        if len(self._replies) > MAX_REPLIES:
            del self._replies[next(iter(self._replies))]
        return name

    def _is_own_page(self, request: Request) -> bool:
        """Whether the request comes from the panel, or from a program, which sends neither of these headers."""
        site, origin = request.headers.get("sec-fetch-site", "none"), request.headers.get("origin")
        public_url = urlsplit(self._clock_control.world.settings.public_url)
        own_origin = f"{public_url.scheme}://{public_url.netloc}"
        return site in ("same-origin", "none") and origin in (None, "null", own_origin)

    def _show(self, message: str) -> Response:
        world = self._clock_control.world
        with world.step():
            tables: dict[str, Any] = {name: world.store.select(kind, limit=MAX_ROWS) for name, kind in _KINDS.items()}
            deliveries = [
                (delivery, event["type"] if (event := world.store.find(delivery.event)) else "forgotten",
                 attempts_of(world, delivery))
                for delivery in latest_deliveries(world, MAX_ROWS)
            ]  # fmt: skip
            return self._renderer.render(
                "panel.html",
                message=message,
                inbox_url=world.settings.inbox_url,
                now=world.now,
                running=world.clock.running,
                balance=balance(world),
                chaos=asdict(current_chaos(world)),
                presets=list(PRESETS),
                schedule=payout_schedule(world),
                schedules=SCHEDULES,
                limited=bool(world.store.get_value("limited")),
                verdicts={verdict: statuses for verdict, (statuses, _) in VERDICTS.items()},
                endpoints=[(endpoint, secret_of(world, endpoint)) for endpoint in endpoints(world)],
                api_key=self._api_key,
                examples=examples(world.settings.public_url, self._api_key),
                answered_calls=methods_by_path((call.method, call.path) for call in CALLS),
                missing_calls=methods_by_path(missing_calls(CALLS)),
                deliveries=deliveries,
                **tables,
            )
