"""What gifts carry besides money.

The link they came by, whether the name may be shown, the cover of fees, a dedication, a declaration of who gives, and
the day of the month that a donor chose.

SQLite takes a CHECK only with the column that is added. `show_name` is the donor's to change; names and addresses go
when a donor is erased.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Flag, Instant, Minor
from migrations.guards import frozen, keep_rows, on_sqlite

revision = "0018"
down_revision = "0017"

ADDED: tuple[tuple[str, sa.Column[Any], str, str], ...] = (
    ("gift", sa.Column("source", sa.Text(), nullable=True), "source", "length(source) between 1 and 40"),
    ("gift", sa.Column("show_name", Flag(), nullable=True), "show_name", "show_name in (0, 1)"),
    (
        "gift",
        sa.Column("fee_cover_minor", Minor(), nullable=True),
        "fee_cover",
        "fee_cover_minor > 0 and fee_cover_minor < amount_minor",
    ),
    ("recurring", sa.Column("chosen_day", Count(), nullable=True), "chosen_day", "chosen_day between 1 and 28"),
)
FROZEN = ("id", "currency", "amount_minor", "created_at", "return_token")


def upgrade() -> None:
    """Forward."""
    for table, column, name, condition in ADDED:
        _add(table, column, name, condition)
    _make_dedication()
    _make_declaration()
    op.execute("DROP TRIGGER gift_frozen" if on_sqlite() else "DROP TRIGGER gift_frozen ON gift")
    frozen("gift", [*FROZEN, "source", "fee_cover_minor"])


def _add(table: str, column: sa.Column[Any], name: str, condition: str) -> None:
    if on_sqlite():
        kind = "TEXT" if isinstance(column.type, sa.Text) else "INTEGER"
        check = f"CONSTRAINT ck_{table}_{name} CHECK ({condition})"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind} {check}")
        return
    op.add_column(table, column)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _make_dedication() -> None:
    op.create_table(
        "dedication",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("letter_to", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('honour', 'memory')", name=op.f("ck_dedication_kind")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_dedication_name")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_dedication_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_dedication")),
        sqlite_strict=True,
    )
    keep_rows("dedication", [["gift_id"]])
    frozen("dedication", ["gift_id", "kind"])


def _make_declaration() -> None:
    op.create_table(
        "declaration",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind in ('individual', 'company', 'trade_union', 'building_society', 'llp', 'friendly_society',"
            " 'unincorporated_association', 'another_kind')",
            name=op.f("ck_declaration_kind"),
        ),
        sa.CheckConstraint("name <> '' and address <> ''", name=op.f("ck_declaration_who")),
        sa.CheckConstraint("words <> '' and words_version <> ''", name=op.f("ck_declaration_words")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_declaration_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_declaration")),
        sqlite_strict=True,
    )
    keep_rows("declaration", [["gift_id"]])
    frozen("declaration", ["gift_id", "kind", "words", "words_version", "declared_at"])
