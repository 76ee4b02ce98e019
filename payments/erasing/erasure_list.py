"""The list of erasures, kept beside the database: a restored backup does not know those that came after it.

Ids and instants only, no person. One line an erasure, so that a line cut off by a crash spoils no other.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from donors.store import donor_by_id
from payments.own.erasure import KeptByLaw, begin_erasure

ERASURE_LIST = "erasures.jsonl"
BY_RESTORE = "restore"
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class ErasureList:
    """The file in which erasures are noted."""

    path: Path

    def note(self, donor_ids: Sequence[str], now: datetime) -> None:
        """Add the erasure of a donor, on disk when this returns. One that stands there is not added again."""
        if set(donor_ids) <= {donor_id for noted in self.read() for donor_id in noted}:
            return
        line = json.dumps({"at": now.isoformat(), "donors": list(donor_ids)})
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
        try:
            os.write(file, f"\n{line}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)

    def read(self) -> list[list[str]]:
        """The donors of each erasure, as they were noted. A line that is no erasure is left out."""
        if not self.path.exists():
            return []
        return [donors for line in self.path.read_text().splitlines() if (donors := _donors_in(line))]


def repeat_erasures(conn: Connection, erasures: ErasureList, now: datetime, law: KeptByLaw) -> int:
    """Ask once more for every noted erasure that this database does not know; returns how many were asked for.

    The worker does the work, as for any other. A donor who is not here was lost with what came after the backup.
    """
    known = [[donor_id for donor_id in donors if donor_by_id(conn, donor_id)] for donors in erasures.read()]
    return sum(begin_erasure(conn, donors, BY_RESTORE, now, law) for donors in known if donors)


def _donors_in(line: str) -> list[str]:
    try:
        donors = json.loads(line)["donors"]
    except (ValueError, TypeError, KeyError):
        return []
    return [donor_id for donor_id in donors if isinstance(donor_id, str)] if isinstance(donors, list) else []
