"""Takes a donor out of what they declared for Gift Aid, and out of the claims that were made by it.

HMRC has a charity keep declarations for six years after the last gift that was claimed (reference read 2026-11).
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from payments.gift_aid.claim_store import erase_claimed_lines, last_claims_by_declaration
from payments.gift_aid.declaration_store import erase_gift_aid_declarations
from payments.gift_aid.tables import gift_aid_declaration as table


def last_gift_aid_claim(conn: Connection, donor_ids: Sequence[str]) -> date | None:
    """The day of the last claim that was made by what these donors declared."""
    return max(last_claims_by_declaration(conn, _declared_by(conn, donor_ids)).values(), default=None)


def erase_gift_aid(conn: Connection, donor_ids: Sequence[str], up_to: date, now: datetime) -> None:
    """Take these donors out of declarations that nothing was claimed by since that day, and out of the claims."""
    declared = _declared_by(conn, donor_ids)
    last = last_claims_by_declaration(conn, declared)
    due = [identity for identity in declared if last.get(identity, date.min) <= up_to]
    erase_gift_aid_declarations(conn, due, now)
    erase_claimed_lines(conn, due, now)


def _declared_by(conn: Connection, donor_ids: Sequence[str]) -> list[str]:
    declared = sa.select(table.c.id).where(among(conn, table.c.donor_id, donor_ids))
    return list(conn.scalars(declared.order_by(table.c.id)))
