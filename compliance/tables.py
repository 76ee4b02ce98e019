"""Checks of who gave, the steps that people took, and what checks and reports go by.

Triggers keep everything append-only; only a step's texts can go. A change is a new row, and the newest counts.
"""

import sqlalchemy as sa

from compliance.addresses import AddressWay
from compliance.check import CheckReason
from compliance.check_wait import CheckWaitReason
from compliance.evidence import EvidenceType
from compliance.regime import Regime
from compliance.regulated_gift import GiftNature
from compliance.report_calendar import ReportKind
from compliance.step_rows import StepKind
from database.columns import BookDate, Bytes, Code, Count, Flag, Instant, Json, Minor
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
# step that ends its check. Only the failure of a return follows it, and opens the check again. Every step but a
# failure, which Stripe or a bank tells, is a member of staff's.
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
    sa.Column("ends", Code, index=True),
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

# A gift of which it is not known yet whether it needs a check, and why. Its money is not to be spent meanwhile. A job
# looks again; `ended_at` is when it could be looked at.
check_wait = table(
    "check_wait",
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), primary_key=True),
    sa.Column("why", Code, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    one_of("why", CheckWaitReason),
)

# What a gift in another currency is worth in pounds, in pence, as a member of staff says it with their source. The
# newest row of a gift counts.
pound_value = table(
    "pound_value",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("gift_id", Code, sa.ForeignKey("gift.id"), nullable=False, index=True),
    sa.Column("value_minor", Minor, nullable=False),
    sa.Column("source", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("value_minor > 0", name="value"),
    sa.CheckConstraint("source <> ''", name="source"),
)

# A file that shows what a lookup saw, kept with one check under its SHA-256. Erasure removes its `body`.
check_evidence = table(
    "check_evidence",
    sa.Column("gift_id", Code, sa.ForeignKey("donor_check.gift_id"), primary_key=True),
    sa.Column("sha256", Code, primary_key=True),
    sa.Column("kind", Code, nullable=False),
    sa.Column("body", Bytes),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
    one_of("kind", EvidenceType),
    sa.CheckConstraint("length(sha256) = 64", name="named_by_a_sha256"),
    sa.CheckConstraint("length(body) > 0", name="body"),
)

# A member of staff joins two donors whose gifts are added up together, or parts them again: the newest row of a pair
# counts. A merge (`donor_merge`) says that two are one person; these may be two, such as a household. Erasure puts
# `removed` in place of `why`.
linked_donors = table(
    "linked_donors",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("first_id", Code, sa.ForeignKey("donor.id"), nullable=False),
    sa.Column("second_id", Code, sa.ForeignKey("donor.id"), nullable=False),
    sa.Column("is_joined", Flag, nullable=False),
    sa.Column("why", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("staff_name", Code, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("first_id <> second_id", name="two"),
    sa.CheckConstraint("staff_name <> ''", name="by_name"),
)

# The organisation is under this regime from a day on: until the next row, or to its last day.
regime_period = table(
    "regime_period",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("regime", Code, nullable=False),
    sa.Column("first_day", BookDate, nullable=False),
    sa.Column("last_day", BookDate),
    sa.Column("is_northern_irish", Flag, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    one_of("regime", Regime),
    sa.CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
)

# A rule that the desk added to those of `rules.csv`, with its source. `value` is a decimal number.
added_rule = table(
    "added_rule",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("regime", Code, nullable=False),
    sa.Column("key", Code, nullable=False),
    sa.Column("value", Code, nullable=False),
    sa.Column("unit", Code, nullable=False),
    sa.Column("first_day", BookDate, nullable=False),
    sa.Column("last_day", BookDate),
    sa.Column("status", Code, nullable=False),
    sa.Column("confidence", Code, nullable=False),
    sa.Column("source", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("source <> ''", name="source"),
    sa.CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
)

# A report as it was filed. `report` holds its lines, `changes` what it says otherwise than the version before.
# `signed_by` is the name that the responsible person typed, `staff_name` who sat at the desk.
filed_report = table(
    "filed_report",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("kind", Code, nullable=False),
    sa.Column("regime", Code, nullable=False),
    sa.Column("first_day", BookDate, nullable=False),
    sa.Column("last_day", BookDate, nullable=False),
    sa.Column("version", Count, nullable=False),
    sa.Column("report", Json, nullable=False),
    sa.Column("changes", Json, nullable=False),
    sa.Column("digest", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("staff_name", Code, nullable=False),
    sa.Column("filed_on", BookDate, nullable=False),
    sa.Column("signed_by", Code, nullable=False, server_default=""),
    one_of("kind", ReportKind),
    one_of("regime", Regime),
    sa.CheckConstraint("version > 0", name="numbered_from_one"),
    sa.CheckConstraint("length(digest) = 64", name="digest_is_a_sha256"),
    sa.CheckConstraint("staff_name <> ''", name="by_name"),
    sa.UniqueConstraint("kind", "first_day", "last_day", "version"),
)

# A filed report as it was printed. It is printed once, so that its bytes never change.
filed_report_pdf = table(
    "filed_report_pdf",
    sa.Column("report_id", Count, sa.ForeignKey("filed_report.id"), primary_key=True, autoincrement=False),
    sa.Column("pdf", Bytes, nullable=False),
    sa.Column("sha256", Code, nullable=False),
    sa.Column("printed_at", Instant, nullable=False),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
)

# A draft of a report, printed to be signed on paper. `key` is the SHA-256 of what it says. It goes after a day.
draft_report_pdf = table(
    "draft_report_pdf",
    sa.Column("key", Code, primary_key=True),
    sa.Column("pdf", Bytes, nullable=False),
    sa.Column("printed_at", Instant, nullable=False),
    sa.CheckConstraint("length(key) = 64", name="key"),
)

# A general election, with the period before it in which a campaigner's spending is regulated. The newest row of a name
# counts; one that is withdrawn takes the election off the calendar.
election = table(
    "election",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("name", Code, nullable=False),
    sa.Column("regulated_from", BookDate, nullable=False),
    sa.Column("dissolved_on", BookDate, nullable=False),
    sa.Column("polling_day", BookDate, nullable=False),
    sa.Column("pre_dissolution_from", BookDate),
    sa.Column("source", Code, nullable=False),
    sa.Column("is_withdrawn", Flag, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("name <> ''", name="name"),
    sa.CheckConstraint("source <> ''", name="source"),
    sa.CheckConstraint("regulated_from <= dissolved_on and dissolved_on <= polling_day", name="days_in_order"),
)

# Where reports are sent, as the desk entered it, with its source. The newest row of a way counts.
commission_address = table(
    "commission_address",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("way", Code, nullable=False),
    sa.Column("address", Code, nullable=False),
    sa.Column("source", Code, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    one_of("way", AddressWay),
    sa.CheckConstraint("address <> ''", name="address"),
    sa.CheckConstraint("source <> ''", name="source"),
)

# Whether a group is an accounting unit of a party, whose gifts have a threshold of their own. The newest row counts.
accounting_unit = table(
    "accounting_unit",
    sa.Column("id", Count, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", Count, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("is_unit", Flag, nullable=False),
    sa.Column("staff_id", Code, sa.ForeignKey("staff_member.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
)
