"""Evidence of lookups in the database: kept with one check, named by its SHA-256, and gone when its donor is erased."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.evidence import EvidenceType, KeptEvidence, evidence_type
from compliance.link_store import erase_links
from compliance.store import remove_texts
from compliance.tables import check_evidence, donor_check
from database.bulk import insert_rows
from database.questions import among
from payments.gifts.erasure_store import donors_of_gifts
from payments.gifts.store import lock_gift

_e, _c = check_evidence.c, donor_check.c


def keep_evidence(conn: Connection, gift_id: str, content: bytes, staff_id: str, now: datetime) -> str:
    """Keep a file with the check of this gift; returns its SHA-256. The same file again stays as it is.

    Raises NotEvidence for a kind of file that is not taken.
    """
    digest, kind = hashlib.sha256(content).hexdigest(), evidence_type(content)
    lock_gift(conn, gift_id)  # of two people with the same file the second finds it here
    if conn.scalar(sa.select(_e.sha256).where(_e.gift_id == gift_id, _e.sha256 == digest)) is not None:
        return digest
    row = {
        "gift_id": gift_id,
        "sha256": digest,
        "kind": kind.value,
        "body": content,
        "staff_id": staff_id,
        "kept_at": now,
    }
    insert_rows(conn, check_evidence, [row])
    return digest


def evidence_of(conn: Connection, gift_id: str) -> list[KeptEvidence]:
    """What is kept with the check of a gift, in the order in which it came."""
    size = sa.func.length(_e.body)
    rows = conn.execute(
        sa.select(_e.sha256, _e.kind, size).where(_e.gift_id == gift_id).order_by(_e.kept_at, _e.sha256)
    )
    return [KeptEvidence(digest, EvidenceType(kind), bytes_) for digest, kind, bytes_ in rows]


def evidence_content(conn: Connection, gift_id: str, digest: str) -> tuple[KeptEvidence, bytes] | None:
    """A file with its content; None for one that is not kept with this check, or whose content was removed."""
    row = conn.execute(
        sa.select(_e.kind, _e.body).where(_e.gift_id == gift_id, _e.sha256 == digest, _e.body.is_not(None))
    ).one_or_none()
    return None if row is None else (KeptEvidence(digest, EvidenceType(row.kind), len(row.body)), row.body)


def erase_checks(conn: Connection, gift_ids: Sequence[str], last_day: date) -> None:
    """Take donors out of the checks of those of these gifts that were received by this day.

    What was typed goes, also of why donors were joined, and the content of evidence. What was decided, when and by
    whom stays.
    """
    erase_links(conn, donors_of_gifts(conn, gift_ids), last_day)
    old = list(conn.scalars(sa.select(_c.gift_id).where(among(conn, _c.gift_id, gift_ids), _c.received_on <= last_day)))
    remove_texts(conn, old)
    of_checks = among(conn, _e.gift_id, old)
    conn.execute(sa.update(check_evidence).where(of_checks, _e.body.is_not(None)).values(body=None))
