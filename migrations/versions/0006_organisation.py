"""The organisation: its name, notices, look and giving rules, every version of them.

Nothing is moved: the first start after this writes the first version from the settings.
"""

import sqlalchemy as sa
from alembic import op

from database.columns import Count, Instant, Json
from migrations.guards import append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "organisation_version",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", Json(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("imprint", sa.Text(), nullable=False),
        sa.Column("legal_note", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.Column("logo", sa.Text(), nullable=True),
        sa.Column("giving_rules", Json(), nullable=False),
        sa.CheckConstraint("id > 0", name=op.f("ck_organisation_version_numbered_from_one")),
        sa.CheckConstraint("cause <> ''", name=op.f("ck_organisation_version_cause")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_organisation_version_name")),
        sa.CheckConstraint("length(colour) = 7", name=op.f("ck_organisation_version_colour")),
        sa.CheckConstraint("length(logo) = 64", name=op.f("ck_organisation_version_logo")),
        sa.CheckConstraint(
            "kind in ('campaigning_body', 'members_association', 'party', 'charity', 'other')",
            name=op.f("ck_organisation_version_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_version")),
        sqlite_strict=True,
    )
    append_only("organisation_version", [["id"]])
