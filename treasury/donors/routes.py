"""The desk's pages of donors: see one, merge two that are one person, erase one who has written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlalchemy.engine import Connection, Engine
from starlette.responses import RedirectResponse, Response

from compliance.gate import CheckGate
from compliance.kept_by_law import KEPT_BY_LAW
from database.instants import Clock
from database.transactions import reading
from donors.donor import Donor
from donors.merge_store import CannotMerge, find_donors, undo_merge
from payments.own.erase_routes import post_erasure_letter
from payments.own.erasure import begin_erasure, kept_by_law_until
from payments.own.own_views import OwnGift, own_gifts, own_recurring
from staff.act import Subject
from staff.act_words import words_of
from staff.changing import changing, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.donors.shown_donor import person_of, shown_donor
from treasury.letters.names import STATE_NAMES
from treasury.lists.gifts_list import gift_state
from treasury.recurring.names import NAMES
from web.errors import NotFound, Refusal, Trouble
from web.pages import Pages
from web.typed import compact

DONORS = "/desk/donors"
MOST_FOUND, SHOWN_GIFTS = 50, 50
TypedId = Annotated[str, Form(max_length=100)]


class AlreadyOnePerson(Refusal):
    """Two donors that are one already, or one that is not there."""

    trouble = Trouble(
        409, "These cannot be merged", "They are one person already, or one of them is not there any more.",
        "Go back to the donor's page to see how it stands.",
    )  # fmt: skip


def donor_desk_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """A page for each donor, and what can be done."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(DONORS + "/{identity}")
    def show(reader: Reader, identity: str) -> Response:
        with reading(engine) as conn:
            shown = shown_donor(conn, identity, pages.wording.zone, pages.wording.local_day(clock()))
        return pages.page(
            "treasury/donor.html", private=True, member=reader.member, shown=shown, notes=shown.notes,
            gift_state=gift_state, recurring_names=NAMES, letter_names=STATE_NAMES, words_of=words_of,
        )  # fmt: skip

    router.include_router(_merge_routes(engine, clock, pages, door))
    router.include_router(_erase_routes(engine, clock, pages, door))
    return router


def _merge_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(DONORS + "/{identity}/merge")
    def preview(
        editor: Editor, identity: str, typed: Annotated[str, Query(alias="with", max_length=200)] = ""
    ) -> Response:
        text = compact(typed)
        with reading(engine) as conn:
            shown = _compared(conn, identity)
            own = {part.id for part in shown.parts}
            others = [other.id for other in find_donors(conn, text, MOST_FOUND)] if text else []
            candidates = [_compared(conn, other) for other in others if other not in own]
        return pages.page(
            "treasury/donor_merge.html", private=True, member=editor.member, shown=shown, typed=text, others=candidates
        )

    @router.post(DONORS + "/{identity}/merge")
    def merge(editor: Editor, identity: str, other: TypedId = "") -> Response:
        # With the books: a gift that comes at this moment sees the merge, or the merge sees the gift.
        with changing_books(engine, editor.actor, clock()) as change:
            try:
                gate, donors = CheckGate(pages.wording.zone), (other, identity)
                merged = gate.merge_donors(change.conn, donors, editor.member.email, change.now)
            except CannotMerge:
                raise AlreadyOnePerson from None
            change.record("donor.merge", Subject("donor", merged.into), after={"merged": merged.donor})
        return RedirectResponse(f"{DONORS}/{merged.into}", 303)

    @router.post(DONORS + "/merges/{merge_id}/undo")
    def undo(editor: Editor, merge_id: str) -> Response:
        with changing(engine, editor.actor, clock()) as change:
            undone = undo_merge(change.conn, merge_id, editor.member.email, change.now)
            if undone is None:
                raise NotFound
            change.record("donor.undo_merge", Subject("donor", undone.into), before={"merged": undone.donor})
        return RedirectResponse(f"{DONORS}/{undone.into}", 303)

    return router


def _erase_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """An erasure cannot be undone, so a password or a code is asked for before it."""
    router = APIRouter()
    Eraser = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY, recent=True))]  # noqa: N806 (a type)

    @router.get(DONORS + "/{identity}/erase")
    def ask(eraser: Eraser, identity: str) -> Response:
        with reading(engine) as conn:
            shown = person_of(conn, identity)
            kept = kept_by_law_until(conn, shown.ids, KEPT_BY_LAW, clock().date())
            runs = any(row.runs for row in own_recurring(conn, shown.ids))
        return pages.page(
            "treasury/donor_erase.html", private=True, member=eraser.member, shown=shown, kept_until=kept, runs=runs
        )

    @router.post(DONORS + "/{identity}/erase")
    def erase(eraser: Eraser, identity: str) -> Response:
        with changing(engine, eraser.actor, clock()) as change:
            shown = person_of(change.conn, identity)
            ids = shown.ids
            kept = kept_by_law_until(change.conn, ids, KEPT_BY_LAW, change.now.date())
            if begin_erasure(change.conn, ids, eraser.member.email, change.now, KEPT_BY_LAW):
                post_erasure_letter(change.conn, pages, shown.donor, kept, change.now)
            change.record("donor.erase", Subject("donor", shown.donor.id))
        return RedirectResponse(DONORS, 303)

    return router


@dataclass(frozen=True, slots=True)
class ComparedPerson:
    """A person beside another who may be the same; `recurring` is how many recurring gifts run."""

    donor: Donor
    parts: Sequence[Donor]
    gifts: Sequence[OwnGift]
    recurring: int


def _compared(conn: Connection, identity: str) -> ComparedPerson:
    person = person_of(conn, identity)
    runs = sum(1 for row in own_recurring(conn, person.ids) if row.runs)
    return ComparedPerson(person.donor, person.parts, own_gifts(conn, person.ids, SHOWN_GIFTS), runs)
