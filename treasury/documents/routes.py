"""`/desk/documents/{number}`: a document, its descent, and what may be done with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from database.instants import Clock
from database.transactions import reading
from organisation.store import newest_version
from outbox.letters import is_address, post_letter
from payments.letters.sent_again import letter_again
from payments.statements.reissuing import NothingLeft
from receipts.check_code import verify_base
from receipts.document_store import Void
from receipts.jurisdictions import FactsMissing
from receipts.pdf_store import any_pdf_of
from receipts.store import NoReceipt
from receipts.void_store import AlreadyVoid, Reissue
from staff.act import Subject
from staff.changing import changing, changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.documents.corrections import replace_by_number, void_by_number
from treasury.documents.missing_words import ORGANISATION, errors_of_missing
from treasury.documents.shown_document import ShownDocument, shown_document
from treasury.documents.statement_routes import statement_run_routes
from treasury.money.routes import NoSuchMoney
from web.errors import NotFound, Refusal, Trouble
from web.forms import posted_fields
from web.pages import Pages
from web.typed import NotTidy, compact, tidy, typed_id

PATH = "/desk/documents/{number}"
NUMBER = r"^(CN|ST|CR)?20[0-9]{2}-[0-9]{6,7}$"
DocumentNumber = Annotated[str, Path(pattern=NUMBER)]
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_REASON = 200, 600, 500
REISSUE, VOID, RESEND = ("key", "donor_name", "donor_address", "why"), ("key", "why"), ("key", "email")


class VoidBefore(Refusal):
    """A document that somebody else has voided or replaced meanwhile."""

    trouble = Trouble(
        409, "This document holds no longer", "It was declared void or replaced before. Nothing was changed.",
        "Go back to the document: its page says what took its place.",
    )  # fmt: skip


def document_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads, CHANGE_MONEY voids, reissues and sends again; and `/desk/statements`."""
    desk, router = DocumentDesk(engine, clock, pages), APIRouter()
    router.include_router(statement_run_routes(engine, clock, pages, door))
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Changer = Annotated[SignedIn, Depends(door.needs(Permission.CHANGE_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH + ".pdf")
    def download_document(reader: Reader, number: DocumentNumber) -> Response:
        return desk.download(reader, number)

    @router.get(PATH)
    def show_document(reader: Reader, number: DocumentNumber) -> Response:
        return desk.show(reader, number)

    @router.post(PATH + "/reissue")
    async def reissue_document(changer: Changer, number: DocumentNumber, request: Request) -> Response:
        return await run_in_threadpool(desk.reissue, changer, number, await posted_fields(request, REISSUE))

    @router.post(PATH + "/void")
    async def void_document(changer: Changer, number: DocumentNumber, request: Request) -> Response:
        return await run_in_threadpool(desk.void, changer, number, await posted_fields(request, VOID))

    @router.post(PATH + "/send")
    async def send_document_again(changer: Changer, number: DocumentNumber, request: Request) -> Response:
        return await run_in_threadpool(desk.send, changer, number, await posted_fields(request, RESEND))

    return router


class DocumentDesk:
    """Shows documents, and keeps what is done with them. A key of the form makes each act one, however often sent."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(
        self,
        reader: SignedIn,
        number: str,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        """The page, with what was typed and what is wrong with each field."""
        with reading(self._engine) as conn:
            shown = shown_document(conn, number)
        if shown is None:
            raise NoSuchMoney(number, reader.member)
        errors = errors or {}
        return self._pages.page(
            "treasury/document.html", status=422 if errors else 200, private=True, member=reader.member, shown=shown,
            typed=_filled(shown) | {"key": str(uuid4())} | dict(typed or {}), errors=errors,
            targets={field: field for field in errors if field != ORGANISATION},
        )  # fmt: skip

    def download(self, reader: SignedIn, number: str) -> Response:
        """The PDF that the donor was sent. Who took it is written down."""
        with changing(self._engine, reader.actor, self._clock()) as change:
            pdf = any_pdf_of(change.conn, number)
            if not pdf:
                raise NotFound("This document has no PDF: it is being printed, or its donor was erased.")
            change.record("document.download", Subject("document", number))
        headers = {
            "Content-Disposition": f'attachment; filename="{number}.pdf"',
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    def reissue(self, changer: SignedIn, number: str, typed: Mapping[str, str]) -> Response:
        """Issue a document with another name or address in the place of this one, which becomes void."""
        try:
            put_right = self._put_right(changer, typed)
            return self._replace(changer, number, put_right)
        except NotTidy as mistake:
            return self.show(changer, number, typed, {"why": str(mistake)})
        except FactsMissing as lacking:
            return self.show(changer, number, typed, errors_of_missing(lacking.missing))
        except NothingLeft:
            return self.show(changer, number, typed, {"why": "No gift of its days is left. Declare it void instead."})

    def _replace(self, changer: SignedIn, number: str, put_right: Reissue) -> Response:
        with changing_books(self._engine, changer.actor, self._clock()) as change, _known(number):
            version = newest_version(change.conn, self._pages.wording.zone.key)
            if version is None:
                raise NotFound("Nobody has said yet who issues receipts here.", advice="Complete the set-up first.")
            today = self._pages.wording.local_day(change.now)
            new = replace_by_number(change.conn, number, put_right, version.profile, today=today, now=change.now)
            change.record(
                "document.reissue", Subject("document", number), after={"replaced_by": new, "why": put_right.why}
            )
        return RedirectResponse(f"/desk/documents/{new}", 303)

    def void(self, changer: SignedIn, number: str, typed: Mapping[str, str]) -> Response:
        """Declare a document void, with nothing in its place."""
        try:
            why = _reason(typed)
        except NotTidy as mistake:
            return self.show(changer, number, typed, {"void_why": str(mistake)})
        with changing_books(self._engine, changer.actor, self._clock()) as change, _known(number):
            void_by_number(change.conn, number, Void(why, changer.member.id, change.now))
            change.record("document.void", Subject("document", number), after={"why": why})
        return RedirectResponse(f"/desk/documents/{number}", 303)

    def send(self, changer: SignedIn, number: str, typed: Mapping[str, str]) -> Response:
        """Post a letter with a duplicate to an address; the same form sent twice is one letter."""
        email, key = compact(typed.get("email", "")), typed_id(typed.get("key", "")) or str(uuid4())
        if not is_address(email):
            return self.show(changer, number, typed, {"email": "Type the email address that it is to go to."})
        with changing(self._engine, changer.actor, self._clock()) as change:
            shown = shown_document(change.conn, number)
            if shown is None:
                raise NoSuchMoney(number, changer.member)
            if not shown.is_printed:
                raise NotFound("This document has no PDF: it is being printed, or its donor was erased.")
            letter = letter_again(self._pages, number, shown.donor_name, email, f"document-again:{number}:{key}")
            post_letter(change.conn, letter, change.now, urgent=True)
            change.record("document.send_again", Subject("document", number), act_id=f"document.send_again:{key}")
        return RedirectResponse(f"/desk/documents/{number}", 303)

    def _put_right(self, changer: SignedIn, typed: Mapping[str, str]) -> Reissue:
        lines = tidy(typed.get("donor_address", ""), LONGEST_ADDRESS, lines=True).splitlines()
        return Reissue(
            tidy(typed.get("donor_name", ""), LONGEST_NAME),
            tuple(line.strip() for line in lines if line.strip()),
            _reason(typed),
            changer.member.id,
            verify_base(self._pages.base_url),
        )


def _reason(typed: Mapping[str, str]) -> str:
    why = tidy(typed.get("why", ""), LONGEST_REASON)
    if not why:
        raise NotTidy("Say why: an auditor will ask.")
    return why


@contextmanager
def _known(number: str) -> Iterator[None]:
    """What nobody issued is not found, and what was void before stays as it is."""
    try:
        yield
    except NoReceipt:
        raise NotFound(f"No receipt or statement has the number {number}.", advice="Search for the gift.") from None
    except AlreadyVoid:
        raise VoidBefore from None


def _filled(shown: ShownDocument) -> dict[str, str]:
    return {
        "donor_name": shown.donor_name, "donor_address": "\n".join(shown.donor_address), "why": "",
        "email": shown.email,
    }  # fmt: skip
