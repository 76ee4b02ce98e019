"""`/desk/gift-aid/restored`: an owner says whether a claim was made after the backup that these books come from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.gift_aid.claim import Claimant
from payments.gift_aid.claim_store import NothingToClaim, gift_aid_claims, make_claim
from payments.gift_aid.claim_views import claimable_now
from payments.gift_aid.claimable import ClaimableGift
from staff.act import Subject
from staff.changing import Change, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.gift_aid.after_restore import (
    ANSWERED,
    CLAIMED_SINCE,
    LATE_CLAIMED,
    LATE_FREE,
    NOTHING_SINCE,
    RestoredBooks,
    claimable_after_restores,
    claimed_until,
    restore_to_answer,
)
from treasury.gift_aid.refusals import ClaimMoved
from web.errors import NotFound
from web.forms import form_fields
from web.pages import Pages
from web.typed_day import read_day_field

RESTORED_PATH = "/desk/gift-aid/restored"


def restored_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """CONFIRM_CLAIMS answers."""
    desk, router = RestoredDesk(engine, clock, pages), APIRouter()
    Owner = Annotated[SignedIn, Depends(door.needs(Permission.CONFIRM_CLAIMS))]  # noqa: N806 (a type)
    Typed = Annotated[dict[str, str], Depends(form_fields(("answer", "day")))]  # noqa: N806 (a type)
    Late = Annotated[dict[str, str], Depends(form_fields(("answer", "seen")))]  # noqa: N806 (a type)

    @router.get(RESTORED_PATH)
    def show_restored(owner: Owner) -> Response:
        return desk.show(owner, {}, {})

    @router.post(RESTORED_PATH)
    def answer_restored(owner: Owner, typed: Typed) -> Response:
        return desk.answer(owner, typed)

    @router.post(RESTORED_PATH + "/late")
    def answer_late(owner: Owner, typed: Late) -> Response:
        return desk.answer_late(owner, typed)

    return router


class RestoredDesk:
    """The question, and its answer."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, owner: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        """Which claim is the newest here, and what an owner can answer."""
        with reading(self._engine) as conn:
            restored = restore_to_answer(conn)
            newest = next(iter(gift_aid_claims(conn)), None)
        if restored is None:
            raise NotFound
        return self._pages.page(
            "treasury/gift_aid_restored.html",
            status=422 if errors else 200,
            private=True,
            member=owner.member,
            restored=restored,
            newest=newest,
            typed={"answer": "", "day": ""} | dict(typed),
            errors=errors,
            targets={"answer": "answer", "day": "day"},
        )

    def answer(self, owner: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep the answer with its act. What a claim that is not here had in it is held, so that it stays claimed."""
        errors: dict[str, str] = {}
        answer = typed.get("answer", "")
        if answer not in (NOTHING_SINCE, CLAIMED_SINCE):
            errors["answer"] = "Choose what is so."
        with reading(self._engine) as conn:
            restored = restore_to_answer(conn)
        if restored is None:
            raise NotFound
        day = self._day(typed, restored, errors) if answer == CLAIMED_SINCE else None
        if errors:
            return self.show(owner, typed, errors)
        with changing_books(self._engine, owner.actor, self._clock()) as change:
            if restore_to_answer(change.conn) is None:
                raise NotFound  # another owner has just answered
            number = self._hold(change, day, owner.actor.who) if day else None
            after = {"answer": answer, "day": day and day.isoformat(), "claim": number}
            change.record(ANSWERED, Subject("gift_aid_claim", str(number or "none")), after=after)
        return RedirectResponse(f"/desk/gift-aid/claims/{number}" if number else "/desk/gift-aid", 303)

    def answer_late(self, owner: SignedIn, typed: Mapping[str, str]) -> Response:
        """Keep whether a lost claim had the gifts that stood on the page: they are held, or free to be claimed.

        Raises ClaimMoved when they are others by now.
        """
        answer = typed.get("answer", "")
        with changing_books(self._engine, owner.actor, self._clock()) as change:
            claim, late = claimable_after_restores(change.conn, self._today())
            if answer not in (LATE_CLAIMED, LATE_FREE) or not late or typed.get("seen") != seen_of(late):
                raise ClaimMoved
            number, after = None, {"answer": answer, "gifts": len(late)}
            if answer == LATE_CLAIMED:
                lost = replace(claim, gifts=late, unclear=(), adjustments=())
                number = make_claim(change.conn, lost, self._claimant(), owner.actor.who, change.now)
            else:
                after |= {"freed": [each.gift.id for each in late]}
            change.record(ANSWERED, Subject("gift_aid_claim", str(number or "none")), after=after | {"claim": number})
        return RedirectResponse("/desk/gift-aid", 303)

    def _day(self, typed: Mapping[str, str], restored: RestoredBooks, errors: dict[str, str]) -> date | None:
        day = read_day_field(typed, "day", errors)
        wording = self._pages.wording
        if day is not None and not wording.local_day(restored.backup_made_at) <= day <= self._today():
            errors["day"] = "Enter a day from that of the backup until today."
        return day

    def _hold(self, change: Change, day: date, who: str) -> int | None:
        """Hold what can be claimed of the days of the lost claim. The rest of it is asked about when it comes."""
        try:
            claimed = claimed_until(claimable_now(change.conn, self._today()), day)
            return make_claim(change.conn, claimed, self._claimant(), who, change.now)
        except NothingToClaim:
            return None

    def _claimant(self) -> Claimant:
        claimant = Claimant(self._pages.gift_aid_charity, self._pages.hmrc_reference)
        if not claimant.charity:
            raise NotFound
        return claimant

    def _today(self) -> date:
        return self._pages.wording.local_day(self._clock())


def seen_of(late: Sequence[ClaimableGift]) -> str:
    """What a page shows of gifts, so that an answer is about them and no others."""
    return f"{len(late)} {sum(each.gift.kept.minor for each in late)}"
