"""Takes a donor out of their gifts. Amounts, days and shares stay: the books do not move."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from payments.gifts.gift import GiftState
from payments.gifts.recurring import RecurringState
from payments.gifts.tables import declaration, dedication, gift, lost_gift, offline_gift, recurring

REMOVED = "removed"


def is_unsettled(conn: Connection, donor_ids: Sequence[str]) -> bool:
    """Whether a payment is on its way, or a recurring gift still runs: then the donor has to be known for a while."""
    on_its_way = sa.select(gift.c.id).where(gift.c.donor_id.in_(donor_ids), gift.c.state == GiftState.PROCESSING.value)
    runs = sa.select(recurring.c.id).where(
        recurring.c.donor_id.in_(donor_ids),
        recurring.c.subscription.is_not(None),
        recurring.c.state != RecurringState.ENDED.value,
    )
    return conn.execute(sa.union_all(on_its_way, runs).limit(1)).first() is not None


def gifts_of_donor(conn: Connection, donor_ids: Sequence[str]) -> list[str]:
    """The ids of every gift of this donor, paid or not."""
    return list(conn.scalars(sa.select(gift.c.id).where(gift.c.donor_id.in_(donor_ids)).order_by(gift.c.id)))


def donors_of_gifts(conn: Connection, gift_ids: Sequence[str]) -> list[str]:
    """The ids of the donors who gave these."""
    known = sa.select(gift.c.donor_id).where(among(conn, gift.c.id, gift_ids), gift.c.donor_id.is_not(None)).distinct()
    return sorted(donor_id for donor_id in conn.scalars(known) if donor_id)


def mentions_of_donor(conn: Connection, donor_ids: Sequence[str]) -> list[str]:
    """What Stripe's messages about this donor contain: payments, invoices, sessions, and recurring gifts."""
    g, of_donor = gift.c, gift.c.donor_id.in_(donor_ids)
    columns = [
        sa.select(column).where(of_donor, column.is_not(None)) for column in (g.payment, g.invoice_id, g.session_id)
    ]
    own = recurring.c.donor_id.in_(donor_ids)
    columns.append(sa.select(recurring.c.subscription).where(own, recurring.c.subscription.is_not(None)))
    return sorted(conn.scalars(sa.union(*columns)).all())


def erase_gifts(conn: Connection, donor_ids: Sequence[str]) -> None:
    """Take names, addresses and messages out of gifts, recurring gifts, dedications and gifts that were lost."""
    ids = sa.select(gift.c.id).where(gift.c.donor_id.in_(donor_ids))
    nobody = {"donor_name": "", "donor_email": ""}
    conn.execute(sa.update(dedication).where(dedication.c.gift_id.in_(ids)).values(name=REMOVED, letter_to=""))
    conn.execute(sa.update(lost_gift).where(lost_gift.c.id.in_(ids)).values(**nobody))
    conn.execute(sa.update(recurring).where(recurring.c.donor_id.in_(donor_ids)).values(**nobody))
    conn.execute(sa.update(gift).where(gift.c.donor_id.in_(donor_ids)).values(**nobody, message="", show_name=False))
    conn.execute(sa.update(offline_gift).where(offline_gift.c.gift_id.in_(ids)).values(reference=REMOVED))


def erase_declarations(conn: Connection, gift_ids: Sequence[str]) -> None:
    """Take the donor out of what they declared; for what the law has kept, on its day."""
    gone = {"name": REMOVED, "address": REMOVED, "number": REMOVED}
    conn.execute(sa.update(declaration).where(declaration.c.gift_id.in_(gift_ids)).values(**gone))
