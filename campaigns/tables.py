"""Campaigns, every address that one ever had, the updates that donors read, and match pots.

Triggers of the migrations refuse a group of a group, and two match pots at once.
"""

import sqlalchemy as sa

from campaigns.campaign import CampaignState, TargetKind
from database.columns import BookDate, Code, Count, Flag, Instant, Json, Minor
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
    sa.Column("picture", Code, sa.ForeignKey("picture.hash")),
    sa.Column("picture_alt", Code, nullable=False),
    sa.Column("above_target", Code, nullable=False),
    sa.Column("outcome", Code, nullable=False),
    sa.Column("closed_at", Instant),
    # `intervals`, `suggested` and `smallest`, as in `CampaignOffer`.
    sa.Column("offer", Json, nullable=False),
    sa.Column("version", Count, nullable=False),
    # How much of each gift to one of its groups the campaign has, in whole per cent. Only a campaign has groups.
    sa.Column("group_share", Count),
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
    sa.CheckConstraint(
        "group_share is null or (group_share between 1 and 99 and parent_id is null)", name="group_share"
    ),
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

# A sum that somebody pledged to match gifts with: `matched_parts` for each `given_parts`. It is never booked.
match_pot = table(
    "match_pot",
    sa.Column("id", Code, primary_key=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False, index=True),
    sa.Column("giver", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("matched_parts", Count, nullable=False),
    sa.Column("given_parts", Count, nullable=False),
    sa.Column("first_day", BookDate, nullable=False),
    sa.Column("last_day", BookDate, nullable=False),
    # Whether the campaign's target counts what is matched.
    sa.Column("counts", Flag, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ended_on", BookDate),
    sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name="amount"),
    sa.CheckConstraint("matched_parts between 1 and 10 and given_parts between 1 and 10", name="ratio"),
    sa.CheckConstraint("first_day <= last_day", name="days"),
    sa.CheckConstraint("length(giver) between 1 and 100", name="giver"),
)

# A gift with which the giver of a match pot paid what was pledged: it is in the books, and no longer pledged. Of the
# notes of a gift the newest holds; one without a pot takes the one before back.
match_note = table(
    "match_note",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("pot_id", Code, sa.ForeignKey("match_pot.id")),
    sa.Column("noted_at", Instant, nullable=False),
    sa.CheckConstraint("n > 0", name="numbered_from_one"),
)

# What was spent of a campaign's money, as a treasurer says it by hand. It is no entry: the money left the bank, not us.
spending = table(
    "spending",
    sa.Column("id", Code, primary_key=True),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False, index=True),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("spent_on", BookDate, nullable=False),
    sa.Column("words", Code, nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.CheckConstraint("amount_minor > 0 and amount_minor < 1000000000000", name="amount"),
    sa.CheckConstraint("length(words) between 1 and 200", name="words"),
)
