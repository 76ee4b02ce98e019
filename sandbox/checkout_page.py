"""The hosted payment page: shows what is paid, takes a test card, and redirects back to the caller's site."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import page_form_fields
from sandbox.lifecycle.checkout_payment import finish_authentication, pay, session_intent
from sandbox.lifecycle.checkout_sessions import get_session
from sandbox.lifecycle.line_items import describe_interval
from sandbox.lifecycle.payment_methods import Payer
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS, method_choices
from sandbox.pages import PageRenderer, run_in_thread
from sandbox.state.store import Object
from sandbox.webhooks.delivery_loop import DeliveryLoop
from sandbox.world import World

REDIRECT_TIMEOUT = 10.0
"""Real seconds for which the redirect back waits for the webhook of the payment, as Stripe's does."""
_POLL_INTERVAL = 0.02


@dataclass(frozen=True)
class PaymentForm:
    """What the payer entered and chose."""

    card: str = "4242424242424242"
    email: str = ""
    name: str = ""

    def mistakes(self) -> dict[str, str]:
        """The fields that must be corrected, with a sentence for each."""
        mistakes = {}
        if self.card not in SAMPLE_METHODS:
            mistakes["card"] = "Choose one of the test cards."
        if "@" not in self.email or len(self.email) > 512:
            mistakes["email"] = "Enter an email address, such as name@example.org."
        if not 0 < len(self.name.strip()) <= 200:
            mistakes["name"] = "Enter the name on the card."
        return mistakes


class CheckoutPage:
    """The payment page and the bank's page for 3-D Secure. They need no JavaScript."""

    def __init__(self, world: World, renderer: PageRenderer, delivery_loop: DeliveryLoop, threads: Executor) -> None:
        self._world, self._renderer, self._delivery_loop, self._threads = world, renderer, delivery_loop, threads

    async def respond(self, request: Request) -> Response:
        """GET shows the payment page; POST presses Pay."""
        session_id = request.path_params["id"]
        if request.method == "POST":
            form = PaymentForm(**page_form_fields(await request.body(), ("card", "email", "name")))
            response = await run_in_thread(self._threads, lambda: self._pay(session_id, form))
            return await self._after_delivery(response)
        return await run_in_thread(self._threads, lambda: self._show(session_id, None))

    async def respond_as_bank(self, request: Request) -> Response:
        """GET shows the bank's page (3-D Secure); POST is the payer's answer."""
        intent_id = request.path_params["id"]
        if request.method == "POST":
            answer = page_form_fields(await request.body(), ("answer",))["answer"]
            response = await run_in_thread(
                self._threads, lambda: self._authenticate(intent_id, approved=answer == "approve")
            )
            return await self._after_delivery(response)
        return await run_in_thread(self._threads, lambda: self._show_bank(intent_id))

    def _show(
        self, session_id: str, form: PaymentForm | None, mistakes: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        try:
            with self._world.step():
                session = get_session(self._world, session_id)
        except ApiError:
            return self._renderer.render("gone.html", status=404, session=None)
        if session["status"] != "open":
            return self._renderer.render("gone.html", session=session, success_url=_success_url(session))
        customer = session["customer_details"] or {"email": None}
        form = form or PaymentForm(email=customer["email"] or "")
        recurring = [line for line in session["_lines"] if line["price"]["recurring"]]
        return self._renderer.render(
            "checkout.html",
            status=status,
            session=session,
            lines=session["_lines"],
            intervals={line["id"]: describe_interval(line["price"]["recurring"]) for line in recurring},
            choices=method_choices(session["payment_method_types"]),
            form=form,
            email_is_fixed=customer["email"] is not None,
            mistakes=mistakes or {},
        )

    def _pay(self, session_id: str, form: PaymentForm) -> Response:
        if mistakes := form.mistakes():
            return self._show(session_id, form, mistakes, status=422)
        try:
            with self._world.step():
                session = get_session(self._world, session_id)
                email = (session["customer_details"] or {"email": None})["email"] or form.email
                payer = Payer(email, form.name.strip())
                intent_status = pay(self._world, session, SAMPLE_METHODS[form.card], payer)
        except ApiError:
            return self._show(session_id, None)
        return self._respond_to(session, intent_status, form)

    def _respond_to(self, session: Object, intent_status: str, form: PaymentForm | None) -> Response:
        """Redirect to the caller's site or to the bank's page, or show the payment page with the reason."""
        with self._world.step():
            intent = session_intent(self._world, session)
        assert intent is not None, "a session has an intent once Pay was pressed"
        if intent_status == "requires_action":
            return RedirectResponse(intent["next_action"]["redirect_to_url"]["url"], 303)
        if intent_status == "requires_payment_method":
            message = f"{intent['last_payment_error']['message']} Try another card."
            return self._show(session["id"], form, {"card": message}, status=402)
        return RedirectBack(session)

    def _show_bank(self, intent_id: str) -> Response:
        with self._world.step():
            intent = self._world.store.find(intent_id)
            if intent is None or intent.get("status") != "requires_action":
                return self._renderer.render("gone.html", status=404, session=None)
            return self._renderer.render("approve.html", intent=intent)

    def _authenticate(self, intent_id: str, *, approved: bool) -> Response:
        try:
            with self._world.step():
                session = get_session(self._world, self._world.store.get(intent_id)["_session"])
                intent_status = finish_authentication(self._world, session, approved=approved)
        except (ApiError, LookupError):
            return self._renderer.render("gone.html", status=404, session=None)
        return self._respond_to(session, intent_status, None)

    async def _after_delivery(self, response: Response) -> Response:
        """The response; a redirect back waits until the session's webhook was attempted, or `REDIRECT_TIMEOUT`."""
        event_id = response.completed_event if isinstance(response, RedirectBack) else None
        for _ in range(round(REDIRECT_TIMEOUT / _POLL_INTERVAL) if event_id else 0):
            if await run_in_thread(self._threads, lambda: self._delivery_loop.was_attempted(str(event_id))):
                break
            await asyncio.sleep(_POLL_INTERVAL)
        return response


class RedirectBack(RedirectResponse):
    """A redirect to the session's success_url. `completed_event` is the id of checkout.session.completed."""

    def __init__(self, session: Object) -> None:
        super().__init__(_success_url(session), 303)
        self.completed_event: str | None = session.get("_completed_event")


def _success_url(session: Object) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
