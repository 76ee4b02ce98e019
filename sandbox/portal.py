"""The portal page: a giver changes the card that pays, ends a standing gift, or lets it go on after all."""

from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.api.errors import ApiError, resource_missing
from sandbox.api.form_encoding import page_form_fields
from sandbox.life.customers import methods_of, set_default_method, the_customer
from sandbox.life.lines import in_words
from sandbox.life.means import MEANS, chips
from sandbox.life.methods import Payer, keep, new_method
from sandbox.life.subscriptions import change, period_end, the_subscription
from sandbox.pages import Pages, in_thread
from sandbox.state.store import Object
from sandbox.world import World

LASTS = 3600
"""Seconds for which a portal session may be used."""


class Portal:
    """GET shows cards and standing gifts; POST does one thing and shows the page again."""

    def __init__(self, world: World, pages: Pages, threads: Executor) -> None:
        self._world, self._pages, self._threads = world, pages, threads

    async def respond(self, request: Request) -> Response:
        """The page, or what a button of it does."""
        session_id = request.path_params["id"]
        if request.method == "POST":
            fields = page_form_fields(await request.body(), ("card", "end", "keep"))
            return await in_thread(self._threads, lambda: self._do(session_id, fields))
        return await in_thread(self._threads, lambda: self._show(session_id))

    def _session(self, session_id: str) -> Object:
        found = self._world.store.find(session_id)
        if found is None or found["object"] != "billing_portal.session" or found["created"] < self._world.now - LASTS:
            raise resource_missing("portal session", session_id)
        return found

    def _show(self, session_id: str) -> Response:
        world = self._world
        try:
            with world.step():
                session = self._session(session_id)
                customer = the_customer(world, session["customer"])
                subscriptions = world.store.select(
                    "subscription", "json_extract(body, '$.customer') = ?", (customer["id"],)
                )
                return self._pages.page(
                    "portal.html",
                    session=session,
                    customer=customer,
                    methods=methods_of(world, customer["id"]),
                    subscriptions=[(subscription, _words(subscription)) for subscription in subscriptions],
                    offered=chips(["card"]),
                )
        except ApiError:
            return self._pages.page("gone.html", status=404, session=None)

    def _do(self, session_id: str, fields: dict[str, str]) -> Response:
        try:
            with self._world.step():
                customer = the_customer(self._world, self._session(session_id)["customer"])
                if fields["card"] in MEANS:
                    self._change_card(customer, fields["card"])
                if fields["end"]:
                    self._change_end(customer, fields["end"], ends=True)
                if fields["keep"]:
                    self._change_end(customer, fields["keep"], ends=False)
        except ApiError:
            return self._pages.page("gone.html", status=404, session=None)
        return RedirectResponse(f"{self._world.settings.public_url}/portal/{session_id}", 303)

    def _change_card(self, customer: Object, number: str) -> None:
        """A new card for everything that stands."""
        world = self._world
        method = keep(
            world, new_method(world, MEANS[number], Payer(customer["email"], customer["name"])), customer["id"]
        )
        set_default_method(world, customer, method["id"])
        for subscription in world.store.select(
            "subscription", "json_extract(body, '$.customer') = ?", (customer["id"],)
        ):
            if subscription["status"] != "canceled":
                change(world, subscription, default_payment_method=method["id"])

    def _change_end(self, customer: Object, subscription_id: str, *, ends: bool) -> None:
        """Flexible billing: the portal sets `cancel_at`, not `cancel_at_period_end`."""
        subscription = the_subscription(self._world, subscription_id)
        if subscription["customer"] != customer["id"] or subscription["status"] == "canceled":
            raise resource_missing("subscription", subscription_id)
        reason = "cancellation_requested" if ends else None
        change(
            self._world,
            subscription,
            cancel_at=period_end(subscription) if ends else None,
            cancel_at_period_end=False,
            canceled_at=self._world.now if ends else None,
            cancellation_details={**subscription["cancellation_details"], "reason": reason},
        )


def _words(subscription: Object) -> str:
    return in_words(subscription["items"]["data"][0]["price"]["recurring"])
