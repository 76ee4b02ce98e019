"""A donor's receipt behind its secret link: the page, and the PDF to keep."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from ledger.views import gave_back
from receipts.jobs import print_first
from receipts.layouts import layout_of
from receipts.sheets import legal_of
from receipts.store import LINK_LIFETIME, Issued, pdf_of, receipt_by_token
from web.errors import NOT_FOUND
from web.pages import Pages

# The page reloads after 1 second, then 2, 4 … at most 30. After the ninth time it says that something is wrong.
MOST_RELOADS = 9


def receipt_routes(engine: Engine, clock: Clock, pages: Pages) -> APIRouter:
    """`/receipts/{token}` and `/receipts/{token}.pdf`."""
    router = APIRouter()

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
            return _attachment(issued, pdf)
        if look == 0:
            with writing(engine) as conn:
                print_first(conn, issued.receipt.number, now=now)
        return _preparing(pages, issued, token, look)

    @router.get("/receipts/{token}")
    def page(token: str) -> Response:
        """The receipt as a page, with a link to its PDF."""
        with reading(engine) as conn:
            issued = receipt_by_token(conn, token, clock())
            if issued is None:
                return _no_receipt(pages, token)
            went_back = gave_back(conn, issued.gift_id, issued.receipt.total.currency)
        shown = layout_of(issued.receipt.template).page
        as_issued = pages.of(issued.receipt.issuer)
        with as_issued.speaking():  # like its print, whoever looks at it now
            receipt, words = issued.receipt, issued.receipt.words
            legal = legal_of(receipt, as_issued.wording)
            return as_issued.page(
                shown, private=True, receipt=receipt, words=words, legal=legal, went_back=went_back, token=token
            )

    return router


def _no_receipt(pages: Pages, token: str) -> Response:
    """A link that was never made, is mistyped or has ended. The answer does not say which, and offers a new link.

    A new link goes by letter to whoever the receipt is for (payments/thanks).
    """
    return pages.page(
        "receipts/no_receipt.html", status=NOT_FOUND.status, private=True, token=token, days=LINK_LIFETIME.days
    )


def _attachment(issued: Issued, pdf: bytes) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="receipt-{issued.receipt.number}.pdf"',
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
