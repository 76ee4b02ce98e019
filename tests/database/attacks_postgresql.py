"""What only PostgreSQL lets an attacker try: TRUNCATE, MERGE, upserts, and being a replica."""

from collections.abc import Iterator

from database.tables import metadata
from tests.database.attacks import EVERYWHERE, Attack, as_replica, copied
from tests.database.attacks_bank import BANK
from tests.database.attacks_documents import DOCUMENTS
from tests.database.attacks_every_penny import FILLED_ONCE, MONEY_TABLES, WRITTEN_ONCE
from tests.database.attacks_gift_aid import GIFT_AID, GIFT_AID_TABLES
from tests.database.attacks_groups import GROUPS
from tests.database.attacks_valuing import VALUING, VALUING_TABLES

TRUNCATED = (
    "entry", "account", "currency", "total", "month_total", "donor", "gift", "allocation", "delivery", "charge",
    "checkout", "discrepancy", "receipt", "receipt_pdf", "receipt_series", "receipt_gap",
    "receipt_void", "document", "document_pdf", "document_void", "document_series", "document_gap",
    "lost_gift", "organisation_version",
    "installation", "installation_mark", "act", "letter", "staff_member", "match_pot", "match_note", "signup",
    "refund_request", "offline_gift", "note", "gift_move", "standing_order", "supporter",
    "bank_import", "bank_line", "bank_match",
    "erasure", "donor_merge", "period_step", "period_report", "late_entry", "spending",
    "api_token",
    *GIFT_AID_TABLES, *VALUING_TABLES,
    *MONEY_TABLES,
)  # fmt: skip
# What members of staff sign in with may be removed, so nothing keeps it from being emptied with them.
UNGUARDED = {"sign_in_link", "staff_campaign", "staff_password", "second_factor", "recovery_code"}


def _emptied_with(table: str) -> set[str]:
    """The table and all that CASCADE would empty with it."""
    found = {table}
    while (
        more := {
            name
            for name, other in metadata.tables.items()
            if any(key.referred_table.name in found for key in other.foreign_key_constraints)
        }
        - found
    ):
        found |= more
    return found


def _truncating() -> Iterator[Attack]:
    for table in TRUNCATED:
        guards = tuple(f"{name}_no_truncate" for name in sorted(_emptied_with(table) - UNGUARDED))
        yield Attack(f"{table}: truncate", table, f"TRUNCATE {table} CASCADE", guards)


ONLY_POSTGRESQL = (
    *_truncating(),
    *as_replica((*EVERYWHERE, *WRITTEN_ONCE, *FILLED_ONCE, *GROUPS, *BANK, *DOCUMENTS)),
    *as_replica((*GIFT_AID, *VALUING, *_truncating())),
    Attack(
        "entry: upsert", "entry",
        copied("entry", "id = 4", id="99") + " ON CONFLICT (key) DO UPDATE SET amount_minor = 1",
        ("entry_no_update",),
    ),
    Attack(
        "entry: merge", "entry",
        "MERGE INTO entry USING (SELECT 4 AS id) AS wanted ON entry.id = wanted.id"
        " WHEN MATCHED THEN UPDATE SET amount_minor = 1",
        ("entry_no_update",),
    ),
    Attack(
        "entry: merge away", "entry",
        "MERGE INTO entry USING (SELECT 5 AS id) AS wanted ON entry.id = wanted.id WHEN MATCHED THEN DELETE",
        ("entry_keep",),
    ),
    Attack(
        "entry: deleted inside a question", "entry",
        "WITH gone AS (DELETE FROM entry WHERE id = 5 RETURNING *) SELECT * FROM gone", ("entry_keep",),
    ),
)  # fmt: skip
