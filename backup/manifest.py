"""What a backup says of itself: when it was made, of what, and the digest of each file in it. Values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from database.columns import canonical_json

FORMAT = 1
"""The number of the layout of backup files. A newer layout is a new number."""


class NotABackup(ValueError):
    """The file is not a whole backup of Farthing's; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file in the backup: its name, length in bytes, and SHA-256."""

    name: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BooksState:
    """What the database held when it was copied.

    `database` is sqlite or postgresql; `server` PostgreSQL's main version, 0 for SQLite. `installation` is the mark
    that gifts carry at Stripe. `marks` says up to which instant each of Stripe's lists was read, if it ever was.
    `receipts` is the last number of each year, `rows` the length of each table. `faults` are the checks of the audit
    that did not hold; None where it could not run, on a database that an older version made.
    """

    mode: str
    database: str
    server: int
    revision: str
    installation: str
    marks: Mapping[str, datetime | None]
    receipts: Mapping[int, int]
    rows: Mapping[str, int]
    faults: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first file of a backup."""

    made_at: datetime
    state: BooksState
    files: tuple[PackedFile, ...]

    def as_json(self) -> str:
        """The manifest as the file is written."""
        state = asdict(self.state)
        state["marks"] = {name: at and at.isoformat() for name, at in self.state.marks.items()}
        state["receipts"] = {str(year): number for year, number in self.state.receipts.items()}
        files = [asdict(file) for file in self.files]
        whole = {"format": FORMAT, "made_at": self.made_at.isoformat(), "files": files, "state": state}
        return canonical_json(whole)


def read_manifest(document: object) -> Manifest:
    """The manifest of the parsed JSON. Raises NotABackup."""
    if not isinstance(document, dict) or "format" not in document:
        raise NotABackup("Its manifest is not one of Farthing's.")
    if document["format"] != FORMAT:
        raise NotABackup(f"It has the layout {document['format']}, and this program reads {FORMAT}: use a newer one.")
    try:
        state, files = document["state"], tuple(PackedFile(**file) for file in document["files"])
        marks = {name: datetime.fromisoformat(at) if at else None for name, at in state["marks"].items()}
        receipts = {int(year): int(number) for year, number in state["receipts"].items()}
        faults = None if state["faults"] is None else tuple(state["faults"])
        read = BooksState(**state | {"marks": marks, "receipts": receipts, "faults": faults})
        return Manifest(datetime.fromisoformat(document["made_at"]), read, files)
    except (KeyError, TypeError, ValueError) as error:
        raise NotABackup(f"Its manifest cannot be read: {error}.") from None
