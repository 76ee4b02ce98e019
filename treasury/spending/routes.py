"""`/desk/campaigns/{number}/spending`: what was given for a campaign, what was spent of it, and what is left."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.campaign import Campaign
from campaigns.spending_store import LONGEST_WORDS, Spending, add_spending, spending_of, withdraw_spending
from campaigns.store import campaign_by_id
from compliance.held_views import held_by_campaign
from database.instants import Clock
from database.transactions import reading
from ledger.journal_views import sums_of_campaign
from ledger.money import BadAmount
from ledger.typed_money import NumberStyle, read_typed_money
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.spending.balance import campaign_balance
from web.errors import NotFound
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, compact, tidy, typed_id
from web.typed_day import read_day_field

PATH = "/desk/campaigns/{number}/spending"
NOTE, WITHDRAW = "campaign.note_spending", "campaign.withdraw_spending"
FIELDS = ("spending", "amount", "spent_on", "words")
SpendingCampaign = Annotated[int, Path(ge=1, lt=2**31)]


def spending_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_CAMPAIGNS reads one's own campaigns, CHANGE_MONEY notes and takes back."""
    desk, router = SpendingDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_CAMPAIGNS))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH)
    def show_spending(reader: Reader, number: SpendingCampaign) -> Response:
        return desk.show(reader, number)

    @router.post(PATH)
    async def note_spending(changer: Changer, number: SpendingCampaign, request: Request) -> Response:
        return await run_in_threadpool(desk.add, changer, number, await posted_fields(request, FIELDS))

    @router.post(PATH + "/{spending}/withdraw")
    def take_spending_back(changer: Changer, number: SpendingCampaign, spending: UUID) -> Response:
        return desk.withdraw(changer, number, str(spending))

    return router


class SpendingDesk:
    """The page of a campaign's money."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self, reader: SignedIn, number: int, typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Given, spent and left, each note, and the form of the next one."""
        with reading(self._engine) as conn:
            campaign = campaign_by_id(conn, number)
            if campaign is None or not reader.may_see_campaign(number):
                raise NotFound
            notes, sums = spending_of(conn, [number]), sums_of_campaign(conn, number)
            held = held_by_campaign(conn).get((number, campaign.currency.code))
        today = self._today()
        return self._pages.page(
            "treasury/spending.html", private=True, status=422 if errors else 200, member=reader.member,
            campaign=campaign, notes=notes, balance=campaign_balance(campaign.currency, sums, notes, held),
            typed=typed or {"spending": str(uuid4()), "spent_on": today.isoformat()}, errors=errors or {},
            longest=LONGEST_WORDS,
        )  # fmt: skip

    def add(self, changer: SignedIn, number: int, typed: dict[str, str]) -> Response:
        """Note what was spent; the same form sent twice is one note."""
        with reading(self._engine) as conn:
            campaign = campaign_by_id(conn, number)
        if campaign is None:
            raise NotFound
        spent = read_spending(typed, campaign, self._pages.wording.number_style(campaign.currency), self._today())
        if not isinstance(spent, Spending):
            return self.show(changer, number, typed, spent)
        with changing(self._engine, changer.actor, self._clock()) as change:
            add_spending(change.conn, spent, change.now)
            after = {
                "id": spent.id,
                "amount": str(spent.amount),
                "on": spent.spent_on.isoformat(),
                "words": spent.words,
            }
            what = "campaign.note_spending"
            change.record(what, Subject("campaign", str(number)), after=after, act_id=f"{what}:{spent.id}")
        return self._back(number)

    def withdraw(self, changer: SignedIn, number: int, spending_id: str) -> Response:
        """Take a note back: it stays on the page, struck out."""
        with changing(self._engine, changer.actor, self._clock()) as change:
            if not withdraw_spending(change.conn, number, spending_id, change.now):
                raise NotFound
            what = "campaign.withdraw_spending"
            change.record(
                what, Subject("campaign", str(number)), after={"id": spending_id}, act_id=f"{what}:{spending_id}"
            )
        return self._back(number)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())

    def _back(self, number: int) -> Response:
        return RedirectResponse(PATH.format(number=number), 303)


def read_spending(
    typed: Mapping[str, str], campaign: Campaign, style: NumberStyle, today: date
) -> Spending | dict[str, str]:
    """What was spent, or what must be corrected, by field."""
    errors, words = dict[str, str](), ""
    try:
        words = tidy(typed.get("words", ""), LONGEST_WORDS)
    except NotTidy as mistake:
        errors["words"] = str(mistake)
    if not words and "words" not in errors:
        errors["words"] = "Say what it was spent on: “Leaflets for Leeds”."
    amount = None
    try:
        amount = read_typed_money(compact(typed.get("amount", "")), campaign.currency, style)
    except BadAmount as mistake:
        errors["amount"] = str(mistake)
    if amount is not None and amount.minor <= 0:
        errors["amount"] = "Enter a sum above zero."
    day = read_day_field(typed, "spent_on", errors)
    if day is not None and day > today:
        errors["spent_on"] = "Enter a day that has come."
    if errors or amount is None or day is None:
        return errors
    return Spending(typed_id(typed.get("spending", "")) or str(uuid4()), campaign.id, amount, day, words)
