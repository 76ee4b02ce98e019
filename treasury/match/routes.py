"""The match pots of a campaign: how they stand, a new one, ending one, and noting that its giver has paid."""

import re
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from campaigns.match import BadMatch, MatchPot
from campaigns.match_store import (
    add_payment,
    add_pot,
    end_pot,
    matches_of,
    payments,
    pots_of,
    withdraw_payment,
)
from campaigns.store import campaign_by_id, families_of
from database.instants import Clock
from database.transactions import reading
from ledger.views import currencies_of_gift
from payments.gifts.store import gifts
from payments.gifts.views import received_gifts_by_reference
from staff.act import Subject
from staff.changing import Change, changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.match.form import FIELDS, RATIOS, read_pot
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import compact

PATH = "/desk/campaigns/{number}/match"
REFERENCE = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,28}")
Number = Annotated[int, Path(ge=1, lt=2**31)]


class NotThisGift(ValueError):
    """A gift that cannot have paid a pot; the message says why."""


def match_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/campaigns/{number}/match`: READ_CAMPAIGNS reads, CHANGE_MONEY changes."""
    desk, router = MatchDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_match_pots(reader: Reader, number: Number) -> Response:
        return desk.show(reader, number)

    @router.post(PATH)
    async def add_match_pot(changer: Changer, number: Number, request: Request) -> Response:
        return await run_in_threadpool(desk.add, changer, number, await posted_fields(request, FIELDS))

    @router.post(PATH + "/{pot}/end")
    def end_match_pot(changer: Changer, number: Number, pot: UUID) -> Response:
        return desk.end(changer, number, str(pot))

    @router.post(PATH + "/{pot}/paid")
    async def note_match_payment(changer: Changer, number: Number, pot: UUID, request: Request) -> Response:
        typed = await posted_fields(request, ["reference"])
        return await run_in_threadpool(desk.pay, changer, number, str(pot), typed.get("reference", ""))

    @router.post(PATH + "/{pot}/paid/withdraw")
    async def withdraw_match_payment(changer: Changer, number: Number, pot: UUID, request: Request) -> Response:
        typed = await posted_fields(request, ["paid_with"])
        return await run_in_threadpool(desk.withdraw, changer, number, str(pot), typed.get("paid_with", ""))

    return router


class MatchDesk:
    """The page of a campaign's match pots."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, number: int) -> Response:
        """The pots, and a form for the next one."""
        today = self._pages.wording.local_day(self._clock()).isoformat()
        return self._page(reader, number, {"pot": str(uuid4()), "first_day": today, "ratio": "1:1"}, {})

    def add(self, changer: SignedIn, number: int, typed: dict[str, str]) -> Response:
        """Keep a new pot; the same form sent twice is one pot."""
        with reading(self._engine) as conn:
            campaign = _campaign(conn, changer, number)
            there = {pot.id for pot in pots_of(conn, [number])}
        pot = read_pot(typed, campaign, self._pages.wording.number_style(campaign.currency), self._clock())
        if not isinstance(pot, MatchPot):
            return self._page(changer, number, typed, pot, status=422)
        if pot.id not in there:
            try:
                with changing(self._engine, changer.actor, self._clock()) as change:
                    add_pot(change.conn, pot)
                    change.record("match pot added", _subject(number), after=_values(pot))
            except BadMatch as mistake:
                return self._page(changer, number, typed, {"first_day": str(mistake)}, status=422)
        return self._back(number)

    def end(self, changer: SignedIn, number: int, pot_id: str) -> Response:
        """Match no gift after today, none at all where it has not begun; a pot that is over stays as it is."""
        today = self._pages.wording.local_day(self._clock())
        with reading(self._engine) as conn:
            pot = _pot(conn, changer, number, pot_id)
        if pot.ended_on is None and today <= pot.last_day:
            with changing(self._engine, changer.actor, self._clock()) as change:
                end_pot(change.conn, pot_id, today)
                change.record("match pot ended", _subject(number), after={"pot": pot_id, "ended_on": today.isoformat()})
        return self._back(number)

    def pay(self, changer: SignedIn, number: int, pot_id: str, reference: str) -> Response:
        """Note the gift with which the giver has paid."""
        with reading(self._engine) as conn:
            pot = _pot(conn, changer, number, pot_id)
        try:
            with changing(self._engine, changer.actor, self._clock()) as change:
                gift = _paid_with(change, pot, reference)
                if not add_payment(change.conn, pot, gift, change.now):
                    raise NotThisGift("This gift is noted as a payment already.")
                change.record("match pot paid", _subject(number), after={"pot": pot_id, "paid_with": gift})
        except NotThisGift as mistake:
            typed = {"pot": str(uuid4()), f"reference-{pot_id}": reference}
            return self._page(changer, number, typed, {f"reference-{pot_id}": str(mistake)}, status=422)
        return self._back(number)

    def withdraw(self, changer: SignedIn, number: int, pot_id: str, gift: str) -> Response:
        """Take back that this gift paid the pot: it was noted by mistake. It is matched again like any other."""
        with reading(self._engine) as conn:
            pot = _pot(conn, changer, number, pot_id)
            is_noted = payments(conn).get(gift) == pot_id
        if is_noted:
            with changing(self._engine, changer.actor, self._clock()) as change:
                if withdraw_payment(change.conn, pot, gift, change.now):
                    before = {"pot": pot_id, "paid_with": gift}
                    change.record("match payment withdrawn", _subject(number), before=before)
        return self._back(number)

    def _back(self, number: int) -> Response:
        return RedirectResponse(f"{self._pages.base_url}{PATH.format(number=number)}", 303)

    def _page(
        self, signed_in: SignedIn, number: int, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
    ) -> Response:
        with reading(self._engine) as conn:
            campaign = _campaign(conn, signed_in, number)
            matches = matches_of(conn, families_of(conn, [campaign])).get(number, ())
            paid = payments(conn)
        return self._pages.page(
            "treasury/match.html",
            status=status,
            private=True,
            member=signed_in.member,
            campaign=campaign,
            matches=matches,
            paid_with={match.pot.id: [gift for gift, pot in paid.items() if pot == match.pot.id] for match in matches},
            today=self._pages.wording.local_day(self._clock()),
            typed={name: typed.get(name, "") for name in FIELDS},
            references={name: text for name, text in typed.items() if name.startswith("reference-")},
            ratios=RATIOS,
            errors=errors,
            targets={field: field for field in errors},
        )


def _campaign(conn: Connection, signed_in: SignedIn, number: int) -> Campaign:
    """A campaign with groups of its own, that this member may see; a group has no pot."""
    campaign = campaign_by_id(conn, number)
    if campaign is None or campaign.parent_id is not None or not signed_in.may_see_campaign(number):
        raise NotFound
    return campaign


def _pot(conn: Connection, signed_in: SignedIn, number: int, pot_id: str) -> MatchPot:
    _campaign(conn, signed_in, number)
    pot = next((pot for pot in pots_of(conn, [number]) if pot.id == pot_id), None)
    if pot is None:
        raise NotFound
    return pot


def _paid_with(change: Change, pot: MatchPot, reference: str) -> str:
    """The gift of a reference, received in the pot's currency by its campaign or one of the groups."""
    typed = compact(reference).lower()
    ids = received_gifts_by_reference(change.conn, typed) if REFERENCE.fullmatch(typed) else []
    if len(ids) != 1:
        raise NotThisGift("Enter the reference of a gift that was received, like 5F1C9F3E. It is on its receipt.")
    campaign = campaign_by_id(change.conn, pot.campaign)
    family = families_of(change.conn, [campaign])[pot.campaign] if campaign else []
    gift = gifts(change.conn, ids)[ids[0]]
    if not all(share.campaign in family for share in gift.allocations):
        raise NotThisGift("This gift was given to another campaign.")
    charged = currencies_of_gift(change.conn, gift.id)
    if charged != {pot.amount.currency.code}:
        raise NotThisGift(
            f"This gift was charged in {' and '.join(sorted(charged))}, and the pot is in {pot.amount.currency.code}."
        )
    return gift.id


def _subject(number: int) -> Subject:
    return Subject("campaign", str(number))


def _values(pot: MatchPot) -> dict[str, object]:
    """A pot as the log of acts keeps it: without its giver's name."""
    return {
        "pot": pot.id,
        "amount": str(pot.amount),
        "ratio": f"{pot.matched_parts}:{pot.given_parts}",
        "first_day": pot.first_day.isoformat(),
        "last_day": pot.last_day.isoformat(),
        "counts": pot.counts,
    }
