"""A donor's receipt behind its secret link: the page, and the PDF to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import reading, writing
from ledger.money import Money
from ledger.return_views import movements_of_gift
from ledger.views import gave_back
from receipts.credit_note import went_back_of_receipt
from receipts.document import DocumentStatus, Series
from receipts.document_store import following_numbers, standing_notes
from receipts.jobs import print_first
from receipts.jurisdictions import missing_facts
from receipts.layouts import layout_of
from receipts.pdf_store import any_pdf_of
from receipts.sheets import legal_of
from receipts.store import LINK_LIFETIME, Issued, pdf_of, receipt_by_token
from receipts.verifying import receipt_status
from web.errors import NOT_FOUND
from web.pages import Pages

# The page reloads after 1 second, then 2, 4 … at most 30. After the ninth time it says that something is wrong.
MOST_RELOADS = 9


def receipt_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/receipts/{token}` and `/receipts/{token}.pdf`, and what followed it: `/receipts/{token}/{number}.pdf`."""
    router = APIRouter()

    router.include_router(_following(engine, clock, pages))

    @router.get("/receipts/{token}.pdf")
    def download(token: str, look: Annotated[int, Query(ge=0, le=MOST_RELOADS)] = 0) -> Response:
        """The PDF; until it is printed, a page that reloads itself."""
        now = clock()
        with reading(engine) as conn:
            issued = receipt_by_token(conn, token, now)
            pdf = pdf_of(conn, issued.id) if issued else None
        if issued is None or pdf == b"":  # its donor was erased
            return _no_receipt(pages, token)
        if pdf is not None:
            return _attachment(issued.receipt.number, pdf)
        if look == 0:
            with writing(engine) as conn:
                print_first(conn, issued.receipt.number, now=now)
        return _preparing(pages, issued, token, look)

    router.include_router(_receipt_page(engine, clock, pages))  # last: its token would match `….pdf` too
    return router


def _receipt_page(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get("/receipts/{token}")
    def page(token: str) -> Response:
        """The receipt as a page, with a link to its PDF."""
        with reading(engine) as conn:
            issued = receipt_by_token(conn, token, clock())
            if issued is None:
                return _no_receipt(pages, token)
            went_back = _went_back(conn, issued)
            followed = _followed(conn, issued)
        shown = layout_of(issued.receipt.template).page
        as_issued = pages.of(issued.receipt.issuer)
        with as_issued.speaking():  # like its print, whoever looks at it now
            receipt, words = issued.receipt, issued.receipt.words
            missing = () if followed.is_void else missing_facts(receipt)
            return as_issued.page(
                "receipts/shown.html", private=True, layout=shown, receipt=receipt, words=words, missing=missing,
                legal=legal_of(receipt, as_issued.wording), went_back=went_back, followed=followed, token=token,
            )  # fmt: skip

    return router


def _following(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get("/receipts/{token}/{number}.pdf")
    def download_following(token: str, number: str) -> Response:
        """A credit note of the gift, or another receipt of it: who may open its receipt may open these."""
        with reading(engine) as conn:
            issued = receipt_by_token(conn, token, clock())
            follows = issued is not None and number in following_numbers(conn, issued.gift_id)
            pdf = any_pdf_of(conn, number) if follows else None
        if issued is None or not follows or pdf == b"":
            return _no_receipt(pages, token)
        if pdf is None:
            return RedirectResponse(f"/receipts/{token}", 303)
        return _attachment(number, pdf)

    return router


def _no_receipt(pages: Pages, token: str) -> Response:
    """A link that was never made, is mistyped or has ended. The answer does not say which, and offers a new link.

    A new link goes by letter to whoever the receipt is for (payments/thanks).
    """
    return pages.page(
        "receipts/no_receipt.html", status=NOT_FOUND.status, private=True, token=token, days=LINK_LIFETIME.days
    )


def _went_back(conn: Connection, issued: Issued) -> Money:
    """What of the receipt's money went back: of a gift that was paid twice, the second payment is not the receipt's."""
    of = issued.receipt.total.currency
    kept = sum(moved.minor for moved in movements_of_gift(conn, issued.gift_id, of))
    is_booked = bool(gave_back(conn, issued.gift_id, of))
    return went_back_of_receipt(issued.receipt.total, Money(kept, of)) if is_booked else Money(0, of)


@dataclass(frozen=True, slots=True)
class FollowingPaper:
    """A document that followed a receipt, and whether its PDF is printed."""

    number: str
    is_printed: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed a receipt: its void, the receipt that replaced it, and the credit notes that hold."""

    is_void: bool
    replaced_by: FollowingPaper | None
    credit_notes: Sequence[FollowingPaper]


def _followed(conn: Connection, issued: Issued) -> Followed:
    status, _, replaced_by = receipt_status(conn, issued)
    notes = [note.number for note in standing_notes(conn, issued.gift_id)]
    return Followed(
        status in (DocumentStatus.VOID, DocumentStatus.REPLACED),
        _paper(conn, replaced_by) if replaced_by else None,
        [_paper(conn, number) for number in notes],
    )


def _paper(conn: Connection, number: str) -> FollowingPaper:
    return FollowingPaper(number, bool(any_pdf_of(conn, number)))


def _attachment(number: str, pdf: bytes) -> Response:
    kind = "credit-note" if number.startswith(Series.CREDIT_NOTE.value) else "receipt"
    headers = {
        "Content-Disposition": f'attachment; filename="{kind}-{number}.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


def _preparing(pages: Pages, issued: Issued, token: str, look: int) -> Response:
    overdue = look >= MOST_RELOADS
    page = pages.page(
        "receipts/preparing.html",
        status=202,
        private=True,
        receipt=issued.receipt,
        token=token,
        overdue=overdue,
    )
    if not overdue:
        # A header, because accessibility rules (axe) forbid `<meta http-equiv="refresh">`. It needs no script.
        page.headers["Refresh"] = f"{min(2**look, 30)}; url=/receipts/{token}.pdf?look={look + 1}"
    return page
