"""Gift Aid claims in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from database.questions import among
from ledger.money import GBP, Money
from payments.gift_aid.claim import Adjustment, Claimant, ClaimedLine, GiftAidClaim, OpenClaim, line_of
from payments.gift_aid.claimable import ClaimableGift
from payments.gift_aid.schedule import ScheduleLine
from payments.gift_aid.tables import gift_aid_adjustment, gift_aid_claim, gift_aid_line
from payments.gift_aid.taxpayer import ABROAD
from payments.gifts.erasure_store import REMOVED

_c, _l, _a = gift_aid_claim.c, gift_aid_line.c, gift_aid_adjustment.c
STANDS = _c.taken_back_at.is_(None)


class LaterClaim(Exception):
    """A later claim that stands pays back, or claims again, what this one claimed. `number` is the later one's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"claim {number} builds on it")
        self.number = number


class NothingToClaim(ValueError):
    """No gift can be claimed on, so that there is no schedule to send."""


def make_claim(conn: Connection, claimed: OpenClaim, claimant: Claimant, who: str, now: datetime) -> int:
    """Keep a claim with its gifts and adjustments, under the next number. Raises NothingToClaim.

    For a transaction that nobody else writes the books beside (`staff.changing.changing_books`): nothing goes back
    between the look and the claim. The database refuses a gift that another claim holds, and one that is claimed again
    for more than was paid back.
    """
    if not claimed.gifts:
        raise NothingToClaim
    number = (conn.scalar(sa.select(sa.func.max(_c.number))) or 0) + 1
    made = {"number": number, "made_at": now, "made_on": claimed.day, "who": who}
    insert_rows(conn, gift_aid_claim, [made | {"charity": claimant.charity, "reference": claimant.reference}])
    insert_rows(conn, gift_aid_line, [_row(number, n, gift) for n, gift in enumerate(claimed.gifts, 1)])
    paid_back = [
        {"claim": number, "gift_id": adjustment.gift_id, "amount_minor": adjustment.donation.minor}
        for adjustment in claimed.adjustments
    ]
    insert_rows(conn, gift_aid_adjustment, paid_back)
    return number


def take_claim_back(conn: Connection, number: int, who: str, now: datetime) -> bool:
    """Take back a claim that was never sent: its gifts can be claimed again. False where none stands.

    Raises LaterClaim: with the first of the two gone, tax would be paid back that was never claimed, or claimed twice.
    """
    later = later_claim(conn, number)
    if later is not None:
        raise LaterClaim(later)
    stands = sa.and_(_c.number == number, STANDS)
    taken = conn.execute(sa.update(gift_aid_claim).where(stands).values(taken_back_at=now, taken_back_by=who))
    if taken.rowcount:
        conn.execute(sa.update(gift_aid_line).where(_l.claim == number).values(holds_of=None))
    return bool(taken.rowcount)


def later_claim(conn: Connection, number: int) -> int | None:
    """The last claim that stands, was made after this one, and has a line or an adjustment of one of its gifts."""
    own = sa.union(sa.select(_l.gift_id).where(_l.claim == number), sa.select(_a.gift_id).where(_a.claim == number))
    later = sa.union(
        sa.select(_l.claim).where(_l.claim > number, _l.gift_id.in_(own)),
        sa.select(_a.claim).where(_a.claim > number, _a.gift_id.in_(own)),
    )
    last: int | None = conn.scalar(sa.select(sa.func.max(_c.number)).where(STANDS, _c.number.in_(later)))
    return last


def gift_aid_claims(conn: Connection) -> list[GiftAidClaim]:
    """Every claim, the newest first."""
    return _claims(conn, sa.true())


def gift_aid_claim_of(conn: Connection, number: int) -> GiftAidClaim | None:
    """The claim of this number."""
    return next(iter(_claims(conn, _c.number == number)), None)


def claimed_lines(conn: Connection, number: int) -> list[ClaimedLine]:
    """The gifts of a claim, in the order of its schedules."""
    return _lines(conn, _l.claim == number)


def standing_lines(conn: Connection, gift_ids: Sequence[str] | None = None) -> list[ClaimedLine]:
    """The gifts of all claims that stand; of these gifts, where they are given."""
    stands = _l.claim.in_(sa.select(_c.number).where(STANDS))
    return _lines(conn, stands if gift_ids is None else sa.and_(stands, among(conn, _l.gift_id, gift_ids)))


def adjusted(conn: Connection, gift_ids: Sequence[str] | None = None) -> dict[str, int]:
    """What claims that stand have paid back, in pence by gift; of these gifts, where they are given."""
    rows = conn.execute(
        sa.select(_a.gift_id, sa.func.sum(_a.amount_minor))
        .select_from(gift_aid_adjustment.join(gift_aid_claim, _c.number == _a.claim))
        .where(STANDS, sa.true() if gift_ids is None else among(conn, _a.gift_id, gift_ids))
        .group_by(_a.gift_id)
    )
    return {gift_id: int(minor) for gift_id, minor in rows}


def adjustments_of_claim(conn: Connection, number: int) -> list[Adjustment]:
    """What a claim pays back of earlier ones."""
    rows = conn.execute(sa.select(_a.gift_id, _a.amount_minor).where(_a.claim == number).order_by(_a.gift_id))
    return [Adjustment(gift_id, Money(minor, GBP)) for gift_id, minor in rows]


def last_claims_by_declaration(conn: Connection, identities: Sequence[str]) -> dict[str, date]:
    """The day of the last claim that was made by each of these declarations; nothing for one that none was made by."""
    rows = conn.execute(
        sa.select(_l.declaration_id, sa.func.max(_c.made_on, type_=_c.made_on.type))
        .select_from(gift_aid_line.join(gift_aid_claim, _c.number == _l.claim))
        .where(among(conn, _l.declaration_id, identities), STANDS)
        .group_by(_l.declaration_id)
    )
    return {row[0]: row[1] for row in rows}


def erase_claimed_lines(conn: Connection, declaration_ids: Sequence[str], now: datetime) -> None:
    """Take the taxpayer out of the lines that were claimed by these declarations; gifts, days and amounts stay."""
    gone = dict.fromkeys(("first_name", "last_name", "house"), REMOVED) | {"postcode": ABROAD}
    named = sa.and_(among(conn, _l.declaration_id, declaration_ids), _l.erased_at.is_(None))
    conn.execute(sa.update(gift_aid_line).where(named).values(**gone, erased_at=now))


def _row(number: int, n: int, claimed: ClaimableGift) -> dict[str, object]:
    line = line_of(claimed)
    return {
        "claim": number, "n": n, "gift_id": claimed.gift.id, "declaration_id": claimed.declaration.id,
        "amount_minor": line.amount.minor, "given_on": line.day, "first_name": line.first_name,
        "last_name": line.last_name, "house": line.house, "postcode": line.postcode,
        "holds_of": None if claimed.is_again else claimed.gift.id,
    }  # fmt: skip


def _claims(conn: Connection, which: sa.ColumnElement[bool]) -> list[GiftAidClaim]:
    given = sa.select(sa.func.sum(_l.amount_minor)).where(_l.claim == _c.number).scalar_subquery()
    gifts = sa.select(sa.func.count()).select_from(gift_aid_line).where(_l.claim == _c.number).scalar_subquery()
    back = sa.select(sa.func.sum(_a.amount_minor)).where(_a.claim == _c.number).scalar_subquery()
    rows = conn.execute(
        sa.select(gift_aid_claim, gifts.label("gifts"), given.label("given"), back.label("back"))
        .where(which)
        .order_by(_c.number.desc())
    )
    return [_claim(row) for row in rows]


def _claim(row: sa.Row[Any]) -> GiftAidClaim:
    return GiftAidClaim(
        number=row.number,
        made_at=row.made_at,
        made_on=row.made_on,
        who=row.who,
        claimant=Claimant(row.charity, row.reference),
        taken_back_at=row.taken_back_at,
        gifts=int(row.gifts),
        given=Money(int(row.given or 0), GBP),
        over_claimed=Money(int(row.back or 0), GBP),
    )


def _lines(conn: Connection, which: sa.ColumnElement[bool]) -> list[ClaimedLine]:
    rows = conn.execute(sa.select(gift_aid_line).where(which).order_by(_l.claim, _l.n))
    return [
        ClaimedLine(
            row.claim, row.n, row.gift_id, row.declaration_id,
            ScheduleLine(
                row.first_name, row.last_name, row.house, row.postcode, row.given_on, Money(row.amount_minor, GBP)
            ),
        )
        for row in rows
    ]  # fmt: skip
