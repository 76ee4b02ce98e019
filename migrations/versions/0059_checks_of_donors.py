"""Checks of who gave, and the steps that people take about them."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Flag, Instant, Json, Minor
from migrations.guards import append_only, frozen, keep_rows, refuse, refuse_rows

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "donor_check",
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("value_minor", Minor(), nullable=False),
        sa.Column("received_on", BookDate(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("is_instalment", Flag(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_on", BookDate(), nullable=False),
        sa.Column("days", Count(), nullable=False),
        sa.CheckConstraint("nature in ('cash', 'non-cash', 'bequest')", name=op.f("ck_donor_check_nature")),
        sa.CheckConstraint("reason in ('above_threshold', 'linked_total')", name=op.f("ck_donor_check_reason")),
        sa.CheckConstraint("is_instalment in (0, 1)", name=op.f("ck_donor_check_is_instalment")),
        sa.CheckConstraint("value_minor > 0", name=op.f("ck_donor_check_value")),
        sa.CheckConstraint("days > 0", name=op.f("ck_donor_check_days")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_donor_check_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_donor_check")),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_check_donor_id", "donor_check", ["donor_id"])
    append_only("donor_check", [["gift_id"]])
    _make_steps()
    op.create_table(
        "check_text",
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_check_text_name")),
        sa.ForeignKeyConstraint(["step_id"], ["check_step.id"], name=op.f("fk_check_text_step_id")),
        sa.PrimaryKeyConstraint("step_id", "name", name=op.f("pk_check_text")),
        sqlite_strict=True,
    )
    keep_rows("check_text", [["step_id", "name"]])
    frozen("check_text", ["step_id", "name"])
    refuse(
        "check_text_goes", "check_text", "UPDATE", "check_text: its text only goes",
        "NEW.text <> OLD.text AND NEW.text <> 'removed'",
    )  # fmt: skip


def _make_steps() -> None:
    op.create_table(
        "check_step",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("staff_name", sa.Text(), nullable=True),
        sa.Column("on_day", BookDate(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("choices", Json(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('record', 'lookup', 'acceptance', 'decision', 'failure', 'proof')",
            name=op.f("ck_check_step_kind"),
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_check_step_numbered_from_one")),
        sa.CheckConstraint("(kind = 'failure') = (staff_id is null)", name=op.f("ck_check_step_by_a_person")),
        sa.CheckConstraint(
            "(staff_id is null) = (staff_name is null) and staff_name <> ''", name=op.f("ck_check_step_by_name")
        ),
        sa.CheckConstraint("(kind in ('acceptance', 'proof')) = (ends is not null)", name=op.f("ck_check_step_ends")),
        sa.CheckConstraint("ends = gift_id", name=op.f("ck_check_step_ends_its_check")),
        sa.ForeignKeyConstraint(["gift_id"], ["donor_check.gift_id"], name=op.f("fk_check_step_gift_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_check_step_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_step")),
        sa.UniqueConstraint("ends", name=op.f("uq_check_step_ends")),
        sa.UniqueConstraint("gift_id", "n", name=op.f("uq_check_step_gift_id_n")),
        sqlite_strict=True,
    )
    append_only("check_step", [["id"], ["ends"], ["gift_id", "n"]])
    refuse_rows(
        "check_step_after_the_end", "check_step", "check_step: this check has ended",
        "EXISTS (SELECT 1 FROM check_step WHERE ends = NEW.gift_id)",
    )  # fmt: skip
