"""Receipts that hold no longer: voids, and the receipts that took their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from organisation.organisation import OrganisationProfile
from receipts.benefit import LegalFacts, without_benefit
from receipts.document_store import Void
from receipts.jurisdictions import require_facts
from receipts.receipt import Draft, printed_number, receipt_style
from receipts.store import Issued, issue_receipts, receipt_by_number
from receipts.tables import YEAR_SPAN, receipt, receipt_void

# Why and by whom a receipt that waited is replaced once what it lacked is known.
BY_PROGRAM = "Farthing"
LACKED_A_FACT = "It lacked what its law asks for, and was never sent. That is known now."
_r, _v = receipt.c, receipt_void.c


class AlreadyVoid(Exception):
    """This document was declared void before."""


@dataclass(frozen=True, slots=True)
class Reissue:
    """What is put right on a document: the donor's name and address, why, who does it, and the public address base.

    `benefit` is what is known today of what the donor of a receipt got back.
    """

    donor_name: str
    donor_address: tuple[str, ...]
    why: str
    who: str
    verify_base: str
    benefit: LegalFacts = ()


def void_receipt(conn: Connection, issued: Issued, void: Void) -> None:
    """Say that a receipt holds no longer. Its number stays taken. Raises AlreadyVoid."""
    if voids_of_receipts(conn, [issued.id]):
        raise AlreadyVoid(issued.receipt.number)
    replacing = receipt_by_number(conn, void.replaced_by) if void.replaced_by else None
    values = {"why": void.why, "who": void.who, "voided_at": void.at}
    replaced_by = replacing.id if replacing else None
    conn.execute(sa.insert(receipt_void).values(receipt_id=issued.id, replaced_by=replaced_by, **values))


def reissue_receipt(
    conn: Connection, issued: Issued, put_right: Reissue, profile: OrganisationProfile, *, today: date, now: datetime
) -> str:
    """Issue a receipt in the place of this one, which becomes void; returns its number.

    It confirms the same gift in the same language under the same law, and is issued by the organisation as it is now.
    For the caller's `booking` transaction. Raises AlreadyVoid, and FactsMissing before anything is written.
    """
    old = issued.receipt
    if voids_of_receipts(conn, [issued.id]):
        raise AlreadyVoid(old.number)
    draft = Draft(
        gift_id=issued.gift_id,
        given_on=old.given_on,
        donor_name=put_right.donor_name,
        lines=old.lines,
        method=old.method,
        reference=old.reference,
        organisation=profile.organisation,
        mode=old.mode,
        style=receipt_style(profile, old.style.language if old.style else ""),
        donor_address=put_right.donor_address,
        jurisdiction=old.jurisdiction,
        legal_facts=facts_of_law(old.jurisdiction, old.legal_facts, profile) + put_right.benefit,
        replaces=old.number,
        verify_url=put_right.verify_base,
        gift_aid=old.gift_aid,
    )
    require_facts(draft)
    [number] = issue_receipts(conn, [draft], issued_on=today, now=now)
    void_receipt(conn, issued, Void(put_right.why, put_right.who, now, number))
    return number


def facts_of_law(jurisdiction: str, before: LegalFacts, profile: OrganisationProfile) -> LegalFacts:
    """What the organisation says of itself for this law: as it is now, or as before if it now follows another."""
    is_own = profile.receipts.jurisdiction == jurisdiction
    return profile.receipts.legal_facts if is_own else without_benefit(before)


def void_receipts_of_gifts(conn: Connection, gift_ids: Sequence[str], why: str, who: str, now: datetime) -> None:
    """Void every receipt of these gifts that still holds: the gifts were taken back."""
    holds = sa.select(_r.id).outerjoin(receipt_void, _v.receipt_id == _r.id).where(_v.receipt_id.is_(None))
    ids = conn.scalars(holds.where(_r.gift_id.in_(gift_ids))).all()
    if ids:
        rows = [{"receipt_id": each, "replaced_by": None, "why": why, "who": who, "voided_at": now} for each in ids]
        conn.execute(sa.insert(receipt_void), rows)


def voids_of_receipts(conn: Connection, ids: Sequence[int]) -> dict[int, Void]:
    """The voids of those of these receipts that hold no longer."""
    rows = conn.execute(sa.select(receipt_void).where(_v.receipt_id.in_(ids)))
    return {row.receipt_id: Void(row.why, row.who, row.voided_at, _printed(row.replaced_by)) for row in rows}


def editions_of_gift(conn: Connection, gift_id: str) -> Sequence[str]:
    """The numbers of every receipt of a gift, the first edition first."""
    numbers = sa.select(_r.year, _r.number).where(_r.gift_id == gift_id).order_by(_r.edition)
    return [printed_number(year, number) for year, number in conn.execute(numbers)]


def _printed(receipt_id: int | None) -> str:
    return "" if receipt_id is None else printed_number(*divmod(receipt_id, YEAR_SPAN))
