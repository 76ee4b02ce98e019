"""What carries a crowd: counted visits, the pace of checkouts, who waits for one, and whether a puzzle is asked."""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Forward."""
    _visit_count()
    _pace()
    _checkout_turn()
    _puzzle_demand()


def _visit_count() -> None:
    op.create_table(
        "visit_count",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", Count(), autoincrement=False, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("visits", Count(), nullable=False),
        sa.CheckConstraint("slot between 0 and 16383", name=op.f("ck_visit_count_slot")),
        sa.CheckConstraint("visits > 0", name=op.f("ck_visit_count_visits")),
        sa.PrimaryKeyConstraint("kind", "slot", name=op.f("pk_visit_count")),
        sqlite_strict=True,
    )


def _pace() -> None:
    op.create_table(
        "pace",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("next_us", Count(), nullable=False),
        sa.CheckConstraint("lane in ('new', 'back')", name=op.f("ck_pace_lane")),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_pace")),
        sqlite_strict=True,
    )


def _checkout_turn() -> None:
    op.create_table(
        "checkout_turn",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("turn_at", Instant(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("tries", Count(), nullable=False),
        sa.CheckConstraint("length(ticket) = 32", name=op.f("ck_checkout_turn_ticket")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_checkout_turn_tries")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_checkout_turn_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_checkout_turn")),
        sa.UniqueConstraint("ticket", name=op.f("uq_checkout_turn_ticket")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_checkout_turn_made_at"), "checkout_turn", ["made_at"], unique=False)


def _puzzle_demand() -> None:
    op.create_table(
        "puzzle_demand",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.CheckConstraint("place in ('site')", name=op.f("ck_puzzle_demand_place")),
        sa.CheckConstraint("since <= until", name=op.f("ck_puzzle_demand_instants_in_order")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_puzzle_demand")),
        sqlite_strict=True,
    )
