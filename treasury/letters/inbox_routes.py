"""The sandbox's inbox: every letter as the person would see it to whom nobody sends it."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from database.transactions import reading
from outbox.letter_views import LetterChoice, letter_rows
from outbox.letters import PostedLetter
from outbox.message import AttachmentSources
from staff.door import Door
from staff.permissions import Permission
from treasury.letters.routes import LAST_PAGE, PAGE_ROWS, NoSuchLetter, find_letter
from web.pages import Pages
from web.typed import compact

INBOX = "/sandbox/inbox"


def inbox_routes(engine: Engine, pages: Pages, sources: AttachmentSources, door: Door | None) -> APIRouter:
    """`/sandbox/inbox` and the letters in it. Without a door, as on loopback, everybody may read them.

    With one, letters that sign somebody in are for those who manage the staff.
    """
    inbox, router = InboxPages(engine, pages, sources, door), APIRouter()
    router.add_api_route(INBOX, inbox.show, methods=["GET"])
    router.add_api_route(INBOX + "/{letter_id}", inbox.show_letter, methods=["GET"])
    router.add_api_route(INBOX + "/{letter_id}/letter.html", inbox.show_html, methods=["GET"])
    router.add_api_route(INBOX + "/{letter_id}/{filename}", inbox.download, methods=["GET"])
    return router


class InboxPages:
    """The pages of the inbox."""

    def __init__(self, engine: Engine, pages: Pages, sources: AttachmentSources, door: Door | None) -> None:
        self._engine, self._pages, self._sources, self._door = engine, pages, sources, door

    def show(
        self,
        request: Request,
        to: Annotated[str, Query(max_length=200)] = "",
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    ) -> Response:
        """The list, newest first."""
        opens_personal, choice = self._opens_personal(request), LetterChoice(text=compact(to))
        with reading(self._engine) as conn:
            rows = letter_rows(conn, choice, PAGE_ROWS + 1, page)
        shown = [row for row in rows[:PAGE_ROWS] if opens_personal or not row.letter.personal]
        return self._pages.page(
            "treasury/inbox.html", private=True, rows=shown, more=len(rows) > PAGE_ROWS, page=page, text=choice.text
        )

    def show_letter(self, request: Request, letter_id: str) -> Response:
        """A letter, in a frame and as plain text."""
        posted = self._letter(request, letter_id)
        return self._pages.page("treasury/inbox_letter.html", private=True, posted=posted, letter=posted.letter)

    def show_html(self, request: Request, letter_id: str) -> Response:
        """The letter's own HTML, for the frame."""
        return HTMLResponse(self._letter(request, letter_id).letter.html)

    def download(self, request: Request, letter_id: str, filename: str) -> Response:
        """An attachment."""
        for attachment in self._letter(request, letter_id).letter.attachments:
            # A duplicate is drawn by the worker when it is sent: the web draws nothing.
            if attachment.filename == filename and attachment.source in self._sources:
                content = self._sources[attachment.source](attachment.subject)
                headers = {"Content-Disposition": f'attachment; filename="{attachment.filename}"'}
                return Response(content, media_type=attachment.media_type, headers=headers)
        raise NoSuchLetter

    def _letter(self, request: Request, letter_id: str) -> PostedLetter:
        opens_personal, posted = self._opens_personal(request), find_letter(self._engine, letter_id)
        if posted.letter.personal and not opens_personal:
            raise NoSuchLetter
        return posted

    def _opens_personal(self, request: Request) -> bool:
        """Whether letters that sign somebody in open for whoever asks; raises NotSignedIn or NotYourRole."""
        if self._door is None:
            return True
        return self._door.needs(Permission.READ_LETTERS)(request).member.may(Permission.MANAGE_STAFF)
