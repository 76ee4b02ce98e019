"""Checks of who gave, and the steps that people took. Triggers keep both append-only; only a step's texts can go."""

import sqlalchemy as sa

from compliance.check import CheckReason
from compliance.regulated_gift import GiftNature
from compliance.step_rows import StepKind
from database.columns import BookDate, Code, Count, Flag, Instant, Json, Minor
from database.tables import one_of, table

# The gift as the rules saw it when its check was opened. `value_minor` is in pence.
donor_check = table(
    "donor_check",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("donor_id", Code, nullable=False),
    sa.Column("value_minor", Minor, nullable=False),
    sa.Column("received_on", BookDate, nullable=False),
    sa.Column("section", Code, nullable=False),
    sa.Column("nature", Code, nullable=False),
    sa.Column("is_instalment", Flag, nullable=False),
    sa.Column("reason", Code, nullable=False),
    sa.Column("opened_on", BookDate, nullable=False),
    sa.Column("days", Count, nullable=False),
    one_of("nature", GiftNature),
    one_of("reason", CheckReason),
    sa.CheckConstraint("value_minor > 0", name="value"),
    sa.CheckConstraint("days > 0", name="days"),
    sa.Index("ix_donor_check_donor_id", "donor_id"),
)

# `choices` are what was chosen and is no text: a type of donor, a result, evidence by its hash. `ends` is the gift of a
# step that ends its check: of each check there is one at most, and no step follows it. Every step but a failure, which
# Stripe or a bank tells, is a member of staff's.
check_step = table(
    "check_step",
    sa.Column("id", Code, primary_key=True),
    sa.Column("gift_id", Code, sa.ForeignKey("donor_check.gift_id"), nullable=False),
    sa.Column("n", Count, nullable=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id")),
    sa.Column("staff_name", Code),
    sa.Column("on_day", BookDate, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("choices", Json, nullable=False),
    sa.Column("ends", Code, unique=True),
    one_of("kind", StepKind),
    sa.CheckConstraint("n > 0", name="numbered_from_one"),
    sa.CheckConstraint("(kind = 'failure') = (staff_id is null)", name="by_a_person"),
    sa.CheckConstraint("(staff_id is null) = (staff_name is null) and staff_name <> ''", name="by_name"),
    sa.CheckConstraint("(kind in ('acceptance', 'proof')) = (ends is not null)", name="ends"),
    sa.CheckConstraint("ends = gift_id", name="ends_its_check"),
    sa.UniqueConstraint("gift_id", "n"),
)

# What was typed: a donor's name and address, a register, a reference, a note. Erasure puts `removed` in its place.
check_text = table(
    "check_text",
    sa.Column("step_id", Code, sa.ForeignKey("check_step.id"), primary_key=True),
    sa.Column("name", Code, primary_key=True),
    sa.Column("text", Code, nullable=False),
    sa.CheckConstraint("name <> ''", name="name"),
)
