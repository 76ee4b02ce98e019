"""What a file of offline gifts has entered, and its undoing.

An import has no table: its gifts' ids follow from its own id and their lines, and the log of acts keeps who and when.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from payments.bank.views import money_in_count
from payments.gifts.offline_import_store import gifts_of_import
from payments.gifts.offline_store import MovedSince, offline_gifts_of, take_back_offline_gifts
from staff.act import Act, Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from staff.store import acts_on
from web.errors import NotFound
from web.pages import Pages

IMPORTED_PATH = "/desk/offline/imports"
IMPORT_SUBJECT = "offline_import"
TAKEN_BACK = "The file that it came with was taken back."
MOST_LINE_NUMBERS = 10_200  # of the lines of a file, and of what stands above its header


def imported_gift_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/offline/imports`: READ_MONEY reads, CHANGE_MONEY changes."""
    desk, router = ImportedGiftsDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(IMPORTED_PATH + "/{identity}")
    def show_offline_gifts_of_import(reader: Reader, identity: UUID) -> Response:
        return desk.show(reader, str(identity))

    @router.post(IMPORTED_PATH + "/{identity}/back")
    def take_offline_import_back(changer: Changer, identity: UUID) -> Response:
        return desk.take_back(changer, str(identity))

    return router


class ImportedGiftsDesk:
    """Shows what an import entered, and takes it back."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn, identity: str, mistake: str = "") -> Response:
        """An import: its gifts, and the way to undo it."""
        with reading(self._engine) as conn:
            done = _acts(conn, identity)
            ids = gifts_of_import(conn, identity, MOST_LINE_NUMBERS)
            gifts, bank_lines = offline_gifts_of(conn, ids), money_in_count(conn)
        return self._pages.page(
            "treasury/offline_import.html", private=True, status=422 if mistake else 200, member=reader.member,
            identity=identity, done=done, gifts=gifts, mistake=mistake, bank_lines=bank_lines,
            is_back=all(kept.taken_back_at for kept in gifts),
        )  # fmt: skip

    def take_back(self, changer: SignedIn, identity: str) -> Response:
        """Reverse today every gift of the import that is not taken back yet: all, or none."""
        now = (self._clock(), self._pages.wording.zone)
        try:
            with changing_books(self._engine, changer.actor, self._clock()) as change:
                _acts(change.conn, identity)
                ids = gifts_of_import(change.conn, identity, MOST_LINE_NUMBERS)
                gifts = offline_gifts_of(change.conn, ids)
                count = take_back_offline_gifts(change.conn, gifts, TAKEN_BACK, changer.member.id, now)
                what = "gift.undo_import"
                change.record(
                    what, Subject(IMPORT_SUBJECT, identity), after={"gifts": count}, act_id=f"{what}:{identity}"
                )
        except MovedSince as moved:
            return self.show(changer, identity, f"Gift {moved} was moved to another campaign. Move it back first.")
        return _see(f"{IMPORTED_PATH}/{identity}")


def _acts(conn: Connection, identity: str) -> list[Act]:
    done = acts_on(conn, Subject(IMPORT_SUBJECT, identity))
    if not done:
        raise NotFound("There is no such import.", advice="Go back to the offline gifts.")
    return done


def _see(address: str) -> Response:
    return RedirectResponse(address, 303)
