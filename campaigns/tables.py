"""Campaigns, every address that one ever had, and the updates that donors read."""

import sqlalchemy as sa

from campaigns.campaign import CampaignState, TargetKind
from database.columns import BookDate, Code, Count, Instant, Json, Minor
from database.tables import one_of, table

campaign = table(
    "campaign",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("slug", Code, nullable=False, unique=True),
    sa.Column("title", Code, nullable=False),
    sa.Column("story", Code, nullable=False),
    sa.Column("currency", Code, nullable=False),
    sa.Column("target_minor", Minor),
    sa.Column("opens_at", Instant),
    sa.Column("closes_at", Instant),
    sa.Column("image", Code),
    sa.Column("parent_id", Count, sa.ForeignKey("campaign.id"), index=True),
    sa.Column("state", Code, nullable=False),
    sa.Column("target_kind", Code, nullable=False),
    sa.Column("target_count", Count),
    # The content hash of an uploaded picture, and what it shows, in words.
    sa.Column("picture", Code),
    sa.Column("picture_alt", Code, nullable=False),
    sa.Column("above_target", Code, nullable=False),
    sa.Column("outcome", Code, nullable=False),
    sa.Column("closed_at", Instant),
    # `intervals`, `suggested` and `smallest`, as in `CampaignOffer`.
    sa.Column("offer", Json, nullable=False),
    sa.Column("version", Count, nullable=False),
    one_of("state", CampaignState),
    one_of("target_kind", TargetKind),
    sa.CheckConstraint("id > 0", name="numbered_from_one"),
    sa.CheckConstraint("length(slug) between 1 and 60", name="slug_length"),
    sa.CheckConstraint("length(title) between 1 and 120", name="title_length"),
    sa.CheckConstraint("target_minor > 0", name="target_is_positive"),
    sa.CheckConstraint("target_count > 0", name="target_count_is_positive"),
    sa.CheckConstraint(
        "(target_minor is null or target_kind in ('amount', 'monthly'))"
        " and (target_count is null or target_kind in ('gifts', 'donors'))",
        name="target_is_of_its_kind",
    ),
    sa.CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),
)

# Every address that leads to a campaign, the present one among them: no other campaign can take one.
campaign_address = table(
    "campaign_address",
    sa.Column("slug", Code, primary_key=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Index("ix_campaign_address_campaign_id", "campaign_id"),
)

campaign_update = table(
    "campaign_update",
    sa.Column("id", Code, primary_key=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("day", BookDate, nullable=False),
    sa.Column("title", Code, nullable=False),
    sa.Column("text", Code, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("version", Count, nullable=False),
    sa.Index("ix_campaign_update_campaign_id", "campaign_id"),
    sa.CheckConstraint("length(title) between 1 and 120", name="title_length"),
)
