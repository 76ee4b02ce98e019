"""The page that Stripe sends the donor back to, and the way from there to the receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from sqlalchemy.engine import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Openness
from campaigns.offered import OfferedAmounts, offered_amounts, offered_intervals
from campaigns.store import parent_of
from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from ledger.views import gave_back
from organisation.organisation import GivingRules
from payments.gifts import store
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.gift import Gift, GiftState, shares_of
from payments.gifts.recurring import Interval, Recurring
from payments.gifts.recurring_words import Upcoming, upcoming
from payments.giving.pledges import recurring_of_gift
from payments.letters.receipt_letters import post_link_letter
from payments.thanks.waiting import LONG_AFTER, begin_to_wait, looked_since
from receipts.store import Issued, mint_token, receipt_of_gift, receipt_of_old_token
from web.errors import NOT_FOUND, NotFound, Refusal, Trouble
from web.forms import posted_fields
from web.language import to_translate
from web.pages import Pages

RECEIPT_LINK_LIFETIME = timedelta(hours=24)
_STATES = {
    GiftState.PENDING: "confirming",
    GiftState.PROCESSING: "processing",
    GiftState.EXPIRED: "expired",
    GiftState.FAILED: "failed",
    GiftState.RECEIVED: "received",
}


class LinkTooOld(Refusal):
    """The thank-you page's address alone no longer opens a receipt."""

    trouble = Trouble(
        410,
        to_translate("This link has done its work"),
        to_translate("A receipt can be opened from here for one day after the gift."),
        to_translate("Go back to the page before: its button sends you a new link by email."),
    )


@dataclass(frozen=True, slots=True)
class ThanksDetails:
    """What the thank-you page may show to anybody who has its address.

    `went_back` is what was given or taken back since. `upcoming` are further instalments, if any. `email` is where the
    receipt goes, for as long as the page may say so. `parts` are titles and amounts of campaigns, and `slugs` their
    addresses, where there are several. `monthly` is what to offer a donor who gave once, if anything.
    """

    amount: Money
    went_back: Money
    donor_name: str
    given_on: date
    reference: str
    upcoming: Upcoming | None
    email: str
    monthly: Money | None = None
    parts: tuple[tuple[str, Money], ...] = ()
    slugs: tuple[str, ...] = ()


def thanks_routes(engine: Engine, clock: Clock, pages: Pages, giving: Callable[[], GivingRules]) -> APIRouter:
    """`/thanks`, the way from there to the receipt, and a new link to a receipt by letter."""
    thanks, router = ThanksPages(engine, clock, pages, giving), APIRouter()
    router.add_api_route("/thanks", thanks.show, methods=["GET"])
    router.add_api_route("/thanks/receipt", thanks.open_receipt, methods=["POST"])
    router.add_api_route("/thanks/letter", thanks.send_link, methods=["POST"])
    router.add_api_route("/receipts/{token}/letter", thanks.send_link_of_token, methods=["POST"])
    return router


class ThanksPages:
    """The page that Stripe sends the donor back to. What it shows comes from our database, never from the address."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages, giving: Callable[[], GivingRules]) -> None:
        self._engine, self._clock, self._pages, self._giving = engine, clock, pages, giving

    def show(self, session_id: str = "") -> Response:
        """Thanks once the gift is received; until then, that it is being confirmed."""
        now = self._clock()
        with reading(self._engine) as conn:
            gift = store.gift_of_session(conn, session_id)
            campaign = store.campaign_of(conn, gift) if gift else None
            issued = receipt_of_gift(conn, gift.id) if gift else None
            recurring = recurring_of_gift(conn, gift) if gift else None
            details = self._thanks_details(conn, gift, issued, recurring) if gift else None
            since = looked_since(conn, session_id) if gift else None
        if since is None and gift and gift.state is GiftState.PENDING:
            with writing(self._engine) as conn:
                begin_to_wait(conn, session_id, now)
        return self._pages.page(
            "payments/thanks.html",
            status=200 if gift else NOT_FOUND.status,
            private=True,
            state=_state(gift, details, now - since if since else timedelta()) if gift and details else "unknown",
            gift=details,
            campaign=campaign,
            session_id=session_id,
            receipt=bool(gift and issued and self._is_fresh(gift, issued)),
            new_link=bool(gift and issued and not self._is_fresh(gift, issued)),
        )

    async def open_receipt(self, request: Request) -> Response:
        """Send a donor who has just given to the receipt, under a new link."""
        session_id = (await posted_fields(request, ["session_id"])).get("session_id", "")
        token = await run_in_threadpool(self._mint, session_id)
        return RedirectResponse(f"{self._pages.base_url}/receipts/{token}", 303)

    async def send_link(self, request: Request) -> Response:
        """Send a new link to the donor of a thank-you page."""
        session_id = (await posted_fields(request, ["session_id"])).get("session_id", "")
        return await run_in_threadpool(self._send_link, lambda conn: self._receipt_of_session(conn, session_id))

    def send_link_of_token(self, token: str) -> Response:
        """Send a new link to the donor of an old link."""
        return self._send_link(lambda conn: receipt_of_old_token(conn, token))

    def _send_link(self, receipt_in: Callable[[Connection], Issued | None]) -> Response:
        """The answer is the same whether there is such a receipt, so that nobody learns of one by asking."""
        with writing(self._engine) as conn:
            issued = receipt_in(conn)
            if issued is not None:
                post_link_letter(conn, self._pages, issued.receipt.number, self._clock())
        return self._pages.page("payments/link_sent.html", private=True)

    @staticmethod
    def _receipt_of_session(conn: Connection, session_id: str) -> Issued | None:
        gift = store.gift_of_session(conn, session_id)
        return receipt_of_gift(conn, gift.id) if gift else None

    def _mint(self, session_id: str) -> str:
        with writing(self._engine) as conn:
            gift = store.gift_of_session(conn, session_id)
            issued = receipt_of_gift(conn, gift.id) if gift else None
            if gift is None or issued is None:
                raise NotFound
            if not self._is_fresh(gift, issued):
                raise LinkTooOld
            return mint_token(conn, gift.id, self._clock())

    def _thanks_details(
        self, conn: Connection, gift: Gift, issued: Issued | None, recurring: Recurring | None
    ) -> ThanksDetails:
        amount = issued.receipt.total if issued else gift.amount  # what was charged, in its own currency
        paid_at = gift.received_at or gift.created_at
        began = (recurring and recurring.began_at) or paid_at
        campaigns = {campaign.id: campaign for campaign in store.campaigns_of_gift(conn, gift)}
        several = gift.allocations if len(campaigns) > 1 else ()
        amounts = zip(several, shares_of(amount, gift), strict=False)
        return ThanksDetails(
            parts=tuple((campaigns[share.campaign].title, part) for share, part in amounts),
            slugs=tuple(campaigns[share.campaign].slug for share in several),
            amount=amount,
            went_back=gave_back(conn, gift.id, amount.currency),
            donor_name=gift.donor.name if self._is_fresh(gift, issued) else "",
            given_on=self._pages.wording.local_day(paid_at),
            reference=gift.reference,
            upcoming=upcoming(recurring.rhythm, began, self._pages.wording) if recurring else None,
            email=gift.donor.email if self._is_fresh(gift, issued) else "",
            monthly=None if recurring else self._monthly_offer(conn, gift, amount),
        )

    def _monthly_offer(self, conn: Connection, gift: Gift, amount: Money) -> Money | None:
        """What to offer each month to a donor who has given once, while the campaign takes gifts."""
        campaign = store.campaign_of(conn, gift)
        if campaign is None or campaign.currency != amount.currency:
            return None
        is_open = campaign.openness_under(parent_of(conn, campaign), self._clock()) is Openness.OPEN
        if not is_open or Interval.MONTH.value not in offered_intervals(campaign, self._giving()):
            return None
        return monthly_offer(amount, offered_amounts(campaign, self._giving(), GIFT_AMOUNTS, Interval.MONTH.value))

    def _is_fresh(self, gift: Gift, issued: Issued | None) -> bool:
        """A day from the receipt: a bank debit's comes days after its form."""
        return self._clock() - (issued.issued_at if issued else gift.created_at) < RECEIPT_LINK_LIFETIME


def monthly_offer(given: Money, offered: OfferedAmounts) -> Money | None:
    """The largest suggested monthly amount that is at most a third of what was given once; else the smallest one."""
    suggested = [choice.amount for choice in offered.suggested]
    fitting = [amount for amount in suggested if 3 * amount.minor <= given.minor]
    smallest = suggested[0] if suggested and suggested[0] <= given else None
    return fitting[-1] if fitting else smallest


def _state(gift: Gift, details: ThanksDetails, waited: timedelta) -> str:
    """The word for the page: a gift that was received and has gone back whole did not stay."""
    if gift.state is GiftState.PENDING and waited >= LONG_AFTER:
        return "late"
    gone = gift.state is GiftState.RECEIVED and details.went_back >= details.amount
    return "returned" if gone else _STATES[gift.state]
