"""Local groups and match pots.

A campaign has groups, and a group has none: the database refuses the third level, another currency, and more than 200.
A group stays with its campaign for good, because the books of both depend on it. A match pot is a pledge: what it comes
to is computed from the gifts, and only its giver's own gift enters the books.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows, on_sqlite, refuse, refuse_rows, set_once

revision = "0015"
down_revision = "0014"

SHARE = "group_share is null or (group_share between 1 and 99 and parent_id is null)"
MOST_GROUPS = 200
# Each condition says what must not be, of the row that is to be inserted.
NO_PARENT = (
    "NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM campaign AS above WHERE above.id = NEW.parent_id"
    " AND above.parent_id IS NULL AND above.currency = NEW.currency)"
)
TOO_MANY = f"(SELECT count(*) FROM campaign AS beside WHERE beside.parent_id = NEW.parent_id) >= {MOST_GROUPS}"  # noqa: S608 - our own names
OF_A_GROUP = (
    "NOT EXISTS (SELECT 1 FROM campaign AS above WHERE above.id = NEW.campaign_id AND above.parent_id IS NULL"
    " AND above.currency = NEW.currency)"
)
AT_ONCE = (
    "EXISTS (SELECT 1 FROM match_pot AS beside WHERE beside.campaign_id = NEW.campaign_id"
    " AND beside.first_day <= NEW.last_day AND coalesce(beside.ended_on, beside.last_day) >= NEW.first_day)"
)
# What gave money back, as ledger/views.py asks for it.
GIVEN_BACK = "kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed')"


def upgrade() -> None:
    """Forward."""
    _make_share()
    refuse_rows("campaign_two_levels", "campaign", "campaign: a group has a campaign of its currency", NO_PARENT)
    refuse_rows("campaign_has_few_groups", "campaign", f"campaign: it has at most {MOST_GROUPS} groups", TOO_MANY)
    moved = "NEW.parent_id IS NOT OLD.parent_id" if on_sqlite() else "NEW.parent_id IS DISTINCT FROM OLD.parent_id"
    refuse("campaign_keeps_its_level", "campaign", "UPDATE", "campaign: a group stays with its campaign", moved)
    _make_pots()
    refuse_rows("match_pot_of_a_group", "match_pot", "match_pot: it belongs to a campaign of its currency", OF_A_GROUP)
    refuse_rows("match_pot_at_once", "match_pot", "match_pot: one at a time", AT_ONCE)
    given_back = sa.text(GIVEN_BACK)
    op.create_index(
        "ix_entry_given_back", "entry", ["campaign_id"], sqlite_where=given_back, postgresql_where=given_back
    )


def _make_share() -> None:
    if on_sqlite():
        op.execute(
            f"ALTER TABLE campaign ADD COLUMN group_share INTEGER CONSTRAINT ck_campaign_group_share CHECK ({SHARE})"
        )
        return
    op.add_column("campaign", sa.Column("group_share", Count(), nullable=True))
    op.create_check_constraint(op.f("ck_campaign_group_share"), "campaign", SHARE)


def _make_pots() -> None:
    op.create_table(
        "match_pot",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("matched_parts", Count(), nullable=False),
        sa.Column("given_parts", Count(), nullable=False),
        sa.Column("first_day", BookDate(), nullable=False),
        sa.Column("last_day", BookDate(), nullable=False),
        sa.Column("counts", Flag(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_on", BookDate(), nullable=True),
        sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name=op.f("ck_match_pot_amount")),
        sa.CheckConstraint(
            "matched_parts between 1 and 10 and given_parts between 1 and 10", name=op.f("ck_match_pot_ratio")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_match_pot_days")),
        sa.CheckConstraint("counts in (0, 1)", name=op.f("ck_match_pot_counts")),
        sa.CheckConstraint("length(giver) between 1 and 100", name=op.f("ck_match_pot_giver")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_match_pot_campaign_id")),
        sa.ForeignKeyConstraint(["currency"], ["currency.code"], name=op.f("fk_match_pot_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_pot")),
        sqlite_strict=True,
    )
    op.create_index("ix_match_pot_campaign_id", "match_pot", ["campaign_id"], unique=False)
    written = (
        "id campaign_id giver currency amount_minor matched_parts given_parts first_day last_day counts made_at".split()
    )
    keep_rows("match_pot", [["id"]])
    frozen("match_pot", written)
    set_once("match_pot", ["ended_on"])
    op.create_table(
        "match_payment",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("pot_id", sa.Text(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_match_payment_gift_id")),
        sa.ForeignKeyConstraint(["pot_id"], ["match_pot.id"], name=op.f("fk_match_payment_pot_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_match_payment")),
        sqlite_strict=True,
    )
    op.create_index("ix_match_payment_pot_id", "match_payment", ["pot_id"], unique=False)
    append_only("match_payment", [["gift_id"]])
