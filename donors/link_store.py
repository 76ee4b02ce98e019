"""Links that open a donor's own pages, once."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from donors.tables import donor_link as table

TOKEN_BYTES = 32
LINK_LASTS = timedelta(minutes=30)
# A used link is kept for as long, so that whoever presses its button twice is told that it was used.
KEPT = timedelta(days=1)


def make_donor_link(conn: Connection, donor_id: str, now: datetime) -> str:
    """Make a link for a donor; returns its secret, which is kept nowhere. Removes links of yesterday and before.

    Earlier links still work: anybody can ask for one, and a stranger ends nobody's.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(sa.delete(table).where(table.c.expires_at < now - KEPT))
    row = {"token_hash": _digest(token), "donor_id": donor_id, "made_at": now, "expires_at": now + LINK_LASTS}
    conn.execute(sa.insert(table).values(row))
    return token


def use_donor_link(conn: Connection, token: str, now: datetime) -> str | None:
    """Use a link up, and with it every other of its donor; returns whose it was.

    None for a link that is unknown, used or expired: the answer does not say which. Of two at once one gets in.
    """
    works = sa.and_(
        table.c.token_hash == _digest(token),
        table.c.used_at.is_(None),
        table.c.expires_at > now,
        table.c.made_at <= now,
    )
    donor_id: str | None = conn.scalar(sa.select(table.c.donor_id).where(works))
    if donor_id is None or not conn.execute(sa.update(table).where(works).values(used_at=now)).rowcount:
        return None
    end_donor_links(conn, donor_id, now)
    return donor_id


def end_donor_links(conn: Connection, donor_id: str, now: datetime) -> None:
    """No link of this donor works any more."""
    open_links = sa.and_(table.c.donor_id == donor_id, table.c.used_at.is_(None))
    conn.execute(sa.update(table).where(open_links).values(used_at=now))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
