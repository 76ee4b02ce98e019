"""A house with one of everything in it, for tests that attack it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.tables import api_token
from campaigns.tables import campaign, match_note, match_pot, spending
from database.migrating import installation
from donors.tables import consent, donor, donor_link, donor_merge, donor_word, erasure
from ledger import store
from ledger import tables as ledger_tables
from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import EUR, Money
from mailing.tables import signup
from organisation.tables import organisation_version
from outbox.tables import letter
from payments.adopting.tables import supporter
from payments.bank import tables as bank
from payments.books import tables as book_tables
from payments.gift_aid import tables as gift_aid
from payments.gifts import tables as gift_tables
from payments.inbox import tables as inbox_tables
from payments.refunding.tables import refund_request
from payments.standing_orders.tables import standing_order, standing_order_gift
from receipts import tables as receipts
from staff import tables as staff
from tests.database.house_checks import CHECK_FURNITURE
from tests.database.made_rows import row
from tests.ledger.samples import NOON, entry
from web import tables as web_tables

FIRST_RECEIPT = 2026 * receipts.YEAR_SPAN + 1

OFFLINE = {"means": "cash", "taken_back_at": None, "taken_back_by": None, "why": None}
REFUND_REQUEST = {"gift_id": "gift-1", "currency": "GBP", "reason": "duplicate", "open_of": None, "refusal": None}
DOCUMENT = {"series": "CN", "year": 2026, "subject": "receipt:1", "donor_id": "donor-1"}
BANK_LINE = {"currency": "GBP", "struck_at": None}
BANK_MATCH = {
    "line_id": "line-3",
    "kind": "gift",
    "gift_id": "gift-2",
    "payout_id": None,
    "deposit_id": None,
    "why": "",
}
DECLARED = {
    "donor_id": "donor-1",
    "gift_id": "gift-1",
    "scope": "one_gift",
    "place": "form",
    "ends_on": None,
    "withdrawn_at": None,
    "withdrawn_by": None,
    "erased_at": None,
}
CLAIM_LINE: dict[str, Any] = {"declaration_id": "declared-1", "erased_at": None}
INSTRUCTION = {"donor_id": "donor-1", "state": "active", "currency": "GBP", "interval": "month"}
TOKEN = {"made_by": "treasurer-1", "revoked_at": None, "revoked_by": None}
# What a plain value of the column's type would not satisfy; everything else is filled in by `row`.
FURNITURE: tuple[tuple[sa.Table, Mapping[str, Any]], ...] = (
    (installation, {"id": 1, "mode": "sandbox"}),
    (organisation_version, {"id": 1, "kind": "campaigning_body", "colour": None, "logo": None}),
    (
        campaign,
        {
            "slug": "hall",
            "currency": "GBP",
            "parent_id": None,
            "closes_at": None,
            "state": "published",
            "target_kind": "amount",
            "target_count": None,
            "picture": None,
            "closed_at": None,
        },
    ),
    (
        campaign,
        {
            "id": 777,
            "slug": "shed",
            "currency": "GBP",
            "parent_id": None,
            "closes_at": None,
            "state": "published",
            "target_kind": "amount",
            "target_count": None,
            "picture": None,
            "closed_at": None,
        },
    ),
    (donor, {"id": "donor-1", "email_key": "one@example.org"}),
    (donor, {"id": "donor-2", "email_key": "two@example.org"}),
    (donor, {"id": "donor-3", "email_key": "three@example.org"}),
    (consent, {"id": "consent-1", "donor_id": "donor-1", "channel": "email", "place": "form"}),
    (signup, {"id": "signup-1", "topic": "updates", "campaign_id": 1, "ended_at": None, "ended_by": None}),
    (
        donor_merge,
        {
            "id": "merge-1",
            "donor_id": "donor-3",
            "into_id": "donor-1",
            "undone_at": None,
            "undone_by": None,
            "holds_of": "donor-3",
        },
    ),
    (erasure, {"id": "erasure-1", "donor_id": "donor-3"}),
    (donor_link, {"token_hash": b"0" * 32, "donor_id": "donor-1"}),
    (donor_word, {"word": "ada", "donor_id": "donor-1"}),
    (
        gift_tables.gift,
        {
            "id": "gift-1",
            "donor_id": "donor-1",
            "currency": "GBP",
            "state": "received",
            "payment": "pi_1",
            "invoice_id": "in_1",
            "fee_cover_minor": None,
        },
    ),
    (
        gift_tables.gift,
        {
            "id": "gift-2",
            "donor_id": "donor-1",
            "currency": "GBP",
            "state": "failed",
            "session_id": "cs_2",
            "payment": "pi_2",
            "invoice_id": "in_2",
            "fee_cover_minor": None,
        },
    ),
    (gift_tables.allocation, {"gift_id": "gift-1"}),
    (
        standing_order,
        {"id": "order-1", "donor_id": "donor-1", "currency": "GBP", "interval": "month", "ended_on": None},
    ),
    (
        standing_order,
        {
            "id": "order-2",
            "donor_id": "donor-1",
            "currency": "GBP",
            "interval": "month",
            "reference": "x",
            "ended_on": None,
        },
    ),
    (standing_order_gift, {"gift_id": "gift-1", "order_id": "order-1"}),
    (supporter, {"subscription": "sub_8", "currency": "GBP", "interval": "month"}),
    (supporter, {"subscription": "sub_9", "currency": "GBP", "interval": "month"}),
    (gift_tables.gift_move, {"id": "move-1", "gift_id": "gift-1", "from_campaign": 1, "to_campaign": 777}),
    (staff.note, {"id": "note-1", "about": "gift", "removed_at": None, "removed_by": None}),
    (staff.note, {"id": "note-2", "about": "gift", "removed_at": None, "removed_by": None}),
    (gift_tables.offline_gift, OFFLINE | {"gift_id": "gift-1"}),
    (gift_tables.offline_gift, OFFLINE | {"gift_id": "gift-2", "means": "bank_transfer"}),
    *(
        (bank.bank_import, {"id": f"import-{n}", "format": "csv", "undone_at": None, "undone_by": None})
        for n in (1, 2, 3)
    ),
    *((bank.bank_line, BANK_LINE | {"id": f"line-{n}", "import_id": "import-3", "key": f"key-{n}"}) for n in (1, 2, 3)),
    (
        bank.bank_match,
        BANK_MATCH
        | {"id": "match-1", "undone_at": None, "undone_by": None, "holds_line": "line-3", "holds_target": "gift-2"},
    ),
    (bank.bank_match, BANK_MATCH | {"id": "match-2", "holds_line": None, "holds_target": None}),
    (gift_tables.dedication, {"gift_id": "gift-1", "kind": "honour"}),
    (gift_tables.dedication, {"gift_id": "gift-2", "kind": "honour"}),
    (gift_tables.declaration, {"gift_id": "gift-1", "kind": "company"}),
    (gift_tables.declaration, {"gift_id": "gift-2", "kind": "company"}),
    *((gift_aid.gift_aid_declaration, DECLARED | {"id": f"declared-{n}"}) for n in (1, 2)),
    *((gift_aid.gift_aid_claim, {"number": n, "taken_back_at": None, "taken_back_by": None}) for n in (1, 2, 3)),
    *(
        (gift_aid.gift_aid_line, CLAIM_LINE | {"claim": n, "gift_id": f"gift-{n}", "holds_of": f"gift-{n}"})
        for n in (1, 2)
    ),
    (gift_aid.gift_aid_adjustment, {"claim": 2, "gift_id": "gift-1"}),
    (inbox_tables.delivery, {"id": "evt_1"}),
    (inbox_tables.delivery_body, {"delivery_id": "evt_1", "body": b"{}"}),
    (book_tables.charge, {"id": "ch_1", "payment": "pi_1", "gift_id": "gift-1"}),
    (book_tables.charge, {"id": "ch_2", "payment": "pi_2", "gift_id": "gift-2"}),
    (gift_tables.checkout, {"session_id": "cs_1", "gift_id": "gift-1", "payment_intent": "pi_1"}),
    (gift_tables.checkout, {"session_id": "cs_2", "gift_id": "gift-2", "payment_intent": "pi_2"}),
    (gift_tables.discrepancy, {"charge": "ch_1", "gift_id": "gift-1", "why": "amount"}),
    (book_tables.charge, {"id": "ch_3", "payment": "pi_3", "gift_id": "gift-2"}),
    (gift_tables.discrepancy, {"charge": "ch_3", "gift_id": "gift-2", "why": "second_payment"}),
    (gift_tables.settled_discrepancy, {"charge": "ch_3"}),
    (book_tables.payment_failure, {"charge": "ch_1"}),
    (book_tables.refund, {"id": "re_1"}),
    (book_tables.refund, {"id": "re_2"}),
    (refund_request, REFUND_REQUEST | {"id": "request-1", "payment": "pi_1", "refund_id": "re_1"}),
    (
        refund_request,
        REFUND_REQUEST
        | {"id": "request-2", "payment": "pi_2", "open_of": "pi_2", "answered_at": None, "refund_id": None},
    ),
    (book_tables.dispute_move, {"line_id": "txn_1"}),
    (book_tables.dispute, {"id": "du_1"}),
    (book_tables.dispute, {"id": "du_2"}),
    (book_tables.payout, {"id": "po_1"}),
    (book_tables.payout, {"id": "po_2"}),
    (book_tables.balance_line, {"id": "txn_1", "category": "payment", "ours": True}),
    (book_tables.balance_line, {"id": "txn_2", "category": "payment", "ours": True}),
    (gift_tables.recurring, INSTRUCTION | {"id": "rec-1", "first_gift_id": "gift-1", "subscription": "sub_1"}),
    (gift_tables.recurring, INSTRUCTION | {"id": "rec-2", "first_gift_id": "gift-2", "subscription": "sub_2"}),
    (gift_tables.recurring_share, {"recurring_id": "rec-1"}),
    (book_tables.invoice, {"id": "in_1"}),
    (book_tables.invoice_payment, {"payment": "pi_1"}),
    (gift_tables.recurring_act, {"id": "act-1", "recurring_id": "rec-1", "act": "amount", "day": None}),
    (gift_tables.recurring_act, {"id": "act-2", "recurring_id": "rec-1", "act": "amount", "day": None}),
    (gift_tables.receipt_choice, {"recurring_id": "rec-1", "n": 1, "letters": "each"}),
    (receipts.receipt_series, {"year": 2026, "last_number": 2}),
    (receipts.receipt, {"id": FIRST_RECEIPT, "year": 2026, "number": 1, "gift_id": "gift-1"}),
    (receipts.receipt, {"id": FIRST_RECEIPT + 1, "year": 2026, "number": 2, "gift_id": "gift-2"}),
    (receipts.receipt_token, {"token_hash": "0" * 64, "receipt_id": FIRST_RECEIPT}),
    (receipts.receipt_pdf, {"receipt_id": FIRST_RECEIPT, "sha256": "0" * 64}),
    (receipts.receipt_void, {"receipt_id": FIRST_RECEIPT, "replaced_by": None}),
    (receipts.document_series, {"series": "CN", "year": 2026, "last_number": 2}),
    (receipts.document_gap, {"series": "CN", "year": 2025, "first_number": 1, "last_number": 5}),
    (receipts.document, DOCUMENT | {"id": "CN2026-000001", "number": 1, "edition": 1}),
    (receipts.document, DOCUMENT | {"id": "CN2026-000002", "number": 2, "edition": 2}),
    (receipts.document_pdf, {"document_id": "CN2026-000001", "sha256": "0" * 64}),
    (receipts.document_void, {"document_id": "CN2026-000001", "replaced_by": None}),
    (match_pot, {"id": "pot-1", "currency": "GBP", "ended_on": None}),
    (match_note, {"gift_id": "gift-1", "pot_id": "pot-1"}),
    (receipts.receipt_gap, {"year": 2025, "first_number": 1, "last_number": 5}),
    (gift_tables.lost_gift, {"id": "lost-1", "kind": "once"}),
    (gift_tables.lost_gift, {"id": "lost-2", "kind": "recurring"}),
    (staff.act, {"id": "staff-act-1"}),
    (
        staff.staff_member,
        {"id": "owner-1", "email": "o@example.org", "role": "owner", "disabled_at": None, "removed_at": None},
    ),
    (
        staff.staff_member,
        {"id": "treasurer-1", "email": "t@example.org", "role": "treasurer", "disabled_at": None, "removed_at": None},
    ),
    *CHECK_FURNITURE,
    (api_token, TOKEN | {"id": "token-1", "digest": b"1" * 32}),
    (api_token, TOKEN | {"id": "token-2", "digest": b"2" * 32}),
    (letter, {"id": "letter-1", "key": "one", "state": "sent"}),
    (letter, {"id": "letter-2", "key": "two", "state": "uncertain", "personal": True}),
    (
        ledger_tables.period_step,
        {"act": "close", "month": date(2020, 1, 1), "open_from": date(2020, 2, 1), "digest": "0" * 64},
    ),
    (spending, {"id": "spending-1", "currency": "GBP", "withdrawn_at": None}),
    (spending, {"id": "spending-2", "currency": "GBP", "withdrawn_at": None}),
    (ledger_tables.period_report, {"sha256": "0" * 64}),
    (web_tables.picture, {"hash": "0" * 64}),
    (web_tables.picture_file, {"hash": "0" * 64, "extension": "webp"}),
)


def plant(conn: Connection) -> None:
    """Furnish an empty, migrated database: a row or two in every guarded table."""
    store.open_accounts(conn)
    for table, given in FURNITURE:
        conn.execute(sa.insert(table).values(row(table, given)))
    store.post(conn, ENTRIES, NOON)
    store.post(conn, [LATE], NOON)


UNDONE = "offline:a:1"
LATE = entry("offline:late:1", kind=EntryKind.OFFLINE, debit=Account.CASH, book_date=date(2020, 1, 15))
ENTRIES = (
    entry("gift:ch_1:1", gift="gift-1"),
    entry("gift:ch_2:1", gift="gift-2", subject="pi_2", amount=Money(4000, EUR)),
    entry("offline:a:1", kind=EntryKind.OFFLINE, debit=Account.CASH, subject="a"),
    entry("offline:b:1", kind=EntryKind.OFFLINE, debit=Account.CASH, subject="b"),
    entry("undo:a", kind=EntryKind.OFFLINE, debit=Account.GIFTS, credit=Account.CASH, subject="a", reverses=UNDONE),
)
