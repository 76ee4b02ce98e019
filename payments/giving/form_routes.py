"""The pages of the donor's form, and the way from it to Stripe."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import Depends
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, Openness
from campaigns.routes import find_campaign, moved_to
from campaigns.store import parent_of
from database.instants import Clock
from database.transactions import reading
from ledger.views import gave_back
from payments.gifts.gift import Gift
from payments.giving.donor_form import DonorForm
from payments.giving.form import FIELDS, FieldErrors, FormFields, Pledge
from payments.giving.gate_routes import Gate, Stop
from payments.giving.payment_links_store import payment_link_for
from payments.giving.places import place_of
from payments.giving.pledges import (
    NotOpen,
    PaymentUnderWay,
    Pledges,
    gift_to_resume,
    recurring_of_gift,
    sent_form,
)
from payments.giving.prefilled import DeepLink, SentForm, fields_of_form, fields_of_link
from payments.giving.question_routes import DonorQuestions
from payments.giving.queue_routes import CheckoutQueue
from payments.stripe.gateway import AmountRefused, StripeAway, StripeBusy, StripeRefused
from web.client_address import address_of_client
from web.forms import posted_fields
from web.language import translated
from web.pages import Pages

# Calls to Stripe have threads of their own, so that slow answers never delay a page.
GATEWAY_THREADS = 20
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WayToStripe:
    """What stands between a form and Stripe: who must solve a puzzle, and whose turn it is."""

    gate: Gate
    queue: CheckoutQueue


class FormPages:
    """The donor's form and the way from it to Stripe."""

    template = "payments/give.html"

    def __init__(
        self,
        engine: Engine,
        pledges: Pledges,
        clock: Clock,
        pages: Pages,
        form: DonorForm,
        way: WayToStripe,
    ) -> None:
        self._engine, self._pledges, self._clock, self._pages = engine, pledges, clock, pages
        self._form, self._queue, self._gate = form, way.queue, way.gate
        self._questions = DonorQuestions(pages, form)
        self._limiter = CapacityLimiter(GATEWAY_THREADS)

    def show(
        self,
        request: Request,
        slug: str,
        link: Annotated[DeepLink, Depends()],
        cancelled: str = "",
    ) -> Response:
        """The form: empty, preselected by a deep link, or as a donor who turned back at Stripe had filled it in."""
        campaign, now = self._recipient(slug, {}), self._clock()
        if campaign.slug != slug:
            return moved_to(f"/c/{campaign.slug}/give", request)
        with reading(self._engine) as conn:
            if campaign.openness_under(parent_of(conn, campaign), now) is not Openness.OPEN:
                return self._takes_no_gifts(campaign, {})
            before = gift_to_resume(conn, cancelled, now) if cancelled else None
            sent = sent_form(conn, before) if before else None
        if sent:
            fields = self._filled(campaign, sent)
        else:
            fields = fields_of_link(campaign, link, self._form.groups(campaign), self._pages.wording)
        return self._form_page(campaign, fields, {}, cancelled=bool(cancelled))

    def known_fields(self) -> Collection[str]:
        """The names of the form's fields."""
        return FIELDS

    async def send_link(self, slug: str, request: Request) -> Response:
        """Send the donor a link to the payment, instead of a puzzle for the browser."""
        known = await run_in_threadpool(self.known_fields)
        return await self._gate.send_link(slug, request, known, self.save)

    async def give(self, slug: str, request: Request) -> Response:
        """Save the gift, open its checkout at its turn, and send the donor there."""
        fields = await posted_fields(request, await run_in_threadpool(self.known_fields))
        address = address_of_client(request) or ""
        gift = await run_in_threadpool(self.save, slug, fields, address, self._gate.stop(address))
        return gift if isinstance(gift, Response) else await self._queue.send(slug, gift, self.open_checkout)

    async def open_checkout(self, slug: str, gift: Gift) -> Response:
        """Open this gift's checkout, and send the donor there; raises StripeBusy."""
        try:
            url = await to_thread.run_sync(self._pledges.open_checkout, gift, limiter=self._limiter)
        except AmountRefused as refusal:
            return await run_in_threadpool(self._refused_amount, slug, gift, refusal)
        except StripeRefused as refusal:
            log.error("checkout_refused", gift=gift.id, error=str(refusal))
            return await run_in_threadpool(self._not_charged, slug, gift, status=502)
        except StripeBusy:
            raise
        except StripeAway as outage:
            log.error("checkout_not_opened", gift=gift.id, error=str(outage))
            return await run_in_threadpool(self._not_charged, slug, gift, status=503)
        return RedirectResponse(url, 303)

    def save(self, slug: str, fields: FormFields, address: str, stop: Stop) -> Gift | Response:
        """The saved gift of a form, or the page to show instead: `stop` has a say before anything is saved."""
        campaign = self._recipient(slug, fields)
        try:
            if fields.get("retry"):
                gift = stop(campaign, fields) or self._pledges.retry(fields["retry"])
            else:
                gift = self._pledge(campaign, fields, address, stop)
        except NotOpen:
            return self._takes_no_gifts(campaign, fields)
        if gift is None:
            return RedirectResponse(f"{self._pages.base_url}{place_of(campaign)}/give", 303)
        if isinstance(gift, PaymentUnderWay):
            return self._ask_again(campaign, gift, fields)
        return gift

    def _takes_no_gifts(self, campaign: Campaign, _fields: FormFields) -> Response:
        """Why nothing can be given to this campaign now, and where to go on. Nothing is charged."""
        now = self._clock()
        with reading(self._engine) as conn:
            decides = campaign.decided_by(parent_of(conn, campaign), now)
        return self._pages.page(
            "payments/takes_no_gifts.html",
            status=409,
            private=True,
            campaign=campaign,
            decides=decides,
            openness=decides.openness(now).name,
        )

    def _ask_again(self, campaign: Campaign, paid: PaymentUnderWay, fields: FormFields) -> Response:
        """The same page was sent again after it was paid: ask whether a second gift is meant. Nothing is charged."""
        if fields.get("retry"):
            return RedirectResponse(f"{self._pages.base_url}/thanks?session_id={paid.session_id}", 303)
        with reading(self._engine) as conn:
            went_back = gave_back(conn, paid.gift.id, paid.gift.amount.currency)
        return self._pages.page(
            "payments/again.html",
            status=409,
            private=True,
            campaign=campaign,
            form_at=place_of(campaign),
            state=paid.gift.state.value,
            went_back=went_back,
            amount=paid.gift.amount,
            asked=paid.asked,
            # Who sent no token may be somebody else who typed the same: the link shows the donor's name.
            session_id=paid.session_id if fields.get("form_token") else None,
            again={**fields, "form_token": self._gate.token()},
        )

    def _pledge(
        self, campaign: Campaign, fields: FormFields, address: str, stop: Stop
    ) -> Gift | PaymentUnderWay | Response:
        if fields.get("more"):  # from the campaign's sheet: the whole form, as far as it is filled in
            return self._form_page(campaign, fields, {})
        pledge = self._form.read(campaign, fields)
        if not isinstance(pledge, Pledge):
            return self._form_page(campaign, fields, pledge, status=422)
        recipient = self._form.recipient(campaign, fields) or campaign
        answered = self._questions.ask(campaign, fields, pledge)
        if isinstance(answered, Response):
            return answered
        if (stopped := stop(campaign, fields)) is not None:
            return stopped
        return self._pledges.save(recipient, answered, self._form.key(recipient, fields, answered, address))

    def _form_page(
        self,
        campaign: Campaign,
        fields: FormFields,
        errors: FieldErrors,
        *,
        cancelled: bool = False,
        status: int = 200,
    ) -> Response:
        values = self._form.page_values(campaign, fields, errors)
        return self._pages.page(self.template, status=status, private=True, cancelled=cancelled, **values)

    def _recipient(self, slug: str, _fields: FormFields) -> Campaign:
        """The campaign at an address, also at one that it had before: a form that is open stays good."""
        with reading(self._engine) as conn:
            return find_campaign(conn, slug)

    def _recipient_of(self, slug: str, _gift: Gift) -> Campaign:
        """The campaign of the form that a gift was made with."""
        return self._recipient(slug, {})

    def _filled(self, campaign: Campaign, sent: SentForm) -> FormFields:
        """The form as it was sent."""
        return fields_of_form(sent, campaign, self._form.groups(campaign), self._pages.wording)

    def _refused_amount(self, slug: str, gift: Gift, refusal: AmountRefused) -> Response:
        """The form again, with what was filled in, and what to enter instead."""
        campaign = self._recipient_of(slug, gift)
        with reading(self._engine) as conn:
            sent = sent_form(conn, gift)
        fields = self._filled(campaign, sent)
        if refusal.too_small:
            sentence = translated(
                "Enter a larger amount: Stripe does not take so small a payment in %(currency)s.",
                currency=campaign.currency.code,
            )
        else:
            sentence = translated(
                "Enter a smaller amount: Stripe does not take so large a payment in %(currency)s.",
                currency=campaign.currency.code,
            )
        return self._form_page(campaign, fields, {"amount": sentence}, status=422)

    def _not_charged(self, slug: str, gift: Gift, *, status: int) -> Response:
        campaign = self._recipient_of(slug, gift)
        with reading(self._engine) as conn:
            recurring = recurring_of_gift(conn, gift)
            link = payment_link_for(conn, campaign, gift)
        return self._pages.page(
            "payments/not_charged.html",
            status=status,
            private=True,
            refused=status == 502,
            reference=gift.reference,
            campaign=campaign,
            form_at=place_of(campaign),
            payment_link=link,
            amount=gift.amount,
            interval=recurring.interval.value if recurring else None,
            retry=gift.id,
        )
