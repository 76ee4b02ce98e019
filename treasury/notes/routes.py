"""Notes at the desk: written beside a gift, a donor or a recurring gift, and removed."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from donors.store import donor_by_id
from payments.gifts.recurring_store import recurring_of
from payments.gifts.store import gifts
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.notes_store import LONGEST_NOTE, Noted, note_by_id, remove_note, write_note
from staff.permissions import Permission
from web.errors import NotFound, Refusal, Trouble
from web.forms import posted_fields
from web.typed import NotTidy, tidy, typed_id

PATH = "/desk/notes"
FIELDS = ("key", "about", "about_id", "text")
PAGES = {Noted.GIFT: "/desk/gifts/", Noted.DONOR: "/desk/donors/", Noted.RECURRING: "/desk/recurring/"}


class NoNote(Refusal):
    """A note without words, or with too many."""

    trouble = Trouble(
        422, "This note cannot be kept", f"A note has words, and at most {LONGEST_NOTE:,} characters.",
        "Go back: what you wrote is still there.",
    )  # fmt: skip


def note_routes(engine: Engine, clock: Clock, door: Door) -> APIRouter:
    """`/desk/notes`: whoever may change money writes and removes; the pages that show notes are elsewhere."""
    router = APIRouter()
    Writer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.post(PATH)
    async def write(writer: Writer, request: Request) -> Response:
        return await run_in_threadpool(_write, engine, clock, writer, await posted_fields(request, FIELDS))

    @router.post(PATH + "/{identity}/remove")
    def remove(writer: Writer, identity: UUID) -> Response:
        with changing(engine, writer.actor, clock()) as change:
            about = note_by_id(change.conn, str(identity))
            if about is None:
                raise NotFound("There is no such note any more.", advice="Go back.")
            remove_note(change.conn, str(identity), (writer.member.id, change.now))
            change.record("note.remove", about, before={"note": str(identity)})
        return RedirectResponse(PAGES[Noted(about.kind)] + about.id, 303)

    return router


def _write(engine: Engine, clock: Clock, writer: SignedIn, typed: Mapping[str, str]) -> Response:
    try:
        text = tidy(typed.get("text", ""), LONGEST_NOTE, lines=True)
        kind, key = Noted(typed.get("about", "")), typed_id(typed.get("key", "")) or str(uuid4())
    except (NotTidy, ValueError):
        raise NoNote from None
    if not text:
        raise NoNote
    with changing(engine, writer.actor, clock()) as change:
        about = Subject(kind.value, _known(change.conn, kind, typed.get("about_id", "")))
        write_note(change.conn, key, about, text, (writer.member.id, change.now))
        change.record("note.write", about, after={"note": key}, act_id=f"note.write:{key}")
    return RedirectResponse(PAGES[kind] + about.id, 303)


def _known(conn: Connection, kind: Noted, identity: str) -> str:
    is_there = {
        Noted.GIFT: lambda: identity in gifts(conn, [identity]),
        Noted.DONOR: lambda: donor_by_id(conn, identity) is not None,
        Noted.RECURRING: lambda: identity in recurring_of(conn, [identity]),
    }
    if not is_there[kind]():
        raise NotFound("What this note is about is not there.", advice="Go back.")
    return identity
