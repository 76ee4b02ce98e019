"""Words of donors with letters such as ł as they are looked for; what staff typed of a donor can go; returns that fail.

A check whose return failed after its proof is open again, and our own payments back have a kind of entry.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

from database.columns import BookDate, Count, Instant, Json
from migrations.guards import (
    append_only,
    frozen,
    keep_rows,
    let_text_go,
    on_sqlite,
    refuse,
    refuse_rows,
    set_once,
)

revision = "0068"
down_revision = "0067"

TABLES = ("check_step", "check_text")
AT_ONCE = 5000
LONGEST_WORD = 40
# As `donors.donor_words` had them when this was written.
FOLDED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
LOAN = ("id", "donor_id", "currency", "amount_minor", "lent_on", "who", "entered_at")
DECLARATION = (
    "id", "donor_id", "gift_id", "scope", "words", "words_version", "place", "declared_at", "declared_on", "brought",
    "entered_by", "confirmed_on", "first_day", "last_day",
)  # fmt: skip
TAXPAYER = {"first_name": "removed", "last_name": "removed", "house": "removed", "street": "removed", "postcode": "X"}


def upgrade() -> None:
    """Forward."""
    _fold_words()
    let_text_go(
        "linked_donors", "why", ["id", "first_id", "second_id", "is_joined", "staff_id", "staff_name", "at"], []
    )
    let_text_go(
        "gift_valuation", "benefit",
        ["gift_id", "n", "is_bequest", "currency", "market_value_minor", "who", "valued_at"], [["gift_id", "n"]],
    )  # fmt: skip
    _let_loans_go()
    _let_place_go()
    _index_paid_back()
    _let_returns_fail()
    op.add_column("refund", sa.Column("failure_reason", sa.Text(), nullable=True))
    set_once("refund", ["failure_reason"], "failure_reason_once")


def _index_paid_back() -> None:
    where = sa.text("kind IN ('refund', 'refund_failed', 'dispute', 'payment_failed', 'repaid', 'move')")
    op.drop_index("ix_entry_given_back", "entry")
    op.create_index("ix_entry_given_back", "entry", ["campaign_id"], sqlite_where=where, postgresql_where=where)


def _let_returns_fail() -> None:
    """The failure of a return may follow its proof, so that a check may end twice.

    SQLite cannot drop the unique constraint: both tables are made anew, with their rows.
    """
    if on_sqlite():
        steps, texts = (op.get_bind().execute(sa.text(f"SELECT * FROM {name}")).mappings().all() for name in TABLES)  # noqa: S608 - our own
        op.drop_table("check_text")
        op.drop_table("check_step")
        _make_steps()
        _make_texts()
        for table, rows in zip(TABLES, (steps, texts), strict=True):
            _insert(table, rows)
    else:
        op.drop_constraint(op.f("uq_check_step_ends"), "check_step", type_="unique")
        op.execute("DROP TRIGGER check_step_after_the_end ON check_step")
        op.execute("DROP FUNCTION farthing_check_step_after_the_end()")
    op.create_index("ix_check_step_ends", "check_step", ["ends"])
    if on_sqlite():
        append_only("check_step", [["id"], ["gift_id", "n"]])
        keep_rows("check_text", [["step_id", "name"]])
        frozen("check_text", ["step_id", "name"])
        refuse(
            "check_text_goes", "check_text", "UPDATE", "check_text: its text only goes",
            "NEW.text <> OLD.text AND NEW.text <> 'removed'",
        )  # fmt: skip
    refuse_rows(
        "check_step_after_the_end", "check_step", "check_step: this check has ended",
        "EXISTS (SELECT 1 FROM check_step WHERE ends = NEW.gift_id"
        " AND n = (SELECT MAX(n) FROM check_step WHERE gift_id = NEW.gift_id)"
        " AND NOT (kind = 'proof' AND NEW.kind = 'failure'))",
    )  # fmt: skip


def _insert(table: str, rows: Sequence[RowMapping]) -> None:
    for row in rows:
        columns = list(row.keys())
        names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        op.get_bind().execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), dict(row))  # noqa: S608


def _make_steps() -> None:
    op.create_table(
        "check_step",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("n", Count(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("staff_name", sa.Text(), nullable=True),
        sa.Column("on_day", BookDate(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("choices", Json(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('record', 'lookup', 'acceptance', 'decision', 'failure', 'proof')",
            name=op.f("ck_check_step_kind"),
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_check_step_numbered_from_one")),
        sa.CheckConstraint("(kind = 'failure') = (staff_id is null)", name=op.f("ck_check_step_by_a_person")),
        sa.CheckConstraint(
            "(staff_id is null) = (staff_name is null) and staff_name <> ''", name=op.f("ck_check_step_by_name")
        ),
        sa.CheckConstraint("(kind in ('acceptance', 'proof')) = (ends is not null)", name=op.f("ck_check_step_ends")),
        sa.CheckConstraint("ends = gift_id", name=op.f("ck_check_step_ends_its_check")),
        sa.ForeignKeyConstraint(["gift_id"], ["donor_check.gift_id"], name=op.f("fk_check_step_gift_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_check_step_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_step")),
        sa.UniqueConstraint("gift_id", "n", name=op.f("uq_check_step_gift_id_n")),
        sqlite_strict=True,
    )


def _make_texts() -> None:
    op.create_table(
        "check_text",
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_check_text_name")),
        sa.ForeignKeyConstraint(["step_id"], ["check_step.id"], name=op.f("fk_check_text_step_id")),
        sa.PrimaryKeyConstraint("step_id", "name", name=op.f("pk_check_text")),
        sqlite_strict=True,
    )


def _fold_words() -> None:
    """A word with such a letter is replaced by the one that is looked for."""
    conn = op.get_bind()
    has = " OR ".join(f"word LIKE '%{letter}%'" for letter in FOLDED)
    rows = conn.execute(sa.text(f"SELECT word, donor_id FROM donor_word WHERE {has}")).all()  # noqa: S608 - our own
    folding = str.maketrans(FOLDED)
    insert = sa.text("INSERT INTO donor_word (word, donor_id) VALUES (:word, :donor_id) ON CONFLICT DO NOTHING")
    delete = sa.text("DELETE FROM donor_word WHERE word = :word AND donor_id = :donor_id")
    for first in range(0, len(rows), AT_ONCE):
        old = [{"word": word, "donor_id": donor_id} for word, donor_id in rows[first : first + AT_ONCE]]
        conn.execute(delete, old)
        new = [each | {"word": each["word"].translate(folding)[:LONGEST_WORD]} for each in old]
        conn.execute(insert, new)


def _let_loans_go() -> None:
    """The terms of a loan, and why it was taken back, only go."""
    _drop("loan", "loan_frozen", "loan_set_once")
    frozen("loan", LOAN)
    set_once("loan", ["taken_back_at", "taken_back_by"])
    refuse(
        "loan_text_goes", "loan", "UPDATE", "loan: its text only goes",
        "(NEW.terms <> OLD.terms AND NEW.terms <> 'removed')"
        " OR (OLD.why IS NOT NULL AND NEW.why IS NULL) OR (NEW.why <> OLD.why AND NEW.why <> 'removed')",
    )  # fmt: skip


def _let_place_go() -> None:
    """Where a declaration on paper is kept may be called by its donor's name."""
    table = "gift_aid_declaration"
    _drop(table, f"{table}_frozen", f"{table}_text_goes")
    frozen(table, DECLARATION)
    gone = TAXPAYER | {"kept_where": "removed"}
    changed = [f"(NEW.{name} <> OLD.{name} AND NEW.{name} <> '{word}')" for name, word in gone.items()]
    refuse(f"{table}_text_goes", table, "UPDATE", f"{table}: names only go", " OR ".join(changed))


def _drop(table: str, *triggers: str) -> None:
    for trigger in triggers:
        op.execute(f"DROP TRIGGER {trigger}" + ("" if on_sqlite() else f" ON {table}"))
