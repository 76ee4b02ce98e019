"""A payment link's page: the payer enters the amount, and goes on to a checkout session."""

from concurrent.futures import Executor

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.api.errors import ApiError
from sandbox.api.form_encoding import page_form_fields
from sandbox.lifecycle.payment_links import get_link, open_link
from sandbox.pages import PageRenderer, run_in_thread
from sandbox.state.store import Object
from sandbox.world import World


class LinkPage:
    """GET asks for the amount; POST opens the session. Of the address only `client_reference_id` is kept."""

    def __init__(self, world: World, renderer: PageRenderer, threads: Executor) -> None:
        self._world, self._renderer, self._threads = world, renderer, threads

    async def respond(self, request: Request) -> Response:
        """Answer GET and POST."""
        link_id, reference = request.path_params["id"], request.query_params.get("client_reference_id", "")
        typed = page_form_fields(await request.body(), ("amount",))["amount"] if request.method == "POST" else None
        return await run_in_thread(self._threads, lambda: self._respond(link_id, reference, typed))

    def _respond(self, link_id: str, reference: str, typed: str | None) -> Response:
        try:
            with self._world.step():
                link = get_link(self._world, link_id)
                price = self._world.store.get(link["_price"])
                if not link["active"]:
                    return self._renderer.render("gone.html", status=404, session=None)
                if typed is not None:
                    session = open_link(self._world, link, _minor(typed, price), reference)
                    return RedirectResponse(session["url"], 303)
        except ApiError as error:
            return self._renderer.render("link.html", status=422, mistake=str(error), title="Enter another amount")
        return self._renderer.render("link.html", mistake="", title=f"Pay in {price['currency'].upper()}")


def _minor(typed: str, price: Object) -> int:
    """The amount in hundredths, as it is typed for pounds, euros and dollars; the price's own where it is fixed."""
    if price["custom_unit_amount"] is None:
        return int(price["unit_amount"])
    whole, _, rest = typed.strip().partition(".")
    return int(whole) * 100 + int((rest + "00")[:2]) if (whole + rest).isdecimal() and len(whole) < 9 else 0
