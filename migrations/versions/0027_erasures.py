"""What erases a donor: who was erased, and how far the rows that name somebody may be changed for it.

A receipt, its PDF and a letter stay as they were written until `erased_at` is set, once, in the change that takes the
person out of them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Instant
from migrations.guards import append_only, frozen, on_sqlite, refuse, set_once

revision = "0027"
down_revision = "0026"

RECEIPT = ["id", "year", "number", "gift_id", "edition", "issued_on", "issued_at", "template"]
LETTER = ["id", "key", "attachments", "personal", "expires_at", "message_id", "posted_at"]
OF_THE_PERSON = ["to_address", "to_name", "subject", "unsubscribe"]


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kept_until", BookDate(), nullable=True),
        sa.CheckConstraint("who <> ''", name=op.f("ck_erasure_who")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_erasure_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("donor_id", name=op.f("uq_erasure_donor_id")),
        sqlite_strict=True,
    )
    append_only("erasure", [["id"], ["donor_id"]])
    for table in ("receipt", "receipt_pdf", "letter"):
        op.add_column(table, sa.Column("erased_at", Instant(), nullable=True))
    _let_be_erased("receipt", RECEIPT, ["snapshot"], "receipt_no_update")
    _let_be_erased("receipt_pdf", ["receipt_id", "sha256", "made_at"], ["pdf"], "receipt_pdf_no_update")
    _drop("letter_frozen", "letter")
    _drop("letter_text_frozen", "letter")
    _let_be_erased("letter", LETTER, OF_THE_PERSON)
    removed = "OLD.personal = 1 AND NEW.text = 'removed' AND NEW.html = 'removed'"
    erased = "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.text = 'removed' AND NEW.html = 'removed'"
    refuse(
        "letter_text_frozen",
        "letter",
        "UPDATE",
        "letter: what was written stays as it is",
        f"(NEW.text <> OLD.text OR NEW.html <> OLD.html) AND NOT ({removed}) AND NOT ({erased})",
    )


def _let_be_erased(table: str, kept: Sequence[str], erasable: Sequence[str], former: str = "") -> None:
    """These columns may change once: in the change that sets `erased_at`. The `kept` ones never do."""
    if former:
        _drop(former, table)
    frozen(table, kept)
    set_once(table, ["erased_at"], "erased_once")
    word = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{name} {word} OLD.{name}" for name in erasable)
    refuse(
        f"{table}_person_frozen",
        table,
        "UPDATE",
        f"{table}: it changes only when its donor is erased",
        f"({changed}) AND NOT (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)",
    )


def _drop(trigger: str, table: str) -> None:
    op.execute(f"DROP TRIGGER {trigger}" if on_sqlite() else f"DROP TRIGGER {trigger} ON {table}")
