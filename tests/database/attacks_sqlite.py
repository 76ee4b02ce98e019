# ruff: noqa: S608 (putting SQL together is an attacker's trade)
"""What only SQLite lets an attacker try: OR REPLACE, pragmas, and values of other types."""

from collections.abc import Iterator
from dataclasses import replace

from tests.database.attacks import LONE_CHECKOUT, LONE_GIFT, UNSOUND, Attack, copied
from tests.database.attacks_every_penny import LONE_RECURRING
from tests.database.attacks_groups import LATER_POT
from tests.database.identities import IDENTITIES


def _replacing() -> Iterator[Attack]:
    for table, identity in IDENTITIES.items():
        for key in identity.keys:
            changes = {name: value for name, value in identity.fresh.items() if not _belongs(name, key)}
            same = {"rowid": "rowid"} if key == ("rowid",) else {}
            statement = copied(table, identity.row, "INSERT OR REPLACE", **(changes | same | identity.loot))
            yield Attack(
                f"{table}: replace by {'+'.join(key)}", table, statement, (f"{table}_no_replace", *identity.besides)
            )


def _belongs(name: str, key: tuple[str, ...]) -> bool:
    # A receipt's number is a part of its id.
    return name in key or (name == "number" and key == ("id",))


def _taking(table: str, change: str, of: str, *before: str) -> Attack:
    statement = f"UPDATE OR REPLACE {table} SET {change} WHERE {of}"
    return Attack(f"{table}: push out by {change}", table, statement, (f"{table}_no_take",), before)


TAKING = (
    _taking("gift", "payment = 'pi_2'", "id = 'gift-3'", LONE_GIFT),
    _taking("gift", "session_id = 'cs_2'", "id = 'gift-1'"),
    _taking("gift", "rowid = 2", "rowid = 1"),
    _taking("gift", "invoice_id = 'in_2'", "id = 'gift-3'", LONE_GIFT),
    *(
        _taking(table, "rowid = 2", "rowid = 1")
        for table in (
            "donor",
            "spending",
            "api_token",
            "refund",
            "refund_request",
            "offline_gift",
            "note",
            "standing_order",
            "supporter",
            "bank_import",
            "bank_line",
            "bank_match",
            "check_text",
            "check_wait",
            "check_evidence",
            "dispute",
            "payout",
            "balance_line",
            "recurring",
            "recurring_act",
            "letter",
            "lost_gift",
            "dedication",
            "declaration",
            "loan",
            "gift_aid_declaration",
            "gift_aid_line",
        )
    ),
    replace(
        _taking("gift_aid_claim", "number = 3", "number = 4", copied("gift_aid_claim", "number = 3", number="4")),
        guards=("gift_aid_claim_frozen", "gift_aid_claim_no_take"),
    ),
    _taking("gift_valuation", "rowid = 2", "rowid = 1", copied("gift_valuation", "n = 1", n="2")),
    _taking("allocation", "rowid = 2", "rowid = 1", copied("allocation", "n = 1", gift_id="'gift-2'")),
    _taking(
        "donor_merge",
        "rowid = 2",
        "rowid = 1",
        copied("donor_merge", "id = 'merge-1'", id="'merge-2'", holds_of="'donor-1'"),
    ),
    _taking(
        "signup",
        "rowid = 2",
        "rowid = 1",
        copied("signup", "id = 'signup-1'", id="'signup-2'", token_hash="'another'"),
    ),
    _taking("match_pot", "rowid = 2", "rowid = 1", LATER_POT),
    _taking("recurring", "subscription = 'sub_2'", "id = 'rec-3'", LONE_RECURRING),
    _taking("checkout", "payment_intent = 'pi_1'", "session_id = 'cs_3'", LONE_CHECKOUT),
    _taking("checkout", "rowid = 2", "rowid = 1"),
    _taking("charge", "rowid = 2", "rowid = 1"),
    _taking("delivery", "rowid = 2", "rowid = 1", copied("delivery", "id = 'evt_1'", id="'evt_2'")),
    _taking(
        "invoice", "rowid = 1", "id = 'in_9'", "INSERT INTO invoice (id, recurring_id, is_first) VALUES ('in_9', '', 0)"
    ),
    replace(
        _taking("receipt_series", "year = 2027, last_number = 9", "year = 2026"),
        guards=("receipt_series_rises", "receipt_series_no_take"),
        before=("INSERT INTO receipt_series (year, last_number) VALUES (2027, 5)",),
    ),
    _taking("document", "rowid = 2", "rowid = 1"),
    _taking(
        "document_pdf",
        "rowid = 2",
        "rowid = 1",
        copied("document_pdf", "rowid = 1", document_id="'CN2026-000002'"),
    ),
    replace(
        _taking("document_series", "year = 2027, last_number = 9", "year = 2026"),
        guards=("document_series_rises", "document_series_no_take"),
        before=("INSERT INTO document_series (series, year, last_number) VALUES ('CN', 2027, 5)",),
    ),
)


def _typed(what: str, value: str) -> Attack:
    statement = copied("entry", "id = 4", id="99", key="'bad:1'", amount_minor=value)
    return Attack(f"entry: {what}", "entry", statement, ("strict", "ck_entry_amount", "entry_sound"))


def _ignoring() -> Iterator[Attack]:
    """OR IGNORE and the two pragmas, each with entries that must not exist."""
    for attack in UNSOUND:
        ignored = attack.statement.replace("INSERT INTO", "INSERT OR IGNORE INTO")
        yield replace(attack, name=f"{attack.name} or ignore", statement=ignored)
        off = ("PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON")
        yield replace(attack, name=f"{attack.name} with pragmas off", before=off, guards=("entry_sound",))


ONLY_SQLITE = (
    *_replacing(),
    *TAKING,
    *_ignoring(),
    _typed("half a penny", "10.5"),
    _typed("words for an amount", "'ten'"),
    Attack(
        "entry: replaced with recursive triggers off", "entry",
        copied("entry", "id = 4", "REPLACE", amount_minor="1"), ("entry_no_replace",),
        ("PRAGMA recursive_triggers=OFF",),
    ),
    Attack(
        "entry: upsert", "entry",
        copied("entry", "id = 4", id="99") + " ON CONFLICT (key) DO UPDATE SET amount_minor = 1",
        ("entry_no_replace", "entry_no_update"),
    ),
    Attack(
        "entry: update or ignore", "entry", "UPDATE OR IGNORE entry SET amount_minor = 1 WHERE id = 4",
        ("entry_no_update",),
    ),
)  # fmt: skip
