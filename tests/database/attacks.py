# ruff: noqa: S608 (putting SQL together is an attacker's trade)
"""Hostile statements, and the guards that stop each of them.

An attack names all the guards that stand in its way (a name that one engine does not have is no guard
there), so that a test can take exactly these away and see the attack succeed. Values are SQL literals.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from database.tables import metadata
from tests.database.house import FIRST_RECEIPT


@dataclass(frozen=True)
class Attack:
    """A statement that would change a guarded table."""

    name: str
    table: str
    statement: str
    guards: tuple[str, ...]
    before: tuple[str, ...] = ()  # what the attacker does first: settings, and rows that are his to write

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def copied(table: str, of: str, verb: str = "INSERT", **changes: str) -> str:
    """Write a copy of one row with these changes."""
    columns = [*(["rowid"] if "rowid" in changes else []), *metadata.tables[table].columns.keys()]
    values = [changes.get(name, name) for name in columns]
    into = f"{table} ({', '.join(columns)})"
    return f"{verb} INTO {into} SELECT {', '.join(values)} FROM {table} WHERE {of}"


def changed(table: str, change: str, of: str, *guards: str) -> Attack:
    """Change rows that are written."""
    statement = f"UPDATE {table} SET {change} WHERE {of}"
    return Attack(f"{table}: set {change}", table, statement, guards)


def removed(table: str, of: str, *before: str) -> Attack:
    """Remove rows."""
    return Attack(f"{table}: delete", table, f"DELETE FROM {table} WHERE {of}", (f"{table}_keep",), before)


def unsound(what: str, *guards: str, **changes: str) -> Attack:
    """Post an entry that must not exist."""
    statement = copied("entry", "id = 4", **({"id": "99", "key": "'bad:1'"} | changes))
    return Attack(f"entry: {what}", "entry", statement, (*guards, "entry_sound"))


def _lone_gift(name: str, **changes: str) -> str:
    alone = {"session_id": "NULL", "payment": "NULL", "invoice_id": "NULL"}
    return copied("gift", "id = 'gift-1'", id=f"'{name}'", **(alone | changes))


# Rows that only the row under attack refers to, so that no foreign key helps the guard.
LONE_GIFT = _lone_gift("gift-3")
LONE_DELIVERY = copied("delivery", "id = 'evt_1'", id="'evt_2'")
LONE_CHECKOUT = copied("checkout", "session_id = 'cs_1'", session_id="'cs_3'", payment_intent="NULL")

UNSOUND = (
    unsound("a negative amount", "ck_entry_amount", amount_minor="-2500"),
    unsound("nothing at all", "ck_entry_amount", amount_minor="0"),
    unsound("a trillion", "ck_entry_amount", amount_minor="1000000000000"),
    unsound("from an account to itself", "ck_entry_two_accounts", debit="credit"),
    unsound("into another currency", "fk_entry_debit", "fk_entry_credit", currency="'XTS'"),
    unsound("from an account that is not there", "fk_entry_credit", credit="'slush'"),
    unsound("into an account that is not there", "fk_entry_debit", debit="'slush'"),
    unsound("without a cause", "ck_entry_cause", cause="''"),
    unsound("about nothing", "ck_entry_subject", subject="''"),
    unsound("without a proper key", "ck_entry_key", key="'x'"),
    unsound("a reversal of nothing", "fk_entry_reverses", reverses="'gift:never:1'"),
)

STEPS = ("period_step_in_order",)
COPIED_STEP = copied("period_step", "id = 1", id="2", month="'2020-02-01'", open_from="'2020-03-01'")

EVERYWHERE = (
    *UNSOUND,
    changed("entry", "amount_minor = 1", "id = 1", "entry_no_update"),
    changed("entry", "campaign_id = 2", "id = 1", "entry_no_update"),
    changed("entry", "reverses = NULL", "id = 5", "entry_no_update"),
    removed("entry", "id = 5"),
    Attack(
        "entry: in a closed month", "entry",
        copied("entry", "id = 4", id="99", key="'bad:1'", book_date="'2020-01-31'"), ("entry_in_open_period",),
    ),
    changed("period_step", "who = 'nobody'", "id = 1", "period_step_no_update"),
    removed("period_step", "id = 2", COPIED_STEP),
    Attack("period_step: closed again", "period_step", copied("period_step", "id = 1", id="2"), STEPS),
    Attack(
        "period_step: a month left out", "period_step",
        copied("period_step", "id = 1", id="2", month="'2020-03-01'", open_from="'2020-04-01'"), STEPS,
    ),
    changed("period_report", f"sha256 = '{'1' * 64}'", "step_id = 1", "period_report_no_update"),
    removed("period_report", "step_id = 1"),
    changed("late_entry", "own_day = '2020-01-16'", "entry_id > 0", "late_entry_no_update"),
    removed("late_entry", "entry_id > 0"),
    changed("account", "kind = 'income'", "code = 'fees'", "account_no_update"),
    removed("account", "code = 'suspense' AND currency = 'GBP'"),
    changed("currency", "exponent = 0", "code = 'GBP'", "currency_no_update"),
    removed("currency", "code = 'XTS'", "INSERT INTO currency (code, exponent) VALUES ('XTS', 2)"),
    removed("total", "account = 'gifts'"),
    removed("month_total", "account = 'gifts'"),
    changed("campaign", "currency = 'EUR'", "slug = 'hall'", "campaign_frozen"),
    changed("gift", "amount_minor = 1", "id = 'gift-1'", "gift_frozen"),
    changed("gift", "currency = 'EUR'", "id = 'gift-1'", "gift_frozen"),
    changed("gift", "source = 'poster'", "id = 'gift-1'", "gift_frozen"),
    changed("gift", "fee_cover_minor = 1", "id = 'gift-1'", "gift_frozen"),
    changed("dedication", "kind = 'memory'", "gift_id = 'gift-1'", "dedication_frozen"),
    removed("dedication", "gift_id = 'gift-1'"),
    changed("declaration", "words = 'others'", "gift_id = 'gift-1'", "declaration_frozen"),
    removed("declaration", "gift_id = 'gift-1'"),
    changed("gift", "state = 'pending'", "id = 'gift-1'", "gift_state_rises"),
    changed("gift", "state = 'expired'", "id = 'gift-2'", "gift_state_rises"),
    changed("gift", "received_at = NULL", "id = 'gift-1'", "gift_set_once"),
    changed("gift", "received_on = '2025-12-31'", "id = 'gift-1'", "gift_set_once"),
    changed("gift", "payment = 'pi_9'", "id = 'gift-1'", "gift_set_once"),
    changed("gift", "donor_id = 'donor-2'", "id = 'gift-1'", "gift_donor_set_once"),
    changed("recurring", "donor_id = 'donor-2'", "id = 'rec-1'", "recurring_donor_set_once"),
    removed("donor", "id = 'donor-2'"),
    changed("consent", "is_given = 1", "id = 'consent-1'", "consent_no_update"),
    removed("consent", "id = 'consent-1'"),
    changed("donor_merge", "who = 'nobody'", "id = 'merge-1'", "donor_merge_frozen"),
    Attack(
        "donor_merge: let it hold again", "donor_merge",
        "UPDATE donor_merge SET undone_at = NULL, undone_by = NULL, holds_of = donor_id WHERE id = 'merge-1'",
        ("donor_merge_set_once",),
        ("UPDATE donor_merge SET undone_at = merged_at, undone_by = 'x', holds_of = NULL WHERE id = 'merge-1'",),
    ),
    removed("donor_merge", "id = 'merge-1'"),
    changed("refund", "parts = '[]'", "id = 're_1'", "refund_frozen"),
    changed("refund_request", "amount_minor = 2", "id = 'request-1'", "refund_request_frozen"),
    changed("refund_request", "refund_id = 're_9'", "id = 'request-1'", "refund_request_set_once"),
    removed("refund_request", "id = 'request-1'"),
    changed("offline_gift", "means = 'cheque'", "gift_id = 'gift-1'", "offline_gift_frozen"),
    Attack(
        "offline_gift: give another reason", "offline_gift",
        "UPDATE offline_gift SET why = 'x' WHERE gift_id = 'gift-1'", ("offline_gift_set_once",),
        ("UPDATE offline_gift SET taken_back_at = entered_at, taken_back_by = 'x', why = 'y'",),
    ),
    removed("offline_gift", "gift_id = 'gift-1'"),
    changed("offline_gift", "reference = 'x'", "gift_id = 'gift-1'", "offline_gift_reference_goes"),
    changed("note", "who = 'x'", "id = 'note-1'", "note_frozen"),
    changed("note", "text = 'x'", "id = 'note-1'", "note_text_goes"),
    Attack(
        "note: removed by somebody else", "note", "UPDATE note SET removed_by = 'y' WHERE id = 'note-1'",
        ("note_set_once",), ("UPDATE note SET removed_at = written_at, removed_by = 'x', text = ''",),
    ),
    removed("note", "id = 'note-1'"),
    changed("erasure", "who = 'nobody'", "id = 'erasure-1'", "erasure_no_update"),
    removed("erasure", "id = 'erasure-1'"),
    changed("signup", "words = 'Everything.'", "id = 'signup-1'", "signup_frozen"),
    changed("signup", "confirmed_at = NULL", "id = 'signup-1'", "signup_set_once"),
    removed("signup", "id = 'signup-1'"),
    Attack("gift: without a donor", "gift", _lone_gift("gift-9", donor_id="NULL"), ("gift_has_donor",)),
    Attack(
        "recurring: without a donor", "recurring",
        copied(
            "recurring", "id = 'rec-1'", id="'rec-9'", subscription="NULL", first_gift_id="'gift-3'", donor_id="NULL"
        ),
        ("recurring_has_donor",), (LONE_GIFT,),
    ),
    removed("gift", "id = 'gift-3'", LONE_GIFT),
    changed("allocation", "amount_minor = 2", "n = 1", "allocation_frozen"),
    changed("gift_move", "to_campaign = 3", "id = 'move-1'", "gift_move_no_update", "fk_gift_move_to_campaign"),
    removed("gift_move", "id = 'move-1'"),
    changed("supporter", "amount_minor = 9", "subscription = 'sub_8'", "supporter_frozen"),
    changed("supporter", "decided_at = '2027-01-01T00:00:00.000000+00:00'", "subscription = 'sub_8'",
            "supporter_set_once"),
    removed("supporter", "subscription = 'sub_8'"),
    changed("standing_order", "reference = 'x2'", "id = 'order-1'", "standing_order_frozen"),
    Attack(
        "standing_order: end another day", "standing_order", "UPDATE standing_order SET ended_on = '2027-01-01'",
        ("standing_order_set_once",), ("UPDATE standing_order SET ended_on = '2026-12-01'",),
    ),
    removed("standing_order", "id = 'order-2'"),
    changed("standing_order_gift", "order_id = 'order-2'", "gift_id = 'gift-1'", "standing_order_gift_no_update"),
    removed("standing_order_gift", "gift_id = 'gift-1'"),
    removed("allocation", "n = 1"),
    changed("delivery", "type = 'charge.refunded'", "id = 'evt_1'", "delivery_frozen"),
    changed("delivery", "applied_at = NULL", "id = 'evt_1'", "delivery_set_once"),
    removed("delivery", "id = 'evt_2'", LONE_DELIVERY),
    changed("delivery_body", "body = (SELECT pdf FROM receipt_pdf)", "body IS NOT NULL", "delivery_body_no_update"),
    changed("charge", "amount_minor = 1", "id = 'ch_1'", "charge_frozen"),
    changed("charge", "gift_id = 'gift-2'", "id = 'ch_1'", "charge_set_once"),
    removed("charge", "id = 'ch_2'"),
    changed("checkout", "gift_id = 'gift-2'", "session_id = 'cs_1'", "checkout_frozen"),
    changed("checkout", "payment_intent = NULL", "session_id = 'cs_1'", "checkout_set_once"),
    removed("checkout", "session_id = 'cs_1'"),
    changed("discrepancy", "charged_minor = 1", "charge = 'ch_1'", "discrepancy_no_update"),
    removed("discrepancy", "charge = 'ch_1'"),
    changed("receipt", "snapshot = '{}'", "number = 1", "receipt_person_frozen"),
    changed("receipt", "issued_on = '2020-01-01'", "number = 1", "receipt_frozen"),
    changed("receipt", "erased_at = NULL", "number = 1", "receipt_erased_once"),
    removed("receipt", "number = 2"),
    changed("receipt_pdf", "pdf = (SELECT body FROM delivery_body)", "receipt_id > 0", "receipt_pdf_person_frozen"),
    changed("receipt_pdf", f"sha256 = '{'1' * 64}'", "receipt_id > 0", "receipt_pdf_frozen"),
    changed("receipt_pdf", "erased_at = NULL", "receipt_id > 0", "receipt_pdf_erased_once"),
    removed("receipt_pdf", "receipt_id > 0"),
    changed("receipt_token", f"receipt_id = {FIRST_RECEIPT + 1}", "receipt_id > 0", "receipt_token_frozen"),
    changed("donor_word", "word = 'eve'", "word = 'ada'", "donor_word_frozen"),
    changed("receipt_series", "last_number = 1", "year = 2026", "receipt_series_rises"),
    changed("receipt_series", "year = 2027", "year = 2026", "receipt_series_rises"),
    removed("receipt_series", "year = 2026"),
    changed("receipt_gap", "last_number = 9", "year = 2025", "receipt_gap_no_update"),
    removed("receipt_gap", "year = 2025"),
    changed("lost_gift", "amount_minor = 1", "id = 'lost-1'", "lost_gift_frozen"),
    changed("lost_gift", "stops_at = NULL", "id = 'lost-1'", "lost_gift_frozen"),
    changed("lost_gift", "source = 'leaflet-8'", "id = 'lost-1'", "lost_gift_frozen"),
    changed("lost_gift", "adopted = 1", "id = 'lost-1'", "lost_gift_set_once"),
    removed("lost_gift", "id = 'lost-1'"),
    changed("act", "who = 'nobody'", "id = 'staff-act-1'", "act_no_update"),
    changed("act", "after = NULL", "id = 'staff-act-1'", "act_no_update"),
    removed("act", "id = 'staff-act-1'"),
    changed("staff_member", "role = 'auditor'", "id = 'owner-1'", "staff_member_last_owner"),
    changed("staff_member", "disabled_at = created_at", "id = 'owner-1'", "staff_member_last_owner"),
    changed("staff_member", "removed_at = created_at", "id = 'owner-1'", "staff_member_last_owner"),
    removed("staff_member", "id = 'owner-1'"),
    changed("letter", "to_address = 'mallory@example.org'", "id = 'letter-1'", "letter_person_frozen"),
    changed("letter", "message_id = 'another'", "id = 'letter-1'", "letter_frozen"),
    changed("letter", "erased_at = NULL", "id = 'letter-1'", "letter_erased_once"),
    changed("letter", "text = 'removed', html = 'removed'", "id = 'letter-1'", "letter_text_frozen"),
    changed("letter", "html = 'Pay here'", "id = 'letter-2'", "letter_text_frozen"),
    changed("letter", "state = 'waiting'", "id = 'letter-1'", "letter_state_moves"),
    changed("letter", "state = 'given_up'", "id = 'letter-2'", "letter_state_moves"),
    changed("letter", "settled_at = NULL", "id = 'letter-1'", "letter_set_once"),
    removed("letter", "id = 'letter-1'"),
    changed("organisation_version", "imprint = ''", "id = 1", "organisation_version_no_update"),
    removed("organisation_version", "id = 1"),
    changed("picture", "made_at = '2020-01-01T00:00:00.000000+00:00'", "made_at IS NOT NULL", "picture_no_update"),
    changed("picture_file", "width = 7", "width = 1", "picture_file_no_update"),
    changed("installation", "mode = 'live'", "id = 1", "installation_no_update"),
    removed("installation", "id = 1"),
    changed("installation_mark", f"mark = '{'0' * 32}'", "id = 1", "installation_mark_no_update"),
    removed("installation_mark", "id = 1"),
    Attack(
        "installation: a second one", "installation",
        "INSERT INTO installation (id, mode) VALUES (2, 'live')", ("ck_installation_one",),
    ),
)  # fmt: skip

# Writing a fact a second time. (On SQLite the trigger against REPLACE stands in the way as well.)
COPIES = (
    Attack("entry: same key", "entry", copied("entry", "id = 4", id="99"), ("uq_entry_key",)),
    Attack("entry: same id", "entry", copied("entry", "id = 4", key="'again:1'"), ("pk_entry",)),
    Attack(
        "entry: reversed twice", "entry", copied("entry", "id = 5", id="99", key="'undo:a:again'"),
        ("uq_entry_reverses",),
    ),
    Attack("act: again", "act", copied("act", "id = 'staff-act-1'"), ("pk_act",)),
    Attack("letter: again", "letter", copied("letter", "id = 'letter-1'", id="'x'"), ("uq_letter_key",)),
    Attack("delivery: again", "delivery", copied("delivery", "id = 'evt_1'"), ("pk_delivery",)),
    Attack("charge: again", "charge", copied("charge", "id = 'ch_1'"), ("pk_charge",)),
    Attack(
        "gift: a second one received by one payment", "gift",
        copied("gift", "id = 'gift-1'", id="'gift-9'", session_id="NULL", invoice_id="NULL"), ("uq_gift_payment",),
    ),
    Attack(
        "receipt: a second one for a gift", "receipt",
        copied("receipt", "number = 1", id=str(FIRST_RECEIPT + 2), number="3"), ("uq_receipt_gift_id_edition",),
    ),
    Attack(
        "receipt: a number given twice", "receipt", copied("receipt", "number = 1", gift_id="'gift-2'", edition="2"),
        ("pk_receipt",),
    ),
)  # fmt: skip


def as_replica(attacks: tuple[Attack, ...]) -> Iterator[Attack]:
    """The same as a session that calls itself a replica, which passes every trigger that is not ALWAYS."""
    told = "SET LOCAL session_replication_role = replica"
    for attack in attacks:
        if not any(guard.startswith(("ck_", "fk_", "uq_", "pk_")) for guard in attack.guards):
            guards = tuple(f"always:{guard}" for guard in attack.guards)
            yield replace(attack, name=f"{attack.name} as replica", guards=guards, before=(*attack.before, told))
