"""`/desk/gift-aid`: what can be claimed now, the claims that were made, and HMRC's files of them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.gift_aid.claim import Claimant, GiftAidClaim, schedules_of
from payments.gift_aid.claim_store import (
    LaterClaim,
    NothingToClaim,
    adjustments_of_claim,
    claimed_lines,
    gift_aid_claim_of,
    gift_aid_claims,
    later_claim,
    make_claim,
    take_claim_back,
)
from payments.gift_aid.declaration_views import counting_declarations
from payments.gift_aid.schedule_file import ODS, schedule_file
from staff.act import Subject
from staff.changing import changing, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.store import acts_on
from treasury.gift_aid.after_restore import ANSWERED, claimable_after_restores, restore_to_answer
from treasury.gift_aid.declared_routes import declared_routes
from treasury.gift_aid.paper_routes import paper_routes
from treasury.gift_aid.refusals import ClaimBuiltUpon, ClaimMoved, ClaimWaits
from treasury.gift_aid.restored_routes import restored_routes, seen_of
from web.errors import NotFound
from web.pages import Pages

GIFT_AID = "/desk/gift-aid"
SHOWN_GIFTS, SHOWN_DECLARATIONS = 200, 50
ClaimNumber = Annotated[int, Path(ge=1, lt=2**31)]
SchedulePart = Annotated[int, Path(ge=1, lt=10_000)]


def gift_aid_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads and takes files, CHANGE_MONEY makes claims and takes them back."""
    desk, router = GiftAidDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(GIFT_AID)
    def show_gift_aid_desk(reader: Reader) -> Response:
        return desk.show(reader)

    @router.post(GIFT_AID + "/claims")
    def make_gift_aid_claim(changer: Changer, seen: Annotated[str, Form(max_length=60)] = "") -> Response:
        return desk.make(changer, seen)

    @router.get(GIFT_AID + "/claims/{number}")
    def show_gift_aid_claim(reader: Reader, number: ClaimNumber) -> Response:
        return desk.show_claim(reader, number)

    @router.get(GIFT_AID + "/claims/{number}/schedule-{part}.ods")
    def download_schedule(reader: Reader, number: ClaimNumber, part: SchedulePart) -> Response:
        return desk.file(reader, number, part)

    @router.post(GIFT_AID + "/claims/{number}/back")
    def take_gift_aid_claim_back(changer: Changer, number: ClaimNumber) -> Response:
        return desk.take_back(changer, number)

    router.include_router(restored_routes(engine, clock, pages, door))
    router.include_router(paper_routes(engine, clock, pages, door))
    router.include_router(declared_routes(engine, clock, pages, door))
    return router


class GiftAidDesk:
    """The pages of claims."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn) -> Response:
        """What can be claimed now, every claim, and the newest declarations. Not there where nobody ever declared."""
        with reading(self._engine) as conn:
            open_claim, late = claimable_after_restores(conn, self._today())
            claims, declared = gift_aid_claims(conn), counting_declarations(conn)
            restored = restore_to_answer(conn)
        if not (self._pages.gift_aid_charity or claims or declared):
            raise NotFound
        return self._pages.page(
            "treasury/gift_aid.html",
            private=True,
            member=reader.member,
            claim=open_claim,
            seen=f"{len(open_claim.gifts)} {open_claim.tax}",
            claims=claims,
            restored=restored,
            late=late,
            seen_late=seen_of(late),
            charity=self._pages.gift_aid_charity,
            shown=SHOWN_GIFTS,
            holding=sum(each.ends_on is None for each in declared),
            declared=declared[: -SHOWN_DECLARATIONS - 1 : -1],
        )

    def make(self, changer: SignedIn, seen: str) -> Response:
        """Make the claim that stood on the page. Raises ClaimMoved when it is another by now."""
        claimant = Claimant(self._pages.gift_aid_charity, self._pages.hmrc_reference)
        if not claimant.charity:
            raise NotFound
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            if restore_to_answer(change.conn) is not None:
                raise ClaimWaits
            claimed, _ = claimable_after_restores(change.conn, self._today())
            if seen != f"{len(claimed.gifts)} {claimed.tax}":
                raise ClaimMoved
            try:
                number = make_claim(change.conn, claimed, claimant, changer.actor.who, change.now)
            except NothingToClaim:
                raise ClaimMoved from None
            after = {"gifts": len(claimed.gifts), "given": str(claimed.given), "tax": str(claimed.tax)}
            change.record("gift_aid.claim", Subject("gift_aid_claim", str(number)), after=after)
        return RedirectResponse(f"{GIFT_AID}/claims/{number}", 303)

    def show_claim(self, reader: SignedIn, number: int) -> Response:
        """A claim with its files, its gifts, and what it pays back."""
        with reading(self._engine) as conn:
            claim = _claim(conn, number)
            lines, adjustments = claimed_lines(conn, number), adjustments_of_claim(conn, number)
            acts, later = acts_on(conn, Subject("gift_aid_claim", str(number))), later_claim(conn, number)
        return self._pages.page(
            "treasury/gift_aid_claim.html",
            private=True,
            member=reader.member,
            claim=claim,
            lines=lines[:SHOWN_GIFTS],
            parts=range(1, len(schedules_of(claim, lines)) + 1),
            adjustments=adjustments,
            is_lost=any(act.what == ANSWERED for act in acts),
            later=later,
        )

    def file(self, reader: SignedIn, number: int, part: int) -> Response:
        """One of HMRC's schedules. Names and addresses leave the house: the log of acts says who took it."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            claim = _claim(change.conn, number)
            schedules = schedules_of(claim, claimed_lines(change.conn, number))
            if part > len(schedules):
                raise NotFound
            change.record("gift_aid.export", Subject("gift_aid_claim", str(number)), after={"schedule": part})
        name = f"gift-aid-claim-{number}-schedule-{part}.ods"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(schedule_file(schedules[part - 1]), media_type=ODS, headers=headers)

    def take_back(self, changer: SignedIn, number: int) -> Response:
        """Take back a claim that was never sent to HMRC: its gifts can be claimed again."""
        with changing_books(self._engine, changer.actor, self._clock()) as change:
            try:
                taken = take_claim_back(change.conn, number, changer.actor.who, change.now)
            except LaterClaim as later:
                raise ClaimBuiltUpon(later.number) from None
            if not taken:
                raise NotFound
            change.record("gift_aid.take_back", Subject("gift_aid_claim", str(number)))
        return RedirectResponse(f"{GIFT_AID}/claims/{number}", 303)

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def _claim(conn: Connection, number: int) -> GiftAidClaim:
    claim = gift_aid_claim_of(conn, number)
    if claim is None:
        raise NotFound
    return claim
