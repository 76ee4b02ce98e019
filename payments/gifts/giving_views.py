"""By which links gifts came, and which a treasurer entered. Writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import look_up
from ledger.kinds import EntryKind
from payments.gifts.tables import gift, recurring

_g = gift.c
_OFFLINE = EntryKind.OFFLINE.key("")
NO_SOURCE = "-"
"""In an address: gifts that no link with a code led to."""


def is_offline() -> sa.ColumnElement[bool]:
    """The condition that a treasurer entered the gift."""
    return _g.payment.startswith(_OFFLINE)


def source_of_gift() -> sa.ScalarSelect[str]:
    """The code of the link that led to a gift: its own, or for an instalment that of its first gift."""
    first = gift.alias("first_gift")
    code = sa.select(first.c.source).where(recurring.c.id == _g.recurring_id, first.c.id == recurring.c.first_gift_id)
    return code.correlate(gift).scalar_subquery()


_FIRST = gift.alias("first").c
_SOURCE_OF_FIRST = (recurring.c.id, _FIRST.source)


def sources_of_recurring(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The codes of the links that led to the first gifts of these recurring gifts; those without one are left out."""
    rows = look_up(conn, _SOURCE_OF_FIRST, recurring.c.id, ids, _FIRST.id == recurring.c.first_gift_id)
    return {recurring_id: source for recurring_id, source in rows if source}
