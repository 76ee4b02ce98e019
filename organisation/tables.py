"""The versions of the organisation, which triggers keep append-only and of which the newest holds; and drafts."""

import sqlalchemy as sa

from database.columns import Code, Count, Instant, Json
from database.tables import one_of, table
from organisation.organisation import OrganisationKind

organisation_version = table(
    "organisation_version",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("cause", Code, nullable=False),
    sa.Column("name", Code, nullable=False),
    # A list of lines.
    sa.Column("address", Json, nullable=False),
    sa.Column("email", Code, nullable=False),
    sa.Column("website", Code, nullable=False),
    sa.Column("imprint", Code, nullable=False),
    sa.Column("legal_note", Code, nullable=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("regime", Code, nullable=False),
    sa.Column("locale", Code, nullable=False),
    sa.Column("colour", Code),
    sa.Column("logo", Code),
    # `intervals`, `suggested` and `smallest`, as in `GivingRules`, the `languages` that donors may choose,
    # `framed_by`, and `receipts`, as in `ReceiptRules`.
    sa.Column("giving_rules", Json, nullable=False),
    # As in `Notices`; NULL in versions from before there were any.
    sa.Column("notices", Json),
    sa.CheckConstraint("id > 0", name="numbered_from_one"),
    sa.CheckConstraint("cause <> ''", name="cause"),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.CheckConstraint("length(colour) = 7", name="colour"),
    sa.CheckConstraint("length(logo) = 64", name="logo"),
    one_of("kind", OrganisationKind),
)

# What a member of staff is about to change: looked at before it becomes a version. `based_on` is the version that was
# the newest when they began.
organisation_draft = table(
    "organisation_draft",
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), primary_key=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("based_on", Count, nullable=False),
    sa.Column("profile", Json, nullable=False),
)
