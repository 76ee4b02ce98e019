"""What is compared of donors who may be one, with what each gave this year. Writes nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.likeness import DonorTraits
from database.questions import among
from donors.donor import NO_ADDRESS
from donors.tables import donor
from ledger.money import GBP, Money
from payments.gifts.tables import declaration, gift

_d, _g, _c = donor.c, gift.c, declaration.c
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LikeDonor:
    """A donor as they are compared with others. `given` is what came from them in pounds since the day asked for."""

    traits: DonorTraits
    email: str
    given: Money


def donors_to_compare(conn: Connection, since: date, most: int) -> list[LikeDonor]:
    """Who gave since a day, those who gave most first, and no more than `most` of them.

    The address is the one that a donor declared with a large gift; of the others only name and email are known. Nobody
    without an address of their own is compared by it.
    """
    total = sa.func.sum(_g.amount_minor)
    sums = conn.execute(
        sa.select(_g.donor_id, total)
        .where(_g.received_on >= since, _g.currency == GBP.code, _g.donor_id.is_not(None))
        .group_by(_g.donor_id)
        .order_by(total.desc(), _g.donor_id)
        .limit(most)
    ).all()
    given = {donor_id: Money(int(minor), GBP) for donor_id, minor in sums}
    return _compared(conn, list(given), given)


def donors_by_id(conn: Connection, donor_ids: Sequence[str]) -> Mapping[str, LikeDonor]:
    """These donors, whatever they gave."""
    nothing = dict.fromkeys(donor_ids, Money(0, GBP))
    return {each.traits.donor_id: each for each in _compared(conn, donor_ids, nothing)}


def _compared(conn: Connection, donor_ids: Sequence[str], given: Mapping[str, Money]) -> list[LikeDonor]:
    addresses = _declared_addresses(conn, donor_ids)
    rows = conn.execute(sa.select(_d.id, _d.name, _d.email).where(among(conn, _d.id, donor_ids)))
    donors = {row.id: row for row in rows}
    return [
        LikeDonor(_traits(donor_id, row.name, row.email, addresses.get(donor_id, "")), row.email, given[donor_id])
        for donor_id in donor_ids
        if (row := donors.get(donor_id)) is not None
    ]


def _declared_addresses(conn: Connection, donor_ids: Sequence[str]) -> Mapping[str, str]:
    rows = conn.execute(
        sa.select(_g.donor_id, _c.address)
        .join(gift, _g.id == _c.gift_id)
        .where(among(conn, _g.donor_id, donor_ids))
        .order_by(_c.declared_at)
    )
    return {row.donor_id: row.address for row in rows}


def _traits(donor_id: str, name: str, email: str, address: str) -> DonorTraits:
    """The street is the first line of an address; a postcode is found wherever it stands."""
    postcode = _POSTCODE.search(address)
    own = "" if email.endswith(NO_ADDRESS) else email
    return DonorTraits(
        donor_id, name, own, re.split(r"[\n,]", address)[0].strip(), postcode[0].upper() if postcode else ""
    )
