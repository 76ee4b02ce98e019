"""Gift Aid: declarations of UK taxpayers, claims that were made to HMRC, the gifts in them, and their adjustments.

Foreign keys to other packages are given by table name. Triggers of the migrations keep what was written.
"""

import sqlalchemy as sa

from database.columns import BookDate, Code, Count, Instant, Minor
from database.tables import one_of, table
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeclarationScope

# What a taxpayer declared, in its very words. Names and addresses become "removed" when the law needs them no more.
gift_aid_declaration = table(
    "gift_aid_declaration",
    sa.Column("id", Code, primary_key=True),
    sa.Column("donor_id", Code, sa.ForeignKey("donor.id"), nullable=False, index=True),
    # The gift that it was made with; NULL for one that was made on the donor's own page.
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id")),
    sa.Column("scope", Code, nullable=False),
    sa.Column("first_name", Code, nullable=False),
    sa.Column("last_name", Code, nullable=False),
    sa.Column("house", Code, nullable=False),
    sa.Column("street", Code, nullable=False),
    sa.Column("postcode", Code, nullable=False),
    sa.Column("words", Code, nullable=False),
    sa.Column("words_version", Code, nullable=False),
    sa.Column("place", Code, nullable=False),
    sa.Column("declared_at", Instant, nullable=False),
    sa.Column("declared_on", BookDate, nullable=False),
    # Gifts of this day and later are not covered; who withdrew it, and when.
    sa.Column("ends_on", BookDate),
    sa.Column("withdrawn_at", Instant),
    sa.Column("withdrawn_by", Code),
    sa.Column("erased_at", Instant),
    # Of one on paper, or spoken, whose `place` is own_page, as for every declaration without a form: which of the two,
    # who entered it, where the paper is, when a spoken one was confirmed, and the days whose gifts it covers.
    sa.Column("brought", Code),
    sa.Column("entered_by", Code),
    sa.Column("kept_where", Code),
    sa.Column("confirmed_on", BookDate),
    sa.Column("first_day", BookDate),
    sa.Column("last_day", BookDate),
    one_of("scope", DeclarationScope),
    one_of("place", (DeclarationPlace.FORM, DeclarationPlace.OWN_PAGE)),
    one_of("brought", (DeclarationPlace.PAPER, DeclarationPlace.SPOKEN)),
    sa.CheckConstraint("(brought is null) = (entered_by is null)", name="entered"),
    sa.CheckConstraint("(brought is null) = (kept_where is null)", name="kept_where"),
    sa.CheckConstraint("brought <> 'spoken' or confirmed_on is not null", name="confirmed"),
    sa.CheckConstraint("scope <> 'one_gift' or gift_id is not null", name="one_gift"),
    sa.CheckConstraint("first_name <> '' and last_name <> '' and house <> '' and postcode <> ''", name="who"),
    sa.CheckConstraint("words <> '' and words_version <> ''", name="words"),
    sa.CheckConstraint("(ends_on is null) = (withdrawn_at is null)", name="ends"),
    sa.CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn"),
    sa.Index("ix_gift_aid_declaration_gift_id", "gift_id"),
)

# A claim as it was made: one or more of HMRC's schedules. One that was never sent can be taken back.
gift_aid_claim = table(
    "gift_aid_claim",
    sa.Column("number", Count, primary_key=True, autoincrement=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_on", BookDate, nullable=False),
    sa.Column("who", Code, nullable=False),
    sa.Column("charity", Code, nullable=False),
    sa.Column("reference", Code, nullable=False),
    sa.Column("taken_back_at", Instant),
    sa.Column("taken_back_by", Code),
    sa.CheckConstraint("number > 0", name="number"),
    sa.CheckConstraint("charity <> '' and reference <> ''", name="charity"),
    sa.CheckConstraint("(taken_back_at is null) = (taken_back_by is null)", name="taken_back"),
)

# A gift in a claim, as the schedule names it. `holds_of` is the gift as long as the claim stands: it is claimed once.
gift_aid_line = table(
    "gift_aid_line",
    sa.Column("claim", Count, sa.ForeignKey("gift_aid_claim.number"), primary_key=True, autoincrement=False),
    sa.Column("n", Count, primary_key=True, autoincrement=False),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False, index=True),
    sa.Column("declaration_id", Code, sa.ForeignKey("gift_aid_declaration.id"), nullable=False, index=True),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Column("given_on", BookDate, nullable=False),
    sa.Column("first_name", Code, nullable=False),
    sa.Column("last_name", Code, nullable=False),
    sa.Column("house", Code, nullable=False),
    sa.Column("postcode", Code, nullable=False),
    sa.Column("holds_of", Code, unique=True),
    sa.Column("erased_at", Instant),
    sa.CheckConstraint("n > 0", name="n"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
    sa.CheckConstraint("holds_of is null or holds_of = gift_id", name="holds_of"),
)

# How much of an earlier claim's gift turned out to be no gift: this claim pays the tax on it back, in HMRC's Box 2.
gift_aid_adjustment = table(
    "gift_aid_adjustment",
    sa.Column("claim", Count, sa.ForeignKey("gift_aid_claim.number"), primary_key=True, autoincrement=False),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("amount_minor", Minor, nullable=False),
    sa.Index("ix_gift_aid_adjustment_gift_id", "gift_id"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)
