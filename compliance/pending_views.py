"""Whether a donor is being checked: then they have to be known until somebody has accepted or returned the gift."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.store import is_ended
from compliance.tables import check_wait, donor_check
from payments.gifts.tables import gift

_c, _w, _g = donor_check.c, check_wait.c, gift.c


def is_being_checked(conn: Connection, donor_ids: Sequence[str]) -> bool:
    """Whether a gift of these donors has a check that nobody has ended, or waits for one."""
    theirs = sa.select(_g.id).where(_g.donor_id.in_(donor_ids))
    checked = sa.select(_c.gift_id).where(_c.gift_id.in_(theirs), ~is_ended(_c.gift_id))
    waiting = sa.select(_w.gift_id).where(_w.gift_id.in_(theirs), _w.ended_at.is_(None))
    return conn.execute(sa.union_all(checked, waiting).limit(1)).first() is not None
