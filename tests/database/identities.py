"""What makes a row of each guarded table unique on SQLite, and what an attacker would like to change in it."""

from dataclasses import dataclass

from tests.database.house import FIRST_RECEIPT


@dataclass(frozen=True)
class Identity:
    """What makes a row of a table unique, and what an attacker would like to change in it.

    `fresh` holds values that no row has yet, one for each column that some unique key needs. `besides` are guards that
    stand in the way of any new row.
    """

    row: str
    keys: tuple[tuple[str, ...], ...]
    fresh: dict[str, str]
    loot: dict[str, str]
    besides: tuple[str, ...] = ()


IDENTITIES = {
    "entry": Identity(
        "id = 5", (("id",), ("key",), ("reverses",)),
        {"id": "99", "key": "'fresh:1'", "reverses": "NULL"}, {"amount_minor": "1"},
    ),
    "account": Identity(
        "code = 'fees' AND currency = 'GBP'", (("rowid",), ("code", "currency")), {"code": "'x'"},
        {"kind": "'income'"},
    ),
    "currency": Identity("code = 'GBP'", (("rowid",), ("code",)), {"code": "'XTS'"}, {"exponent": "0"}),
    "gift": Identity(
        "id = 'gift-1'", (("rowid",), ("id",), ("session_id",), ("payment",), ("invoice_id",)),
        {"id": "'x'", "session_id": "'x'", "payment": "'x'", "invoice_id": "'x'"}, {"state": "'pending'"},
    ),
    "allocation": Identity("n = 1", (("rowid",), ("gift_id", "n")), {"n": "9"}, {"amount_minor": "1"}),
    "delivery": Identity("id = 'evt_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"applied_at": "NULL"}),
    "charge": Identity("id = 'ch_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "checkout": Identity(
        "session_id = 'cs_1'", (("rowid",), ("session_id",), ("payment_intent",)),
        {"session_id": "'x'", "payment_intent": "'x'"}, {"gift_id": "'gift-2'"},
    ),
    "discrepancy": Identity(
        "charge = 'ch_1'", (("rowid",), ("charge",)), {"charge": "'x'"}, {"charged_minor": "1"}
    ),
    "receipt": Identity(
        "number = 1", (("id",), ("gift_id", "edition")),
        {"id": str(FIRST_RECEIPT + 8), "number": "9", "gift_id": "'x'"}, {"snapshot": "'{}'"},
    ),
    "receipt_pdf": Identity("receipt_id > 0", (("receipt_id",),), {}, {"pdf": "x'00'"}),
    "receipt_series": Identity("year = 2026", (("year",),), {}, {"last_number": "1"}),
    "receipt_gap": Identity(
        "year = 2025", (("rowid",), ("year", "first_number")), {"year": "2024"}, {"last_number": "9"}
    ),
    "receipt_void": Identity("receipt_id > 0", (("receipt_id",),), {}, {"why": "'other'"}),
    "document": Identity(
        "number = 1", (("rowid",), ("id",), ("series", "year", "number"), ("series", "subject", "edition")),
        {"id": "'x'", "number": "9", "edition": "9"}, {"snapshot": "'{}'"},
    ),
    "document_pdf": Identity("document_id > ''", (("rowid",), ("document_id",)), {}, {"pdf": "x'00'"}),
    "document_void": Identity("document_id > ''", (("rowid",), ("document_id",)), {}, {"why": "'other'"}),
    "document_series": Identity(
        "year = 2026", (("rowid",), ("series", "year")), {"year": "2024"}, {"last_number": "1"}
    ),
    "document_gap": Identity(
        "year = 2025", (("rowid",), ("series", "year", "first_number")), {"year": "2024"}, {"last_number": "9"}
    ),
    "period_step": Identity(
        "id = 1", (("id",),), {}, {"month": "'2020-02-01'", "open_from": "'2020-03-01'"}
    ),
    "period_report": Identity("step_id = 1", (("step_id",),), {}, {"pdf": "x'00'"}),
    "late_entry": Identity("entry_id > 0", (("entry_id",),), {}, {"own_day": "'2020-01-16'"}),
    "lost_gift": Identity("id = 'lost-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "act": Identity("id = 'staff-act-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"who": "'nobody'"}),
    "letter": Identity(
        "id = 'letter-1'", (("rowid",), ("id",), ("key",)), {"id": "'x'", "key": "'x'"}, {"state": "'waiting'"}
    ),
    "organisation_version": Identity("id = 1", (("id",),), {}, {"imprint": "''"}),
    "installation": Identity("id = 1", (("id",),), {}, {"mode": "'live'"}),
    "installation_mark": Identity("id = 1", (("id",),), {}, {"mark": f"'{'0' * 32}'"}),
    "payment_failure": Identity(
        "charge = 'ch_1'", (("rowid",), ("charge",)), {"charge": "'x'"}, {"amount_minor": "1"}
    ),
    "dispute_move": Identity(
        "line_id = 'txn_1'", (("rowid",), ("line_id",)), {"line_id": "'x'"}, {"amount_minor": "1"}
    ),
    "invoice": Identity("id = 'in_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"recurring_id": "'rec-2'"}),
    "invoice_payment": Identity(
        "payment = 'pi_1'", (("rowid",), ("payment",)), {"payment": "'x'"}, {"invoice_id": "'in_2'"}
    ),
    "settled_discrepancy": Identity(
        "charge = 'ch_3'", (("rowid",), ("charge",)), {"charge": "'x'"}, {"who": "'nobody'"}
    ),
    "recurring_share": Identity("n = 1", (("rowid",), ("recurring_id", "n")), {"n": "9"}, {"weight": "99"}),
    "donor": Identity(
        "id = 'donor-2'", (("rowid",), ("id",), ("email_key",)),
        {"id": "'x'", "email_key": "'x'"}, {"name": "'nobody'"},
    ),
    "signup": Identity(
        "id = 'signup-1'", (("rowid",), ("id",), ("token_hash",)), {"id": "'x'", "token_hash": "'x'"},
        {"email": "'x@example.org'"},
    ),
    "donor_merge": Identity(
        "id = 'merge-1'", (("rowid",), ("id",), ("holds_of",)), {"id": "'x'", "holds_of": "'donor-1'"},
        {"who": "'nobody'"},
    ),
    "erasure": Identity(
        "id = 'erasure-1'", (("rowid",), ("id",), ("donor_id",)), {"id": "'x'", "donor_id": "'donor-1'"},
        {"who": "'nobody'"},
    ),
    "consent": Identity("id = 'consent-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"is_given": "1"}),
    "dedication": Identity("gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-3'"}, {"name": "'x'"}),
    "declaration": Identity("gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-3'"}, {"name": "'x'"}),
    "gift_valuation": Identity(
        "gift_id = 'gift-1'", (("rowid",), ("gift_id", "n")), {"n": "2"}, {"market_value_minor": "1"}
    ),
    "loan": Identity("id = 'loan-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "gift_aid_declaration": Identity("id = 'declared-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"words": "'x'"}),
    "gift_aid_claim": Identity("number = 1", (("number",),), {"number": "9"}, {"who": "'x'"}),
    "gift_aid_line": Identity(
        "claim = 1", (("rowid",), ("claim", "n"), ("holds_of",)), {"n": "9", "holds_of": "NULL"},
        {"amount_minor": "1"},
    ),
    "gift_aid_adjustment": Identity(
        "claim = 2", (("rowid",), ("claim", "gift_id")), {"claim": "3"}, {"amount_minor": "1"}
    ),
    "offline_gift": Identity("gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-3'"}, {"who": "'x'"}),
    "gift_move": Identity("id = 'move-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"who": "'x'"}),
    "standing_order": Identity(
        "id = 'order-1'", (("rowid",), ("id",), ("reference",)), {"id": "'x'", "reference": "'y'"}, {"who": "'x'"}
    ),
    "standing_order_gift": Identity(
        "gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-2'"}, {"order_id": "'order-2'"}
    ),
    "bank_import": Identity("id = 'import-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"who": "'x'"}),
    "bank_line": Identity(
        "id = 'line-1'", (("rowid",), ("id",), ("key",)), {"id": "'x'", "key": "'x'"}, {"amount_minor": "1"}
    ),
    "bank_match": Identity(
        "id = 'match-1'", (("rowid",), ("id",), ("holds_line",), ("holds_target",)),
        {"id": "'x'"}, {"who": "'x'"},
    ),
    "donor_check": Identity(
        "gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-2'"}, {"value_minor": "1"}
    ),
    "check_step": Identity(
        "id = 'step-2'", (("rowid",), ("id",), ("gift_id", "n")), {"id": "'x'", "n": "9"},
        {"choices": "'[]'"}, ("check_step_after_the_end",),
    ),
    "check_text": Identity(
        "step_id = 'step-1' AND name = 'name'", (("rowid",), ("step_id", "name")), {"name": "'x'"}, {"text": "'x'"}
    ),
    "check_wait": Identity(
        "gift_id = 'gift-1'", (("rowid",), ("gift_id",)), {"gift_id": "'gift-2'"}, {"why": "'facts'"}
    ),
    "pound_value": Identity("id = 1", (("id",),), {"id": "9"}, {"value_minor": "1"}),
    "check_evidence": Identity(
        f"sha256 = '{'0' * 64}'", (("rowid",), ("gift_id", "sha256")), {"sha256": f"'{'9' * 64}'"}, {"kind": "'png'"}
    ),
    "regime_period": Identity("id = 1", (("id",),), {"id": "9"}, {"regime": "'none'"}),
    "added_rule": Identity("id = 1", (("id",),), {"id": "9"}, {"value": "'1'"}),
    "linked_donors": Identity("id = 1", (("id",),), {"id": "9"}, {"why": "'x'"}),
    "filed_report": Identity(
        "id = 1", (("id",), ("kind", "first_day", "last_day", "version")), {"id": "9", "version": "9"},
        {"report": "'[]'"},
    ),
    "filed_report_pdf": Identity("report_id = 1", (("report_id",),), {}, {"pdf": "x'00'"}),
    "election": Identity("id = 1", (("id",),), {"id": "9"}, {"name": "'x'"}),
    "commission_address": Identity("id = 1", (("id",),), {"id": "9"}, {"address": "'x'"}),
    "accounting_unit": Identity("id = 1", (("id",),), {"id": "9"}, {"is_unit": "1"}),
    "supporter": Identity(
        "subscription = 'sub_8'", (("rowid",), ("subscription",)), {"subscription": "'x'"}, {"amount_minor": "9"}
    ),
    "note": Identity("id = 'note-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"who": "'x'"}),
    "refund_request": Identity(
        "id = 'request-2'", (("rowid",), ("id",), ("open_of",)), {"id": "'x'", "open_of": "'pi_9'"},
        {"who": "'nobody'"},
    ),
    "refund": Identity("id = 're_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "dispute": Identity("id = 'du_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"payment": "'pi_9'"}),
    "payout": Identity("id = 'po_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "balance_line": Identity("id = 'txn_1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "recurring": Identity(
        "id = 'rec-1'", (("rowid",), ("id",), ("subscription",), ("first_gift_id",)),
        {"id": "'x'", "subscription": "'x'", "first_gift_id": "'x'"}, {"currency": "'EUR'"},
    ),
    "match_pot": Identity(
        "id = 'pot-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"first_day": "'2027-01-01'", "last_day": "'2027-02-01'"}
    ),
    "spending": Identity("id = 'spending-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"amount_minor": "1"}),
    "api_token": Identity(
        "id = 'token-1'", (("rowid",), ("id",), ("digest",)), {"id": "'x'", "digest": "zeroblob(32)"},
        {"scopes": "'donors:read'"},
    ),
    "match_note": Identity(
        "gift_id = 'gift-1'", (("rowid",), ("gift_id", "n")), {"n": "9"}, {"noted_at": "'2027-01-01'"}
    ),
    "receipt_choice": Identity(
        "recurring_id = 'rec-1'", (("rowid",), ("recurring_id", "n")), {"n": "9"}, {"letters": "'yearly'"}
    ),
    "recurring_act": Identity("id = 'act-1'", (("rowid",), ("id",)), {"id": "'x'"}, {"who": "'nobody'"}),
}  # fmt: skip
