"""What staff, or the campaign of a ticket, say of a gift's nature and value; and loans."""

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Flag, Instant, Minor
from database.tables import table

# Whether a gift was left in a will, and what its donor got back for it: in words, with its market value. The newest
# row of a gift counts; a gift without one is what it seems, and nothing was got back. Erasure puts `removed` in place
# of the words. `who` is a member of staff, or the campaign whose gifts all buy something.
gift_valuation = table(
    "gift_valuation",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("is_bequest", Flag, nullable=False),
    sa.Column("benefit", Code, nullable=False),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("market_value_minor", Minor, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("valued_at", Instant, nullable=False),
    sa.CheckConstraint("n > 0", name="numbered_from_one"),
    sa.CheckConstraint("market_value_minor >= 0", name="market_value"),
    sa.CheckConstraint("(benefit = '') = (market_value_minor = 0)", name="benefit"),
)

# Somebody lent money. It is no gift and no income, so that the ledger has no entry of it. Erasure puts `removed` in
# place of `terms` and `why`.
loan = table(
    "loan",
    sa.Column("id", Code, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, index=True),
    sa.Column("currency", Code, sa.ForeignKey("currency.code"), nullable=False),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("lent_on", BookDate, nullable=False),
    sa.Column("terms", Code, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("taken_back_at", Instant),
    sa.Column("taken_back_by", Code),
    sa.Column("why", Code),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("terms <> ''", name="terms"),
    sa.CheckConstraint("(taken_back_at is null) = (taken_back_by is null)", name="taken_back"),
    sa.CheckConstraint("(taken_back_at is null) = (why is null)", name="why"),
)
