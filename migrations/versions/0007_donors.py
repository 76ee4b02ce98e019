"""Donors: an identity of its own, which gifts and recurring gifts name. One donor for each address that gave before.

SQLite cannot make a column that is added NOT NULL without rebuilding the table and its guards; triggers refuse a gift
without a donor on both engines instead.
"""

from collections.abc import Mapping
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from database.columns import Instant
from donors.donor import NotAnAddress, address_key
from migrations.guards import keep_rows, on_sqlite, refuse, set_once

revision = "0007"
down_revision = "0006"

AT_ONCE = 500  # rows in one statement
READ_AT_ONCE = 5000


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "donor",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("email_key <> ''", name=op.f("ck_donor_email_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("email_key", name=op.f("uq_donor_email_key")),
        sqlite_strict=True,
    )
    for table in ("gift", "recurring"):
        # Alembic adds no foreign key to a table of SQLite's; SQLite itself does, with the column.
        refers = f" CONSTRAINT fk_{table}_donor_id REFERENCES donor (id)" if on_sqlite() else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN donor_id TEXT{refers}")
    _name_donors(_add_donors())
    keep_rows("donor", [["id"], ["email_key"]])
    for table in ("gift", "recurring"):
        # After all rows have their donor: so the index is built, and PostgreSQL asks for the donors, in one go.
        op.create_index(f"ix_{table}_donor_id", table, ["donor_id"], unique=False)
        if not on_sqlite():
            op.create_foreign_key(f"fk_{table}_donor_id", table, "donor", ["donor_id"], ["id"])
        refuse(f"{table}_has_donor", table, "INSERT", f"{table}: it names no donor", "NEW.donor_id IS NULL")
        set_once(table, ["donor_id"], "donor_set_once")


def _add_donors() -> dict[str, str]:
    """A donor for each address; returns the donor of each spelling, as gifts have it."""
    rows = op.get_bind().execute(
        sa.text("SELECT donor_email, donor_name, created_at FROM gift ORDER BY created_at, id"),
        execution_options={"yield_per": READ_AT_ONCE},  # a million gifts are not held in memory
    )
    donors: dict[str, dict[str, object]] = {}
    donor_of: dict[str, str] = {}
    for email, name, created_at in rows:
        key = _key(email)
        first = {"id": str(uuid4()), "email_key": key, "created_at": created_at, "language": "en"}
        donor = donors.setdefault(key, first)
        donor |= {"email": email, "name": name or donor.get("name", "")}  # as they were last typed
        donor_of[email] = str(donor["id"])
    insert = sa.text(
        "INSERT INTO donor (id, email, email_key, name, language, created_at)"
        " VALUES (:id, :email, :email_key, :name, :language, :created_at)"
    )
    listed = list(donors.values())
    for start in range(0, len(listed), AT_ONCE):
        op.get_bind().execute(insert, listed[start : start + AT_ONCE])
    return donor_of


def _key(email: str) -> str:
    """The address's key; a gift whose address is none (there should be none) is its own donor's."""
    try:
        return address_key(email)
    except NotAnAddress:
        return email or "none"


def _name_donors(donor_of: Mapping[str, str]) -> None:
    """Every gift names its donor, and every recurring gift the donor of its first gift."""
    connection = op.get_bind()
    connection.execute(sa.text("CREATE TEMPORARY TABLE spelling (email TEXT PRIMARY KEY, donor_id TEXT NOT NULL)"))
    insert = sa.text("INSERT INTO spelling (email, donor_id) VALUES (:email, :donor_id)")
    listed = [{"email": email, "donor_id": donor} for email, donor in sorted(donor_of.items())]
    for start in range(0, len(listed), AT_ONCE):
        connection.execute(insert, listed[start : start + AT_ONCE])
    connection.execute(
        sa.text("UPDATE gift SET donor_id = (SELECT donor_id FROM spelling WHERE email = gift.donor_email)")
    )
    connection.execute(
        sa.text("UPDATE recurring SET donor_id = (SELECT donor_id FROM gift WHERE gift.id = recurring.first_gift_id)")
    )
    connection.execute(sa.text("DROP TABLE spelling"))
