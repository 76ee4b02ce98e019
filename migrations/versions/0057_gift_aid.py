"""Gift Aid: declarations, claims, the gifts in them, and their adjustments."""

import sqlalchemy as sa
from alembic import op

from database.columns import BookDate, Count, Instant, Minor
from migrations.guards import append_only, frozen, keep_rows, on_sqlite, refuse, set_once

revision = "0057"
down_revision = "0056"

WRITTEN_DECLARATION = (
    "id", "donor_id", "gift_id", "scope", "words", "words_version", "place", "declared_at", "declared_on",
)  # fmt: skip
WRITTEN_CLAIM = ("number", "made_at", "made_on", "who", "charity", "reference")
WRITTEN_LINE = ("claim", "n", "gift_id", "declaration_id", "amount_minor", "given_on")


def upgrade() -> None:
    """Forward."""
    _make_declarations()
    _make_claims()
    _make_lines()
    _make_adjustments()


def _make_declarations() -> None:
    op.create_table(
        "gift_aid_declaration",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("declared_on", BookDate(), nullable=False),
        sa.Column("ends_on", BookDate(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint("scope in ('one_gift', 'past_and_future')", name=op.f("ck_gift_aid_declaration_scope")),
        sa.CheckConstraint("place in ('form', 'own_page')", name=op.f("ck_gift_aid_declaration_place")),
        sa.CheckConstraint("scope <> 'one_gift' or gift_id is not null", name=op.f("ck_gift_aid_declaration_one_gift")),
        sa.CheckConstraint(
            "first_name <> '' and last_name <> '' and house <> '' and postcode <> ''",
            name=op.f("ck_gift_aid_declaration_who"),
        ),
        sa.CheckConstraint("words <> '' and words_version <> ''", name=op.f("ck_gift_aid_declaration_words")),
        sa.CheckConstraint("(ends_on is null) = (withdrawn_at is null)", name=op.f("ck_gift_aid_declaration_ends")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by is null)", name=op.f("ck_gift_aid_declaration_withdrawn")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_aid_declaration_donor_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_aid_declaration_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_aid_declaration")),
        sqlite_strict=True,
    )
    for column in ("donor_id", "gift_id"):
        op.create_index(f"ix_gift_aid_declaration_{column}", "gift_aid_declaration", [column])
    keep_rows("gift_aid_declaration", [["id"]])
    frozen("gift_aid_declaration", WRITTEN_DECLARATION)
    set_once("gift_aid_declaration", ["ends_on", "withdrawn_at", "withdrawn_by", "erased_at"])
    _texts_go("gift_aid_declaration", ("first_name", "last_name", "house", "street"), "X")


def _make_claims() -> None:
    op.create_table(
        "gift_aid_claim",
        sa.Column("number", Count(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_on", BookDate(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("charity", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_gift_aid_claim_number")),
        sa.CheckConstraint("charity <> '' and reference <> ''", name=op.f("ck_gift_aid_claim_charity")),
        sa.CheckConstraint(
            "(taken_back_at is null) = (taken_back_by is null)", name=op.f("ck_gift_aid_claim_taken_back")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_gift_aid_claim")),
        sqlite_strict=True,
    )
    keep_rows("gift_aid_claim", [["number"]])
    frozen("gift_aid_claim", WRITTEN_CLAIM)
    set_once("gift_aid_claim", ["taken_back_at", "taken_back_by"])


def _make_lines() -> None:
    op.create_table(
        "gift_aid_line",
        sa.Column("claim", Count(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("declaration_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("given_on", BookDate(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("holds_of", sa.Text(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint("n > 0", name=op.f("ck_gift_aid_line_n")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_aid_line_amount")),
        sa.CheckConstraint("holds_of is null or holds_of = gift_id", name=op.f("ck_gift_aid_line_holds_of")),
        sa.ForeignKeyConstraint(["claim"], ["gift_aid_claim.number"], name=op.f("fk_gift_aid_line_claim")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_aid_line_gift_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["gift_aid_declaration.id"], name=op.f("fk_gift_aid_line_declaration_id")
        ),
        sa.PrimaryKeyConstraint("claim", "n", name=op.f("pk_gift_aid_line")),
        sa.UniqueConstraint("holds_of", name=op.f("uq_gift_aid_line_holds_of")),
        sqlite_strict=True,
    )
    for column in ("gift_id", "declaration_id"):
        op.create_index(f"ix_gift_aid_line_{column}", "gift_aid_line", [column])
    keep_rows("gift_aid_line", [["claim", "n"], ["holds_of"]])
    frozen("gift_aid_line", WRITTEN_LINE)
    set_once("gift_aid_line", ["erased_at"])
    other = "IS NOT" if on_sqlite() else "IS DISTINCT FROM"
    refuse(
        "gift_aid_line_lets_go", "gift_aid_line", "UPDATE", "gift_aid_line: it only lets its gift go",
        f"NEW.holds_of {other} OLD.holds_of AND NEW.holds_of IS NOT NULL",
    )  # fmt: skip
    _texts_go("gift_aid_line", ("first_name", "last_name", "house"), "X")


def _make_adjustments() -> None:
    op.create_table(
        "gift_aid_adjustment",
        sa.Column("claim", Count(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_aid_adjustment_amount")),
        sa.ForeignKeyConstraint(["claim"], ["gift_aid_claim.number"], name=op.f("fk_gift_aid_adjustment_claim")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_aid_adjustment_gift_id")),
        sa.PrimaryKeyConstraint("claim", "gift_id", name=op.f("pk_gift_aid_adjustment")),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_aid_adjustment_gift_id", "gift_aid_adjustment", ["gift_id"])
    append_only("gift_aid_adjustment", [["claim", "gift_id"]])


def _texts_go(table: str, columns: tuple[str, ...], gone_postcode: str) -> None:
    """What a person told only goes: to "removed", and the postcode to one that is none."""
    changed = [f"(NEW.{name} <> OLD.{name} AND NEW.{name} <> 'removed')" for name in columns]
    changed.append(f"(NEW.postcode <> OLD.postcode AND NEW.postcode <> '{gone_postcode}')")
    refuse(f"{table}_text_goes", table, "UPDATE", f"{table}: names only go", " OR ".join(changed))
