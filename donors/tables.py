"""Donors. An address opens a door and groups gifts; money is never keyed by it."""

import sqlalchemy as sa

from database.columns import Code, Instant
from database.tables import table

# `email_key` tells one donor from another (donors/donor.py); `email` is the address as it was last typed.
donor = table(
    "donor",
    sa.Column("id", Code, primary_key=True),
    sa.Column("email", Code, nullable=False),
    sa.Column("email_key", Code, nullable=False, unique=True),
    sa.Column("name", Code, nullable=False),
    sa.Column("language", Code, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("email_key <> ''", name="email_key"),
)
