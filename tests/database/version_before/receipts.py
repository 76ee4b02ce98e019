"""Receipts with their links and PDFs, as the version before kept them."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from tests.database.version_before.books import Books

ORGANISATION = {
    "name": "Every Branch Open", "address": ["4 Lantern Row", "Marlbridge"], "email": "hello@example.org",
    "imprint": "Promoted by Every Branch Open, 4 Lantern Row, Marlbridge.", "url": "https://example.org",
    "legal_note": "No charity.", "timezone": "Europe/London",
}  # fmt: skip


def issue_receipts(books: Books, gifts: Iterable[dict[str, Any]]) -> None:
    """A receipt for each gift received, numbered by year; some with a link, some with their PDF."""
    last: dict[int, int] = {}
    for gift in sorted(gifts, key=lambda gift: (gift["received_at"], gift["id"])):
        at = gift["received_at"]
        number = last[at.year] = last.get(at.year, 0) + 1
        receipt = at.year * 10_000_000 + number
        snapshot = {
            "currency": gift["currency"], "donor_name": gift["donor_name"], "given_on": at.date().isoformat(),
            "issued_on": at.date().isoformat(), "lines": [["Save our libraries", gift["amount_minor"]]],
            "method": "Visa ending 4242", "mode": "test", "number": f"{at.year}-{number:06}",
            "organisation": ORGANISATION, "reference": gift["payment"], "template": 1,
        }  # fmt: skip
        text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        books.add(
            "receipt", id=receipt, year=at.year, number=number, gift_id=gift["id"], edition=1, issued_on=at.date(),
            issued_at=at, template=1, snapshot=text,
        )  # fmt: skip
        digest = hashlib.sha256(gift["id"].encode()).hexdigest()
        if number % 3 == 0:
            books.add("receipt_token", token_hash=digest, receipt_id=receipt, made_at=at)
        if number % 10 == 0:
            books.add(
                "receipt_pdf", receipt_id=receipt, pdf=b"%PDF-1.7\x00" + digest.encode(), sha256=digest, made_at=at
            )
    for year, number in last.items():
        books.add("receipt_series", year=year, last_number=number)
