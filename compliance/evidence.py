"""Files that show what a lookup saw: which kinds are taken, known by their content and not by their name. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class EvidenceType(StrEnum):
    """A kind of file that is taken as evidence, by the ending of its name."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpg"
    TEXT = "txt"

    @property
    def media_type(self) -> str:
        """What a browser is told that it is."""
        return _MEDIA[self]


_MEDIA = {
    EvidenceType.PDF: "application/pdf",
    EvidenceType.PNG: "image/png",
    EvidenceType.JPEG: "image/jpeg",
    EvidenceType.TEXT: "text/plain; charset=utf-8",
}
_BEGINNINGS = (
    (b"%PDF-", EvidenceType.PDF),
    (b"\x89PNG\r\n\x1a\n", EvidenceType.PNG),
    (b"\xff\xd8\xff", EvidenceType.JPEG),
)
_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f")


class NotEvidence(ValueError):
    """A file of a kind that is not taken; the message tells its sender what to do."""


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """A file that is kept with a check. `size` is in bytes; None once erasure has removed its content."""

    digest: str
    kind: EvidenceType
    size: int | None

    @property
    def file_name(self) -> str:
        """What it is saved as. The name that it came with is not kept: it may name the donor."""
        return f"evidence-{self.digest[:12]}.{self.kind.value}"


def evidence_type(content: bytes) -> EvidenceType:
    """What a file is. Raises NotEvidence."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if not text.strip() or _CONTROLS & set(text):
        raise NotEvidence("Choose a PDF, a PNG or JPEG picture, or a plain text file.")
    return EvidenceType.TEXT
