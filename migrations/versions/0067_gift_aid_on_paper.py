"""Gift Aid declarations on paper, and gifts that are claimed again after what was paid back of them."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate
from migrations.guards import frozen, on_sqlite, refuse_rows

revision = "0067"
down_revision = "0066"

TABLE = "gift_aid_declaration"
COLUMNS = (
    ("brought", sa.Text(), "brought", "brought in ('paper', 'spoken')"),
    ("entered_by", sa.Text(), "entered", "(brought is null) = (entered_by is null)"),
    ("kept_where", sa.Text(), "kept_where", "(brought is null) = (kept_where is null)"),
    ("confirmed_on", BookDate(), "confirmed", "brought <> 'spoken' or confirmed_on is not null"),
    ("first_day", BookDate(), None, None),
    ("last_day", BookDate(), None, None),
)
WRITTEN = (
    "id", "donor_id", "gift_id", "scope", "words", "words_version", "place", "declared_at", "declared_on",
)  # fmt: skip
_SUM = (
    "(SELECT COALESCE(SUM(amount_minor), 0) FROM {table} WHERE gift_id = NEW.gift_id{more}"
    " AND claim IN (SELECT number FROM gift_aid_claim WHERE taken_back_at IS NULL))"
)


def upgrade() -> None:
    """Forward."""
    for name, kind, check, condition in COLUMNS:
        if condition is None:
            op.add_column(TABLE, sa.Column(name, kind, nullable=True))
        elif on_sqlite():
            op.execute(f"ALTER TABLE {TABLE} ADD COLUMN {name} TEXT CONSTRAINT ck_{TABLE}_{check} CHECK ({condition})")
        else:
            op.add_column(TABLE, sa.Column(name, kind, nullable=True))
            op.create_check_constraint(op.f(f"ck_{TABLE}_{check}"), TABLE, condition)
    op.execute(f"DROP TRIGGER {TABLE}_frozen" + ("" if on_sqlite() else f" ON {TABLE}"))
    frozen("gift_aid_declaration", (*WRITTEN, *(name for name, *_ in COLUMNS)))
    paid_back = _SUM.format(table="gift_aid_adjustment", more="")
    again = _SUM.format(table="gift_aid_line", more=" AND holds_of IS NULL")
    refuse_rows(
        "gift_aid_line_again", "gift_aid_line", "gift_aid_line: no more is claimed again than was paid back",
        f"NEW.holds_of IS NULL AND NEW.amount_minor > {paid_back} - {again}",
    )  # fmt: skip
