"""The donor's pages: the form, the way to Stripe, and thanks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign, Openness
from campaigns.routes import NoSuchCampaign
from campaigns.store import campaign_by_slug, progress
from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from payments.gifts import store
from payments.gifts.gift import Gift, GiftState, minimum
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import Upcoming, upcoming
from payments.giving.form import FIELDS, FieldErrors, FormFields, Pledge, presets, read_form
from payments.giving.pledges import NotOpen, PaymentUnderWay, Pledges, gift_to_resume, recurring_of_gift
from payments.giving.prefilled import fields_of_gift, fields_of_link, interval_choices, template_fields
from payments.giving.rhythm_form import IntervalOffer
from payments.stripe.gateway import StripeAway, StripeRefused
from receipts.store import Issued, mint_token, receipt_of_gift
from web.errors import NOT_FOUND, NotFound, Refusal, Trouble
from web.pages import Pages

# Calls to Stripe have threads of their own, so that slow answers never delay a page.
GATEWAY_THREADS = 20
RECEIPT_LINK_LIFETIME = timedelta(hours=24)
_STATES = {
    GiftState.PENDING: "confirming",
    GiftState.PROCESSING: "processing",
    GiftState.EXPIRED: "expired",
    GiftState.FAILED: "failed",
    GiftState.RECEIVED: "received",
}

log = structlog.get_logger()


class TakesNoGifts(Refusal):
    """The campaign is closed or not open yet."""

    trouble = Trouble(
        409, "This campaign is not taking gifts", "It is closed, or has not opened yet. Nothing was charged.",
        "See the campaign's page for its dates, or choose another campaign.",
    )  # fmt: skip


class LinkTooOld(Refusal):
    """The thank-you page's address alone no longer opens a receipt."""

    trouble = Trouble(
        410, "This link has done its work", "A receipt can be opened from here for one day after the gift.",
        "Write to us with your reference and we will send it again.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThanksDetails:
    """What the thank-you page may show to anybody who has its address. `upcoming` are further instalments, if any."""

    amount: Money
    donor_name: str
    given_on: date
    reference: str
    upcoming: Upcoming | None


def payment_routes(
    engine: Engine, pledges: Pledges, clock: Clock, pages: Pages, intervals: Sequence[Interval] = ()
) -> APIRouter:
    """`/c/{slug}/give`, `/thanks` and the way from there to the receipt.

    `intervals` are what the form offers besides giving once.
    """
    form, thanks = FormPages(engine, pledges, clock, pages, intervals), ThanksPages(engine, clock, pages)
    router = APIRouter()
    router.add_api_route("/c/{slug}/give", form.show, methods=["GET"])
    router.add_api_route("/c/{slug}/give", form.give, methods=["POST"])
    router.add_api_route("/thanks", thanks.show, methods=["GET"])
    router.add_api_route("/thanks/receipt", thanks.open_receipt, methods=["POST"])
    return router


class FormPages:
    """The donor's form and the way from it to Stripe."""

    def __init__(
        self, engine: Engine, pledges: Pledges, clock: Clock, pages: Pages, intervals: Sequence[Interval]
    ) -> None:
        self._engine, self._pledges, self._clock, self._pages = engine, pledges, clock, pages
        self._intervals = tuple(intervals)
        self._limiter = CapacityLimiter(GATEWAY_THREADS)

    def show(self, slug: str, cancelled: str = "", amount: str = "", interval: str = "") -> Response:
        """The form: empty, preselected by a deep link, or as a donor who turned back at Stripe had filled it in."""
        campaign, now = _campaign(self._engine, slug), self._clock()
        if campaign.openness(now) is not Openness.OPEN:
            raise TakesNoGifts
        with reading(self._engine) as conn:
            before = gift_to_resume(conn, cancelled, now) if cancelled else None
            recurring = recurring_of_gift(conn, before) if before else None
        if before:
            fields = fields_of_gift(before, recurring, campaign, self._pages.wording.zone)
        else:
            fields = fields_of_link(campaign, amount, interval, self._intervals)
        return self._form(campaign, fields, {}, cancelled=bool(cancelled))

    async def give(self, slug: str, request: Request) -> Response:
        """Save the gift, open its checkout, and send the donor there."""
        fields = await _fields(request)
        gift = await run_in_threadpool(self._save, slug, fields)
        if isinstance(gift, Response):
            return gift
        try:
            url = await to_thread.run_sync(self._pledges.open_checkout, gift, limiter=self._limiter)
        except (StripeAway, StripeRefused) as error:
            log.error("checkout_not_opened", gift=gift.id, error=str(error))
            return await run_in_threadpool(self._not_charged, slug, gift)
        return RedirectResponse(url, 303)

    def _save(self, slug: str, fields: FormFields) -> Gift | Response:
        campaign = _campaign(self._engine, slug)
        try:
            retry = fields.get("retry")
            gift = self._pledges.retry(retry) if retry else self._pledge(campaign, fields)
        except NotOpen:
            raise TakesNoGifts from None
        if gift is None:
            return RedirectResponse(f"{self._pages.base_url}/c/{slug}/give", 303)
        if isinstance(gift, PaymentUnderWay):
            return RedirectResponse(f"{self._pages.base_url}/thanks?session_id={gift.session_id}", 303)
        return gift

    def _pledge(self, campaign: Campaign, fields: FormFields) -> Gift | PaymentUnderWay | Response:
        pledge = read_form(fields, campaign.currency, self._pages.wording.money, self._offer(campaign))
        if not isinstance(pledge, Pledge):
            return self._form(campaign, fields, pledge, status=422)
        return self._pledges.save(campaign, pledge, fields.get("form_token") or token_hex(16))

    def _offer(self, campaign: Campaign) -> IntervalOffer:
        wording = self._pages.wording
        return IntervalOffer(self._intervals, self._clock(), wording.zone, wording.day, campaign.closes_at)

    def _form(
        self,
        campaign: Campaign,
        fields: FormFields,
        errors: FieldErrors,
        *,
        cancelled: bool = False,
        status: int = 200,
    ) -> Response:
        with reading(self._engine) as conn:
            so_far = progress(conn, campaign, self._clock())
        offer = self._offer(campaign)
        return self._pages.page(
            "payments/give.html",
            status=status,
            private=True,
            campaign=campaign,
            progress=so_far,
            form=template_fields(fields),
            errors=errors,
            interval_choices=interval_choices(offer, self._pages.wording),
            offer=offer,
            presets=presets(campaign.currency),
            minimum=minimum(campaign.currency),
            form_token=fields.get("form_token") or token_hex(16),
            cancelled=cancelled,
        )

    def _not_charged(self, slug: str, gift: Gift) -> Response:
        with reading(self._engine) as conn:
            recurring = recurring_of_gift(conn, gift)
        return self._pages.page(
            "payments/not_charged.html",
            status=503,
            private=True,
            campaign=_campaign(self._engine, slug),
            amount=gift.amount,
            interval=recurring.interval.value if recurring else None,
            retry=gift.id,
        )


class ThanksPages:
    """The page that Stripe sends the donor back to. What it shows comes from our database, never from the address."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, session_id: str = "") -> Response:
        """Thanks once the gift is received; until then, that it is being confirmed."""
        with reading(self._engine) as conn:
            gift = store.gift_of_session(conn, session_id)
            campaign = store.campaign_of(conn, gift) if gift else None
            issued = receipt_of_gift(conn, gift.id) if gift else None
            recurring = recurring_of_gift(conn, gift) if gift else None
        return self._pages.page(
            "payments/thanks.html",
            status=200 if gift else NOT_FOUND.status,
            private=True,
            state=_STATES[gift.state] if gift else "unknown",
            gift=self._thanks_details(gift, issued, recurring) if gift else None,
            campaign=campaign,
            session_id=session_id,
            receipt=bool(gift and issued and self._is_fresh(gift, issued)),
        )

    async def open_receipt(self, request: Request) -> Response:
        """Send a donor who has just given to the receipt, under a new link."""
        session_id = (await _fields(request)).get("session_id", "")
        token = await run_in_threadpool(self._mint, session_id)
        return RedirectResponse(f"{self._pages.base_url}/receipts/{token}", 303)

    def _mint(self, session_id: str) -> str:
        with writing(self._engine) as conn:
            gift = store.gift_of_session(conn, session_id)
            issued = receipt_of_gift(conn, gift.id) if gift else None
            if gift is None or issued is None:
                raise NotFound
            if not self._is_fresh(gift, issued):
                raise LinkTooOld
            return mint_token(conn, gift.id, self._clock())

    def _thanks_details(self, gift: Gift, issued: Issued | None, recurring: Recurring | None) -> ThanksDetails:
        paid_at = gift.received_at or gift.created_at
        began = (recurring and recurring.began_at) or paid_at
        return ThanksDetails(
            amount=issued.receipt.total if issued else gift.amount,
            donor_name=gift.donor.name if self._is_fresh(gift, issued) else "",
            given_on=paid_at.astimezone(self._pages.wording.zone).date(),
            reference=gift.reference,
            upcoming=upcoming(recurring.rhythm, began, self._pages.wording) if recurring else None,
        )

    def _is_fresh(self, gift: Gift, issued: Issued | None) -> bool:
        """A day from the receipt: a bank debit's comes days after its form."""
        return self._clock() - (issued.issued_at if issued else gift.created_at) < RECEIPT_LINK_LIFETIME


def _campaign(engine: Engine, slug: str) -> Campaign:
    with reading(engine) as conn:
        campaign = campaign_by_slug(conn, slug)
    if campaign is None:
        raise NoSuchCampaign
    return campaign


async def _fields(request: Request) -> FormFields:
    """The form's fields. A field that we do not have, or one sent twice, is refused."""
    form = await request.form(max_files=0, max_fields=20)
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if len(fields) != len(form.multi_items()) or not set(fields) <= {*FIELDS, "session_id"}:
        raise Refusal("The form came with a field that we do not have, or one twice. Nothing was charged.")
    return fields
