"""The panel: what is in the twin, for a person to see, and buttons for what may happen to it."""

from concurrent.futures import Executor
from dataclasses import asdict
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import decode
from sandbox.chaos import PRESETS, current_chaos
from sandbox.clock_control import ClockControl
from sandbox.deeds import VERDICTS, NotDone, do
from sandbox.life.payouts import SCHEDULES, schedule
from sandbox.life.settlement import balance
from sandbox.pages import Pages, in_thread
from sandbox.webhooks.endpoint import endpoints
from sandbox.webhooks.queue import attempts_of, latest_deliveries

SHOWN = 25
_KINDS = {"sessions": "checkout.session", "charges": "charge", "subscriptions": "subscription",
          "disputes": "dispute", "payouts": "payout", "refunds": "refund"}  # fmt: skip


class Panel:
    """GET shows everything newest first; POST does one thing. Programs that want JSON get a sentence as JSON."""

    def __init__(self, clock_control: ClockControl, pages: Pages, threads: Executor) -> None:
        self._clock_control, self._pages, self._threads = clock_control, pages, threads

    async def respond(self, _: Request) -> Response:
        """The panel as it is now."""
        return await in_thread(self._threads, lambda: self._show(""))

    async def act(self, request: Request) -> Response:
        """Do one thing, and say what was done."""
        if not self._ours(request):
            return Response("This button belongs to the twin's own panel.", 403)
        try:
            fields = decode((await request.body())[:20_000].decode("utf-8", "replace"))
            given = {name: value for name, value in fields.items() if isinstance(value, str)}
            said = await in_thread(self._threads, lambda: do(self._clock_control, request.path_params["name"], given))
            status = 200
        except (NotDone, ApiError) as refused:
            said, status = f"Not done: {refused}", 422
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"said": said}, status)
        return await in_thread(self._threads, lambda: self._show(said, status))

    def _ours(self, request: Request) -> bool:
        """A page from elsewhere must not push our buttons. Programs send neither header."""
        site, origin = request.headers.get("sec-fetch-site", "none"), request.headers.get("origin")
        here = urlsplit(self._clock_control.world.settings.public_url)
        own = f"{here.scheme}://{here.netloc}"
        return site in ("same-origin", "none") and origin in (None, "null", own)

    def _show(self, said: str, status: int = 200) -> Response:
        world = self._clock_control.world
        with world.step():
            deliveries = [
                (delivery, event["type"] if (event := world.store.find(delivery.event)) else "forgotten",
                 attempts_of(world, delivery))
                for delivery in latest_deliveries(world, SHOWN)
            ]  # fmt: skip
            return self._pages.page(
                "panel.html",
                status=status,
                said=said,
                now=world.now,
                running=world.clock.running,
                balance=balance(world),
                mood=asdict(current_chaos(world)),
                moods=list(PRESETS),
                schedule=schedule(world),
                schedules=SCHEDULES,
                limited=bool(world.store.get_value("limited")),
                verdicts={verdict: steps for verdict, (steps, _) in VERDICTS.items()},
                endpoints=endpoints(world),
                deliveries=deliveries,
                **{name: world.store.select(kind, limit=SHOWN) for name, kind in _KINDS.items()},
            )
