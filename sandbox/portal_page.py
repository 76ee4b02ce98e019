"""The customer portal's page: a customer changes the card, cancels a subscription, or keeps it after all."""

from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.api.errors import ApiError, resource_missing
from sandbox.api.form_encoding import page_form_fields
from sandbox.lifecycle.customers import customer_methods, get_customer, set_default_method
from sandbox.lifecycle.line_items import describe_interval
from sandbox.lifecycle.payment_methods import Payer, attach_method, create_method
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS, method_choices
from sandbox.lifecycle.subscriptions import get_subscription, period_end, update_subscription
from sandbox.pages import PageRenderer, run_in_thread
from sandbox.state.store import Object
from sandbox.world import World

SESSION_SECONDS = 3600
"""Seconds for which a portal session may be used."""


class PortalPage:
    """GET shows cards and subscriptions; POST makes one change and shows the page again."""

    def __init__(self, world: World, renderer: PageRenderer, threads: Executor) -> None:
        self._world, self._renderer, self._threads = world, renderer, threads

    async def respond(self, request: Request) -> Response:
        """Answer GET and POST."""
        session_id = request.path_params["id"]
        if request.method == "POST":
            fields = page_form_fields(await request.body(), ("card", "end", "keep"))
            return await run_in_thread(self._threads, lambda: self._change(session_id, fields))
        return await run_in_thread(self._threads, lambda: self._show(session_id))

    def _session(self, session_id: str) -> Object:
        session = self._world.store.find(session_id)
        if session is None or session["object"] != "billing_portal.session":
            raise resource_missing("portal session", session_id)
        if session["created"] < self._world.now - SESSION_SECONDS:
            raise resource_missing("portal session", session_id)
        return session

    def _show(self, session_id: str) -> Response:
        world = self._world
        try:
            with world.step():
                session = self._session(session_id)
                customer = get_customer(world, session["customer"])
                subscriptions = world.store.select(
                    "subscription", "json_extract(body, '$.customer') = ?", (customer["id"],)
                )
                return self._renderer.render(
                    "portal.html",
                    session=session,
                    customer=customer,
                    methods=customer_methods(world, customer["id"]),
                    subscriptions=[(subscription, _interval(subscription)) for subscription in subscriptions],
                    choices=method_choices(["card"]),
                )
        except ApiError:
            return self._renderer.render("gone.html", status=404, session=None)

    def _change(self, session_id: str, fields: dict[str, str]) -> Response:
        try:
            with self._world.step():
                customer = get_customer(self._world, self._session(session_id)["customer"])
                if fields["card"] in SAMPLE_METHODS:
                    self._change_card(customer, fields["card"])
                if fields["end"]:
                    self._change_end(customer, fields["end"], ends=True)
                if fields["keep"]:
                    self._change_end(customer, fields["keep"], ends=False)
        except ApiError:
            return self._renderer.render("gone.html", status=404, session=None)
        return RedirectResponse(f"{self._world.settings.public_url}/portal/{session_id}", 303)

    def _change_card(self, customer: Object, number: str) -> None:
        """Use a new card for every subscription that is not canceled."""
        world = self._world
        method = attach_method(
            world,
            create_method(world, SAMPLE_METHODS[number], Payer(customer["email"], customer["name"])),
            customer["id"],
        )
        set_default_method(world, customer, method["id"])
        for subscription in world.store.select(
            "subscription", "json_extract(body, '$.customer') = ?", (customer["id"],)
        ):
            if subscription["status"] != "canceled":
                update_subscription(world, subscription, default_payment_method=method["id"])

    def _change_end(self, customer: Object, subscription_id: str, *, ends: bool) -> None:
        """Cancel a subscription at its period's end, or keep it. As with flexible billing this sets `cancel_at`."""
        subscription = get_subscription(self._world, subscription_id)
        if subscription["customer"] != customer["id"] or subscription["status"] == "canceled":
            raise resource_missing("subscription", subscription_id)
        reason = "cancellation_requested" if ends else None
        update_subscription(
            self._world,
            subscription,
            cancel_at=period_end(subscription) if ends else None,
            cancel_at_period_end=False,
            canceled_at=self._world.now if ends else None,
            cancellation_details={**subscription["cancellation_details"], "reason": reason},
        )


def _interval(subscription: Object) -> str:
    return describe_interval(subscription["items"]["data"][0]["price"]["recurring"])
