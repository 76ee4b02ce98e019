"""The addresses of the donor's form, of the form for several campaigns, and of the queue on the way to Stripe."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.responses import Response

from database.instants import Clock
from payments.gifts.gift import Gift
from payments.giving.donor_form import NO_FORM_RULES, DonorForm, FormRules
from payments.giving.form_routes import FormPages, WayToStripe
from payments.giving.gate_routes import Gate
from payments.giving.pace_store import Pace
from payments.giving.places import SEVERAL
from payments.giving.pledges import Pledges
from payments.giving.queue_routes import CheckoutQueue
from payments.giving.shared_form import SharedForm
from payments.giving.shared_routes import SharedFormPages
from payments.giving.surges import SurgeRules
from payments.giving.turns_store import Turns
from web.pages import Pages


def payment_routes(
    engine: Engine,
    pledges: Pledges,
    clock: Clock,
    pages: Pages,
    rules: FormRules = NO_FORM_RULES,
    surges: SurgeRules | None = None,
) -> APIRouter:
    """`/c/{slug}/give`, `/give` for several campaigns, and the queue on the way to Stripe."""
    surges = surges or SurgeRules()
    turns = Turns(engine, clock, surges.key, Pace(surges.stripe_limit))
    queue = CheckoutQueue(engine, pledges, turns, clock, pages)
    way = WayToStripe(Gate(engine, turns, clock, pages, surges.key), queue)
    form = FormPages(engine, pledges, clock, pages, DonorForm(engine, clock, pages, rules, surges.key), way)
    shared = SharedForm(engine, clock, pages, rules, surges.key)
    several = SharedFormPages(engine, pledges, clock, pages, shared, way)

    async def open_checkout(slug: str, gift: Gift) -> Response:
        return await (several if slug == SEVERAL else form).open_checkout(slug, gift)

    router = queue.routes(open_checkout)
    router.add_api_route("/c/{slug}/give", form.show, methods=["GET"])
    router.add_api_route("/c/{slug}/give", form.give, methods=["POST"])
    router.add_api_route("/c/{slug}/give/letter", form.send_link, methods=["POST"])
    router.include_router(several.routes())
    return router
