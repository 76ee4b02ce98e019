"""A donor's receipts that wait for a fact, and what is known of where they live. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payments.gifts.recurring import RecurringState
from payments.gifts.tables import gift, recurring
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_store import address_of_row
from payments.giving.tables import postal_address
from receipts.jurisdictions import missing_facts
from receipts.legal_forms import MissingFact
from receipts.receipt import Receipt
from receipts.tables import receipt, receipt_pdf, receipt_void

_g, _r, _p = gift.c, receipt.c, postal_address.c


@dataclass(frozen=True, slots=True)
class HeldReceipt:
    """A receipt that waits: its number, its gift, and what it lacks."""

    number: str
    gift: str
    missing: Sequence[MissingFact]


@dataclass(frozen=True, slots=True)
class WantedFacts:
    """What receipts want of a donor: those that wait, the address that is known, and gifts that repeat."""

    held: Sequence[HeldReceipt]
    known: PostalAddress | None
    repeating: Sequence[str]

    @property
    def goes_on(self) -> Sequence[str]:
        """The gifts with which an address is kept for later instalments, where receipts want one at all."""
        return self.repeating if self.asks_address else ()

    @property
    def asks_address(self) -> bool:
        """Whether an address is asked for: a receipt waits for it, or has had it before."""
        return self.known is not None or self.lacks(MissingFact.DONOR_ADDRESS)

    def lacks(self, fact: MissingFact) -> bool:
        """Whether a receipt waits for this."""
        return any(fact in held.missing for held in self.held)


def held_receipts(conn: Connection, donor_ids: Sequence[str]) -> list[HeldReceipt]:
    """The receipts of this donor that wait for a fact, the oldest first."""
    unprinted = (
        sa.select(_r.gift_id, _r.snapshot)
        .join(gift, _g.id == _r.gift_id)
        .outerjoin(receipt_pdf, receipt_pdf.c.receipt_id == _r.id)
        .outerjoin(receipt_void, receipt_void.c.receipt_id == _r.id)
        .where(_g.donor_id.in_(donor_ids), receipt_pdf.c.receipt_id.is_(None), receipt_void.c.receipt_id.is_(None))
        .order_by(_r.id)
    )
    read = [(gift_id, Receipt.from_json(snapshot)) for gift_id, snapshot in conn.execute(unprinted)]
    held = [HeldReceipt(issued.number, gift_id, missing_facts(issued)) for gift_id, issued in read]
    return [waiting for waiting in held if waiting.missing]


def gifts_that_go_on(conn: Connection, donor_ids: Sequence[str]) -> Sequence[str]:
    """The first gift of each recurring gift that runs: later instalments have the address that is kept with it."""
    runs = sa.and_(recurring.c.donor_id.in_(donor_ids), recurring.c.state != RecurringState.ENDED.value)
    return conn.scalars(sa.select(recurring.c.first_gift_id).where(runs).order_by(recurring.c.id)).all()


def newest_address(conn: Connection, donor_ids: Sequence[str]) -> PostalAddress | None:
    """What this donor typed last."""
    own = sa.select(postal_address).join(gift, _g.id == _p.gift_id).where(_g.donor_id.in_(donor_ids))
    row = conn.execute(own.order_by(_p.typed_at.desc(), _p.gift_id).limit(1)).one_or_none()
    return None if row is None else address_of_row(row)
