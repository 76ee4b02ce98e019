"""Campaigns at the desk: states, targets of four kinds, every address, what donors are offered, updates.

Every campaign was published and had a target in money. On SQLite the table is made once more, because constraints
cannot be added to it; all of it is one transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Instant, Json, Minor
from migrations.guards import frozen, on_sqlite

revision = "0014"
down_revision = "0013"

STATES = "state in ('draft', 'published', 'paused', 'closed')"
KINDS = "target_kind in ('amount', 'gifts', 'donors', 'monthly')"
OF_ITS_KIND = (
    "(target_minor is null or target_kind in ('amount', 'monthly'))"
    " and (target_count is null or target_kind in ('gifts', 'donors'))"
)
NEW_VALUES = {
    "state": "published",
    "target_kind": "amount",
    "picture_alt": "",
    "above_target": "",
    "outcome": "",
    "offer": {"intervals": None, "smallest": {}, "suggested": {}},
    "version": 1,
}


def upgrade() -> None:
    """Forward."""
    if on_sqlite():
        _make_anew()
    else:
        _add_columns()
    _make_addresses()
    _make_updates()


def _make_anew() -> None:
    """SQLite: foreign keys that point here dangle while the table is away, and are asked at the commit (see 0004)."""
    op.execute("PRAGMA defer_foreign_keys=ON")
    kept = list(op.get_bind().execute(sa.text("SELECT * FROM campaign ORDER BY id")).mappings())
    op.drop_table("campaign")
    made = op.create_table(
        "campaign",
        sa.Column("id", Count(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("target_minor", Minor(), nullable=True),
        sa.Column("opens_at", Instant(), nullable=True),
        sa.Column("closes_at", Instant(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("parent_id", Count(), nullable=True),
        *_new_columns(),
        sa.CheckConstraint("id > 0", name=op.f("ck_campaign_numbered_from_one")),
        sa.CheckConstraint("length(slug) between 1 and 60", name=op.f("ck_campaign_slug_length")),
        sa.CheckConstraint("length(title) between 1 and 120", name=op.f("ck_campaign_title_length")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_campaign_opens_before_it_closes")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_campaign_not_its_own_parent")),
        sa.CheckConstraint("target_minor > 0", name=op.f("ck_campaign_target_is_positive")),
        sa.CheckConstraint("target_count > 0", name=op.f("ck_campaign_target_count_is_positive")),
        sa.CheckConstraint(STATES, name=op.f("ck_campaign_state")),
        sa.CheckConstraint(KINDS, name=op.f("ck_campaign_target_kind")),
        sa.CheckConstraint(OF_ITS_KIND, name=op.f("ck_campaign_target_is_of_its_kind")),
        sa.ForeignKeyConstraint(["parent_id"], ["campaign.id"], name=op.f("fk_campaign_parent_id")),
        sa.ForeignKeyConstraint(["picture"], ["picture.hash"], name=op.f("fk_campaign_picture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaign_slug")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_campaign_parent_id"), "campaign", ["parent_id"], unique=False)
    op.bulk_insert(made, [_with_new_values(dict(row)) for row in kept])
    frozen("campaign", ["id", "currency"])


def _with_new_values(row: Mapping[str, Any]) -> dict[str, object]:
    instants = {name: row[name] and datetime.fromisoformat(str(row[name])) for name in ("opens_at", "closes_at")}
    return {**row, **instants, **NEW_VALUES}


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_count", Count(), nullable=True),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("picture_alt", sa.Text(), nullable=False),
        sa.Column("above_target", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("offer", Json(), nullable=False),
        sa.Column("version", Count(), nullable=False),
    ]


def _add_columns() -> None:
    due = []
    for column in _new_columns():
        if not column.nullable:
            due.append(column.name)
            column.nullable = True
        op.add_column("campaign", column)
    campaign = sa.table("campaign", *(sa.column(column.name, column.type) for column in _new_columns()))
    op.execute(sa.update(campaign).values(NEW_VALUES))
    for name in due:
        op.alter_column("campaign", name, nullable=False)
    for name, condition in (
        ("target_count_is_positive", "target_count > 0"),
        ("state", STATES),
        ("target_kind", KINDS),
        ("target_is_of_its_kind", OF_ITS_KIND),
    ):
        op.create_check_constraint(op.f(f"ck_campaign_{name}"), "campaign", condition)
    op.create_foreign_key(op.f("fk_campaign_picture"), "campaign", "picture", ["picture"], ["hash"])


def _make_addresses() -> None:
    op.create_table(
        "campaign_address",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_address_campaign_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_campaign_address")),
        sqlite_strict=True,
    )
    op.create_index("ix_campaign_address_campaign_id", "campaign_address", ["campaign_id"], unique=False)
    op.execute("INSERT INTO campaign_address (slug, campaign_id) SELECT slug, id FROM campaign ORDER BY id")


def _make_updates() -> None:
    op.create_table(
        "campaign_update",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", Count(), nullable=False),
        sa.Column("day", BookDate(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("version", Count(), nullable=False),
        sa.CheckConstraint("length(title) between 1 and 120", name=op.f("ck_campaign_update_title_length")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_update_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_update")),
        sqlite_strict=True,
    )
    op.create_index("ix_campaign_update_campaign_id", "campaign_update", ["campaign_id"], unique=False)
