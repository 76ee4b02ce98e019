"""The list of letters at the desk, found by whom they were written to. Writes nothing."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import contains
from donors.tables import donor
from donors.word_store import donors_called
from outbox.letter_views import letters_question
from payments.gifts.tables import gift
from staff.tables import staff_member

_d, _g, _m = donor.c, gift.c, staff_member.c


def _addresses_of(conn: Connection, text: str) -> sa.CompoundSelect[Any]:
    """The addresses of the donors and of the members of staff whom a text means."""
    called = donors_called(conn, text)
    return sa.union(
        sa.select(_d.email).where(_d.id.in_(called)),
        sa.select(_g.donor_email).where(_g.donor_id.in_(called)),
        sa.select(_m.email).where(contains(conn, text, _m.name, _m.email)),
    )


WRITTEN_LETTERS = letters_question(_addresses_of)
