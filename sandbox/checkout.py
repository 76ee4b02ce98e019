"""The hosted payment page: what is paid, to whom, by which test means; then back to where the payer came from."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import page_form_fields
from sandbox.life.lines import in_words
from sandbox.life.means import MEANS, chips
from sandbox.life.methods import Payer
from sandbox.life.paying import answer_the_bank, intent_behind, pay
from sandbox.life.sessions import the_session
from sandbox.pages import Pages, in_thread
from sandbox.state.store import Object
from sandbox.webhooks.delivery_loop import DeliveryLoop
from sandbox.world import World

REDIRECT_WAITS = 10.0
"""Real seconds for which the payer is held until the endpoint has answered, as Stripe does it."""
_GLANCE = 0.02


@dataclass(frozen=True)
class Typed:
    """What the payer typed and chose."""

    card: str = "4242424242424242"
    email: str = ""
    name: str = ""

    def mistakes(self) -> dict[str, str]:
        """What must be typed otherwise: a sentence for each field."""
        found = {}
        if self.card not in MEANS:
            found["card"] = "Choose one of the test cards."
        if "@" not in self.email or len(self.email) > 512:
            found["email"] = "Enter an email address, such as name@example.org."
        if not 0 < len(self.name.strip()) <= 200:
            found["name"] = "Enter the name on the card."
        return found


class Checkout:
    """GET shows the page, POST presses Pay. It needs no JavaScript."""

    def __init__(self, world: World, pages: Pages, delivery_loop: DeliveryLoop, threads: Executor) -> None:
        self._world, self._pages, self._delivery_loop, self._threads = world, pages, delivery_loop, threads

    async def respond(self, request: Request) -> Response:
        """The page, or what pressing Pay leads to."""
        session_id = request.path_params["id"]
        if request.method == "POST":
            typed = Typed(**page_form_fields(await request.body(), ("card", "email", "name")))
            answer = await in_thread(self._threads, lambda: self._pay(session_id, typed))
            return await self._held(answer)
        return await in_thread(self._threads, lambda: self._show(session_id, None))

    async def approval(self, request: Request) -> Response:
        """The bank's question (3-D Secure), or the payer's answer to it."""
        intent_id = request.path_params["id"]
        if request.method == "POST":
            answer = page_form_fields(await request.body(), ("answer",))["answer"]
            response = await in_thread(self._threads, lambda: self._approve(intent_id, approved=answer == "approve"))
            return await self._held(response)
        return await in_thread(self._threads, lambda: self._ask(intent_id))

    def _show(
        self, session_id: str, typed: Typed | None, mistakes: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        try:
            with self._world.step():
                session = the_session(self._world, session_id)
        except ApiError:
            return self._pages.page("gone.html", status=404, session=None)
        if session["status"] != "open":
            return self._pages.page("gone.html", session=session, way_back=_way_back(session))
        known = session["customer_details"] or {"email": None}
        typed = typed or Typed(email=known["email"] or "")
        rhythms = {line["id"]: in_words(line["price"]["recurring"]) for line in _standing(session)}
        return self._pages.page(
            "checkout.html",
            status=status,
            session=session,
            lines=session["_lines"],
            rhythms=rhythms,
            offered=chips(session["payment_method_types"]),
            typed=typed,
            email_is_known=known["email"] is not None,
            mistakes=mistakes or {},
        )

    def _pay(self, session_id: str, typed: Typed) -> Response:
        if mistakes := typed.mistakes():
            return self._show(session_id, typed, mistakes, status=422)
        try:
            with self._world.step():
                session = the_session(self._world, session_id)
                email = (session["customer_details"] or {"email": None})["email"] or typed.email
                outcome = pay(self._world, session, MEANS[typed.card], Payer(email, typed.name.strip()))
        except ApiError:
            return self._show(session_id, None)
        return self._after(session, outcome, typed)

    def _after(self, session: Object, outcome: str, typed: Typed | None) -> Response:
        """On to the thanks, to the bank's question, or back to the page with the reason."""
        with self._world.step():
            intent = intent_behind(self._world, session)
        assert intent is not None, "whoever has pressed Pay has an intent"
        if outcome == "requires_action":
            return RedirectResponse(intent["next_action"]["redirect_to_url"]["url"], 303)
        if outcome == "requires_payment_method":
            words = f"{intent['last_payment_error']['message']} Try another card."
            return self._show(session["id"], typed, {"card": words}, status=402)
        return Onwards(session)

    def _ask(self, intent_id: str) -> Response:
        with self._world.step():
            intent = self._world.store.find(intent_id)
            if intent is None or intent.get("status") != "requires_action":
                return self._pages.page("gone.html", status=404, session=None)
            return self._pages.page("approve.html", intent=intent)

    def _approve(self, intent_id: str, *, approved: bool) -> Response:
        try:
            with self._world.step():
                session = the_session(self._world, self._world.store.get(intent_id)["_session"])
                outcome = answer_the_bank(self._world, session, approved=approved)
        except (ApiError, LookupError):
            return self._pages.page("gone.html", status=404, session=None)
        return self._after(session, outcome, None)

    async def _held(self, answer: Response) -> Response:
        """Hold the payer until the endpoint has heard of the payment, or has had time enough."""
        told = answer.told if isinstance(answer, Onwards) else None
        for _ in range(round(REDIRECT_WAITS / _GLANCE) if told else 0):
            if await in_thread(self._threads, lambda: self._delivery_loop.was_attempted(str(told))):
                break
            await asyncio.sleep(_GLANCE)
        return answer


class Onwards(RedirectResponse):
    """Back to where the payer came from; `told` is the event of which the endpoint should have heard by then."""

    def __init__(self, session: Object) -> None:
        super().__init__(_way_back(session), 303)
        self.told: str | None = session.get("_told")


def _standing(session: Object) -> list[Object]:
    return [line for line in session["_lines"] if line["price"]["recurring"]]


def _way_back(session: Object) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
