"""Words of donors, by which staff find them, an index of letters by address, and sums of gifts of one amount."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from migrations.guards import frozen, on_sqlite

revision = "0061"
down_revision = "0060"

LONGEST_WORD = 40
AT_ONCE = 5000
RECEIVED = sa.text("received_on IS NOT NULL")
NAMES = """
    SELECT id, name || ' ' || email FROM donor WHERE email_key NOT LIKE '%@erased.invalid'
    UNION SELECT donor_id, donor_name FROM gift WHERE donor_name <> ''
"""


def upgrade() -> None:
    """Forward."""
    word_type = sa.Text() if on_sqlite() else sa.Text(collation="C")
    op.create_table(
        "donor_word",
        sa.Column("word", word_type, nullable=False),
        sa.Column("donor_id", sa.Text(), nullable=False),
        sa.CheckConstraint("word <> ''", name=op.f("ck_donor_word_word")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_word_donor_id")),
        sa.PrimaryKeyConstraint("word", "donor_id", name=op.f("pk_donor_word")),
        sqlite_strict=True,
    )
    _keep_words()
    op.create_index("ix_donor_word_donor_id", "donor_word", ["donor_id", "word"])
    frozen("donor_word", ("word", "donor_id"))
    op.create_index("ix_letter_to_address", "letter", ["to_address"])
    op.drop_index("ix_gift_listed_amount", "gift")
    op.create_index(
        "ix_gift_listed_amount", "gift", ["amount_minor", "id", "currency"],
        sqlite_where=RECEIVED, postgresql_where=RECEIVED,
    )  # fmt: skip


def _keep_words() -> None:
    conn = op.get_bind()
    insert = sa.text("INSERT INTO donor_word (word, donor_id) VALUES (:word, :donor_id) ON CONFLICT DO NOTHING")
    for rows in conn.execute(sa.text(NAMES), execution_options={"yield_per": AT_ONCE}).partitions():
        words = {(word, donor_id) for donor_id, text in rows for word in _words(text)}
        conn.execute(insert, [{"word": word, "donor_id": donor_id} for word, donor_id in sorted(words)])


def _words(text: str) -> set[str]:
    """As `donors.donor_words.name_words` had it when this was written."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    ways = (plain, re.sub("['\u2019]", "", plain))
    return {word[:LONGEST_WORD] for way in ways for word in re.findall(r"[^\W_]+", way)}
