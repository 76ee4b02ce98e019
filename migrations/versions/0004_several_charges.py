"""Several charges: a payment whose debit was taken back may be collected again, and has another charge then.

A charge is one by its id; that a payment receives one gift, `gift.payment` says, which stays unique.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import Instant, Minor
from database.migrating import WrongVersion
from migrations.guards import frozen, keep_rows, on_sqlite, set_once

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward. Raises WrongVersion for a database of the months before a release: its entries have other keys."""
    _refuse_unreleased()
    if on_sqlite():
        _make_anew()
    else:
        op.drop_constraint("uq_charge_payment", "charge", type_="unique")
    op.create_index("ix_charge_payment", "charge", ["payment"], unique=False)


def _refuse_unreleased() -> None:
    """0003 was written anew before it was released; a database of the older one would be put in order by nobody."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("walk")
    if not any("charges" in one["sqltext"] for one in checks):
        raise WrongVersion(
            "This database was made by a Farthing that was never released, and its books have other keys."
            " Nothing was changed. Keep it with the program that made it, and start with a new one:"
            " ./farthing run --var-dir DIR"
        )


def _make_anew() -> None:
    """SQLite cannot drop a constraint: the table is made once more, with its rows and its guards.

    Foreign keys stay on. Those that point here (a discrepancy's) dangle while the table is away, and are asked
    at the commit: they count as mended because the rows are inserted into a table of the old name. A table that
    is renamed to it would not mend them.
    """
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TEMPORARY TABLE kept_charge AS SELECT * FROM charge ORDER BY rowid")
    op.drop_table("charge")
    op.create_table(
        "charge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("payment_intent", sa.Text(), nullable=True),
        sa.Column("gift_hint", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("succeeded_at", Instant(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_charge_amount")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_charge_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO charge SELECT * FROM kept_charge ORDER BY rowid")
    op.execute("DROP TABLE kept_charge")
    keep_rows("charge", [["id"]])
    frozen("charge", ["id", "payment", "payment_intent", "currency", "amount_minor", "succeeded_at"])
    set_once("charge", ["gift_id"])
