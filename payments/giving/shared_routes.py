"""`/give`: one gift that its donor shares over several campaigns, and the way from it to Stripe."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import Response

from campaigns.campaign import Campaign
from database.instants import Clock
from database.transactions import reading
from payments.gifts.gift import Gift
from payments.giving.form import FormFields
from payments.giving.form_routes import FormPages, WayToStripe
from payments.giving.places import SEVERAL
from payments.giving.pledges import Pledges, gift_to_resume, sent_form
from payments.giving.prefilled import DeepLink, SentForm, fields_of_link
from payments.giving.shared_form import SharedForm
from web.language import translated
from web.pages import Pages


class SharedFormPages(FormPages):
    """The form for several campaigns. Its way to Stripe is that of every form."""

    template = "payments/give_several.html"

    def __init__(
        self, engine: Engine, pledges: Pledges, clock: Clock, pages: Pages, form: SharedForm, way: WayToStripe
    ) -> None:
        super().__init__(engine, pledges, clock, pages, form, way)
        self._shared = form

    def routes(self) -> APIRouter:
        """The form, and the wish for a link by letter."""

        async def give(request: Request) -> Response:
            return await self.give(SEVERAL, request)

        async def send_link(request: Request) -> Response:
            return await self.send_link(SEVERAL, request)

        router = APIRouter()
        router.add_api_route("/give", self.show_several, methods=["GET"])
        router.add_api_route("/give", give, methods=["POST"])
        router.add_api_route("/give/letter", send_link, methods=["POST"])
        return router

    def show_several(
        self,
        link: Annotated[DeepLink, Depends()],
        c: Annotated[list[str], Query()] = [],  # noqa: B006 (FastAPI copies it)
        cancelled: str = "",
    ) -> Response:
        """The form: empty, with the campaigns of a link `?c=libraries&c=buses`, or as it was before Stripe."""
        now = self._clock()
        with reading(self._engine) as conn:
            before = gift_to_resume(conn, cancelled, now) if cancelled else None
            sent = sent_form(conn, before) if before and before.is_from_shared_form else None
        if sent:
            fields = self._shared.filled(sent)
            return self._form_page(self._shared.several(fields), fields, {}, cancelled=True)
        ticks = self._shared.linked(c)
        campaign = self._shared.several(ticks)
        fields = fields_of_link(campaign, link, self._shared.groups(campaign), self._pages.wording)
        return self._form_page(campaign, {**fields, **ticks}, {}, cancelled=bool(cancelled))

    def known_fields(self) -> Collection[str]:
        """The names of the form's fields: two for each campaign besides those of every form."""
        return self._shared.known_fields()

    def _recipient(self, slug: str, fields: FormFields) -> Campaign:
        return self._shared.several(fields)

    def _recipient_of(self, slug: str, gift: Gift) -> Campaign:
        with reading(self._engine) as conn:
            return self._shared.several(self._shared.filled(sent_form(conn, gift)))

    def _filled(self, campaign: Campaign, sent: SentForm) -> FormFields:
        return self._shared.filled(sent)

    def _takes_no_gifts(self, campaign: Campaign, fields: FormFields) -> Response:
        """The form with what was typed: one of its campaigns has closed meanwhile, or the attempt is a day old."""
        sentence = translated("One of these campaigns takes no donations now. Choose again: nothing was charged.")
        return self._form_page(campaign, fields, {"campaigns": sentence}, status=409)
