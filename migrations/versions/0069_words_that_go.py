"""Words of donors with letters such as ł and ø as they are looked for; and what staff typed of a donor can go."""

import sqlalchemy as sa
from alembic import op

from migrations.guards import frozen, let_text_go, on_sqlite, refuse, set_once

revision = "0069"
down_revision = "0067"

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
