"""`/c/{slug}/payment/{ticket}`: where a donor waits for their turn at Stripe, and goes on from a letter."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from anyio import sleep
from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.gifts import store
from payments.gifts.gift import Gift, GiftState
from payments.giving.payment_links_store import payment_link_for
from payments.giving.places import SEVERAL, campaign_at, place_at, place_of
from payments.giving.pledges import NEW_ATTEMPT_AFTER, NotOpen, Pledges
from payments.giving.turns_store import WITHIN_REQUEST, Turn, Turns
from payments.stripe.gateway import StripeBusy
from web.errors import NotFound
from web.pages import Pages

# When a donor is also offered the campaign's Payment Link.
LONG_WAIT, MANY_TRIES = timedelta(minutes=5), 3

OpenCheckout = Callable[[str, Gift], Awaitable[Response]]
"""Sends the donor of this gift, given at a campaign's address, to Stripe; raises StripeBusy."""


class CheckoutQueue:
    """Sends donors to Stripe, each at their turn, and shows the place of those who wait."""

    def __init__(self, engine: Engine, pledges: Pledges, turns: Turns, clock: Clock, pages: Pages) -> None:
        self._engine, self._pledges, self._turns, self._clock, self._pages = engine, pledges, turns, clock, pages

    def routes(self, open_checkout: OpenCheckout) -> APIRouter:
        """The page of a ticket, its button, and its place alone for the page's script; at each place of a form."""

        async def show(slug: str, ticket: str) -> Response:
            return await self._show(slug, ticket, open_checkout)

        async def go_on(slug: str, ticket: str) -> Response:
            return await self._go_on(slug, ticket, open_checkout)

        async def show_several(ticket: str) -> Response:
            return await self._show(SEVERAL, ticket, open_checkout)

        async def go_on_several(ticket: str) -> Response:
            return await self._go_on(SEVERAL, ticket, open_checkout)

        router = APIRouter()
        for place, look, go in (("/c/{slug}", show, go_on), ("", show_several, go_on_several)):
            router.add_api_route(f"{place}/payment/{{ticket}}", look, methods=["GET"])
            router.add_api_route(f"{place}/payment/{{ticket}}", go, methods=["POST"])
            router.add_api_route(f"{place}/payment/{{ticket}}/place", self._show_place, methods=["GET"])
        return router

    async def send(self, slug: str, gift: Gift, open_checkout: OpenCheckout) -> Response:
        """Send the donor of a form on to Stripe, or to the page of the queue."""
        turn = await run_in_threadpool(self._turns.ask, gift.id)
        return await self._use(slug, turn, gift, open_checkout)

    async def _show(self, slug: str, ticket: str, open_checkout: OpenCheckout) -> Response:
        turn = await run_in_threadpool(self._turns.take_up, ticket)
        if turn is None:
            raise NotFound
        gift = await run_in_threadpool(self._gift_to_open, slug, turn)
        if isinstance(gift, Response):
            return gift
        if turn.taken_at is None:
            return await run_in_threadpool(self._waiting, slug, turn, gift)
        return await self._use(slug, turn, gift, open_checkout)

    async def _go_on(self, slug: str, ticket: str, open_checkout: OpenCheckout) -> Response:
        """The button of a letter's page: only now does the turn begin, so that no mail filter takes it."""
        turn = await run_in_threadpool(self._turns.look, ticket)
        if turn is None:
            raise NotFound
        gift = await run_in_threadpool(self._gift_to_open, slug, turn)
        return gift if isinstance(gift, Response) else await self.send(slug, gift, open_checkout)

    async def _use(self, slug: str, turn: Turn, gift: Gift, open_checkout: OpenCheckout) -> Response:
        if turn.taken_at is not None:
            await sleep(turn.wait(self._clock()).total_seconds())
            try:
                return await open_checkout(slug, gift)
            except StripeBusy:
                turn = await run_in_threadpool(self._turns.send_back, gift.id)
        return RedirectResponse(f"{self._pages.base_url}{place_at(slug)}/payment/{turn.ticket}", 303)

    def _gift_to_open(self, slug: str, turn: Turn) -> Gift | Response:
        """The gift, if it may still be paid; else the way to where its donor finds out more."""
        with reading(self._engine) as conn:
            gift = store.gift(conn, turn.gift_id)
        assert gift is not None, "a turn is a gift's"
        if gift.state in (GiftState.PROCESSING, GiftState.RECEIVED) and gift.session_id:
            return RedirectResponse(f"{self._pages.base_url}/thanks?session_id={gift.session_id}", 303)
        if gift.state is not GiftState.PENDING:
            return RedirectResponse(f"{self._pages.base_url}{place_at(slug)}/give?cancelled={gift.return_token}", 303)
        waited = self._clock() - (gift.attempted_at or gift.created_at)
        if gift.session_id is None and waited > NEW_ATTEMPT_AFTER:  # Stripe would find the session's end too near
            return self._with_new_attempt(slug, gift)
        return gift

    def _with_new_attempt(self, slug: str, gift: Gift) -> Gift | Response:
        with suppress(NotOpen):
            again = self._pledges.retry(gift.id)
            if isinstance(again, Gift):
                return again
        return RedirectResponse(f"{self._pages.base_url}{place_at(slug)}/give", 303)  # which says why it is closed

    def _waiting(self, slug: str, turn: Turn, gift: Gift) -> Response:
        wait = turn.wait(self._clock())
        with reading(self._engine) as conn:
            campaign = campaign_at(conn, slug)
            is_hopeless = turn.turn_at is not None and (wait > LONG_WAIT or turn.tries >= MANY_TRIES)
            link = payment_link_for(conn, campaign, gift) if is_hopeless else None
        return self._pages.page(
            "payments/queue.html",
            private=True,
            campaign=campaign,
            form_at=place_of(campaign),
            amount=gift.amount,
            ticket=turn.ticket,
            has_begun=turn.turn_at is not None,
            place=self._turns.pace.place(wait),
            payment_link=link,
            minutes=round(wait.total_seconds() / 60),
            refresh_seconds=_refresh_after(turn, wait.total_seconds()),
        )

    def _show_place(self, ticket: str) -> Response:
        """The place in the queue; 0 when the page should be loaded anew. It takes no turn, however often asked."""
        turn = self._turns.look(ticket)
        if turn is None:
            raise NotFound
        wait = turn.wait(self._clock())
        place = self._turns.pace.place(wait) if wait > WITHIN_REQUEST else 0
        return JSONResponse({"place": place}, headers={"Cache-Control": "no-store"})


def _refresh_after(turn: Turn, wait: float) -> int:
    """Seconds until a browser without JavaScript asks again: near its moment, else often enough to see it move."""
    assert WITHIN_REQUEST.total_seconds() >= 3, "a request may come up to so much early"
    return max(1, min(10, int(wait - 1))) if turn.turn_at else 0
