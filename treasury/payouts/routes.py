"""`/desk/payouts/{id}`: a payout as a posting, and the same as CSV."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Engine
from starlette.responses import Response

from campaigns.store import campaign_titles
from database.transactions import reading
from payments.bank.views import bank_line_of
from payments.books.payout_views import PayoutLine, lines_of_payout, payout_by_id
from payments.books.views import PayoutRow
from payments.reading.happenings import Category
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.lists.csv_file import MARK_OF_UTF8, plain_amount
from treasury.payouts.posting import PayoutPosting, posting
from web.errors import NotFound
from web.pages import Pages
from web.spreadsheets import harmless

PATH = "/desk/payouts/{payout}"
PayoutId = Annotated[str, Path(pattern=r"^po_[A-Za-z0-9_]{1,100}$")]
WORDS: Mapping[Category, str] = {
    Category.PAYMENT: "Gift", Category.REFUND: "Refund", Category.DISPUTE: "Dispute",
    Category.STRIPE_FEE: "Stripe's own fee", Category.TOP_UP: "Paid in from the bank",
    Category.ADJUSTMENT: "Held back or released by Stripe", Category.OTHER: "Stripe money that is no gift",
    Category.UNKNOWN: "Of a kind that nobody knows",
}  # fmt: skip
COLUMNS = ("Day", "What", "Donor", "Campaigns", "Given or back", "Fee", "To the bank", "Currency", "Payment or refund")


def payout_routes(engine: Engine, pages: Pages, door: Door) -> APIRouter:
    """The page of a payout, for whoever reads money."""
    router = APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)

    @router.get(PATH + ".csv")
    def download_payout(_reader: Reader, payout: PayoutId) -> Response:
        row, lines, _, titles = _load(engine, payout)
        headers = {"Content-Disposition": f'attachment; filename="{row.id}.csv"', "Cache-Control": "no-store"}
        return Response(_csv(lines, titles, pages), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get(PATH)
    def show_payout(reader: Reader, payout: PayoutId) -> Response:
        row, lines, posted, titles = _load(engine, payout)
        with reading(engine) as conn:
            bank_line = bank_line_of(conn, payout)
        return pages.page(
            "treasury/payout.html", private=True, member=reader.member, payout=row, lines=lines, posting=posted,
            titles=titles, words=WORDS, bank_line=bank_line,
        )  # fmt: skip

    return router


def _load(engine: Engine, payout: str) -> tuple[PayoutRow, Sequence[PayoutLine], PayoutPosting, Mapping[int, str]]:
    with reading(engine) as conn:
        row = payout_by_id(conn, payout)
        if row is None:
            raise NotFound
        lines, titles = lines_of_payout(conn, payout), campaign_titles(conn)
    return row, lines, posting(row.amount, lines), titles


def _csv(lines: Sequence[PayoutLine], titles: Mapping[int, str], pages: Pages) -> str:
    file, zone = StringIO(), pages.wording.zone
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        named = ", ".join(titles.get(campaign, "") for campaign, _ in line.weights)
        writer.writerow(
            [
                f"{line.at.astimezone(zone):%Y-%m-%d}", WORDS[line.category], harmless(line.donor), harmless(named),
                plain_amount(line.gross), plain_amount(line.fee), plain_amount(line.net), line.gross.currency.code,
                line.subject,
            ]
        )  # fmt: skip
    return MARK_OF_UTF8 + file.getvalue()
