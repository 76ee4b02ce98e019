"""`/verify`: whether a paper is genuine, for whoever has it. Its QR code leads here; the form takes what is printed."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.engine import Engine

from database.transactions import reading
from receipts.check_code import VERIFY_PATH
from receipts.verifying import verify_document
from web.errors import NOT_FOUND
from web.pages import Pages

LONGEST = 60
TypedFromPaper = Annotated[str, Query(max_length=LONGEST)]
PrintedText = Annotated[str, Path(max_length=LONGEST)]


def verify_routes(engine: Engine, pages: Pages, public_key: Callable[[], bytes]) -> APIRouter:
    """The form, and the page about one paper. The code has 80 random bits: nobody guesses it, whatever they try.

    `public_key` is what signatures of PDFs are checked with, without us.
    """
    router = APIRouter()

    @router.get(VERIFY_PATH + "/key.pem")
    def give_public_key() -> Response:
        return Response(public_key(), media_type="application/x-pem-file")

    @router.get(VERIFY_PATH)
    def ask(number: TypedFromPaper = "", code: TypedFromPaper = "") -> Response:
        if number.strip() and code.strip():
            return RedirectResponse(
                f"{VERIFY_PATH}/{quote(number.strip(), safe='')}/{quote(code.strip(), safe='')}", 303
            )
        return pages.page("receipts/verify.html", private=True, number=number, code=code, is_unknown=False)

    @router.get(VERIFY_PATH + "/{number}/{code}")
    def verify(number: PrintedText, code: PrintedText) -> Response:
        with reading(engine) as conn:
            verified = verify_document(conn, number, code)
        if verified is None:  # the answer does not say whether the number or the code is wrong
            return pages.page(
                "receipts/verify.html", status=NOT_FOUND.status, private=True, number=number, code=code, is_unknown=True
            )
        return pages.page("receipts/verified.html", private=True, paper=verified)

    return router
