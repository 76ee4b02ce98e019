"""All statements of a span as one ZIP file, for printing and posting. Its PDFs are read one after the other."""

import io
import zipfile
from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Engine

from database.transactions import reading
from receipts.document_store import document_pdf_of

# Every entry's time: the same statements make the same file.
_MADE = (1980, 1, 1, 0, 0, 0)


class _Sink(io.RawIOBase):
    """What a ZIP file is written to, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What was written since it was last taken."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def zip_of_documents(engine: Engine, numbers: Sequence[str]) -> Iterator[bytes]:
    """The file in pieces, each PDF by its number. One that is not printed yet, or was erased, is left out."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for number in numbers:
            with reading(engine) as conn:
                pdf = document_pdf_of(conn, number)
            if pdf:
                archive.writestr(zipfile.ZipInfo(f"{number}.pdf", _MADE), pdf)
                yield sink.take()
    yield sink.take()
