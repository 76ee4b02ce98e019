"""The desk's pages of letters: one letter as it was written, sending it again, setting it aside."""

from dataclasses import replace
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form
from sqlalchemy import Engine
from starlette.responses import HTMLResponse, RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from outbox.letters import LetterState, PostedLetter, is_address, letter_by_id, post_again, settle_letter
from staff.act import Subject
from staff.changing import changing
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.letters.names import STATE_NAMES
from web.errors import NotFound
from web.pages import Pages
from web.typed import compact

PAGE_ROWS = 50
LAST_PAGE = 10_000
UUID = r"^[0-9a-f-]{36}$"
# The states that a letter is sent again from. A letter that waits will be sent by itself.
SENT_AGAIN_FROM = (
    LetterState.SENT, LetterState.FILED, LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.UNCERTAIN,
)  # fmt: skip


class NoSuchLetter(NotFound):
    """There is no letter with this id."""


def letter_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """`/desk/letters/{letter_id}`, and what can be done with it."""
    router = APIRouter()
    router.include_router(_reading_letters(engine, pages, door))
    router.include_router(_sending_again(engine, clock, pages, door))
    return router


def _reading_letters(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_LETTERS))]  # noqa: N806 (a type)

    @router.get("/desk/letters/{letter_id}")
    def show_letter(reader: Reader, letter_id: str) -> Response:
        return _page(pages, reader, find_letter(engine, letter_id))

    @router.get("/desk/letters/{letter_id}/letter.html")
    def show_html(_reader: Reader, letter_id: str) -> Response:
        """The letter's own HTML, for a frame; its headers let it do nothing (web/headers.py)."""
        posted = find_letter(engine, letter_id)
        if posted.letter.personal:
            raise NoSuchLetter
        return HTMLResponse(posted.letter.html)

    return router


def _sending_again(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    router = APIRouter()
    Sender = Annotated[SignedIn, Depends(door.needs(Permission.SEND_LETTERS))]  # noqa: N806 (a type)

    @router.post("/desk/letters/{letter_id}/again")
    def send_again(
        sender: Sender,
        letter_id: str,
        attempt: Annotated[str, Form(pattern=UUID)],
        to: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:
        """Post a copy, to the same address or to another one that was typed. A second press posts no second copy."""
        posted, address = find_letter(engine, letter_id), compact(to)
        if posted.letter.personal or posted.state not in SENT_AGAIN_FROM:
            raise NoSuchLetter
        if not is_address(address):
            errors = {"to": "Enter one email address, such as name@example.org."}
            return _page(pages, sender, posted, errors=errors, to=to, status=422)
        copy = replace(posted.letter, key=f"{posted.letter.key}:again:{attempt}", to=address)
        with changing(engine, sender.actor, clock()) as change:
            post_again(change.conn, posted, copy, change.now)
            settle_letter(change.conn, letter_id, change.now)
            what, after = "letter.send_again", {"as": copy.id}
            change.record(what, Subject("letter", letter_id), after=after, act_id=f"{what}:{attempt}")
        return RedirectResponse(f"/desk/letters/{copy.id}", 303)

    @router.post("/desk/letters/{letter_id}/settle")
    def settle(sender: Sender, letter_id: str) -> Response:
        """Nothing more is to be done about a letter that did not arrive."""
        with changing(engine, sender.actor, clock()) as change:
            if not settle_letter(change.conn, letter_id, change.now):
                raise NoSuchLetter
            what = "letter.settle"
            change.record(what, Subject("letter", letter_id), after={"settled": True}, act_id=f"{what}:{letter_id}")
        return RedirectResponse(f"/desk/letters/{letter_id}", 303)

    return router


def find_letter(engine: Engine, letter_id: str) -> PostedLetter:
    """The letter with this id; raises NoSuchLetter."""
    with reading(engine) as conn:
        posted = letter_by_id(conn, letter_id)
    if posted is None:
        raise NoSuchLetter
    return posted


def _page(
    pages: Pages,
    signed_in: SignedIn,
    posted: PostedLetter,
    *,
    errors: dict[str, str] | None = None,
    to: str | None = None,
    status: int = 200,
) -> Response:
    return pages.page(
        "treasury/letter.html",
        status=status, private=True, member=signed_in.member, posted=posted, letter=posted.letter, names=STATE_NAMES,
        can_send_again=posted.state in SENT_AGAIN_FROM and not posted.letter.personal, attempt=str(uuid4()),
        errors=errors or {}, to=posted.letter.to if to is None else to,
    )  # fmt: skip
