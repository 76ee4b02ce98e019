"""A printer for printing processes that takes no time."""

import os
import signal
import time
from pathlib import Path

from receipts.printing_process import LogoReader
from receipts.receipt import Receipt
from receipts.sheets import Document


class ProcessNamer:
    """Gives the number of the document and that of its process instead of a file: WeasyPrint takes seconds to start."""

    def __init__(self, _read_logo: LogoReader) -> None: ...

    def sheet(self, document: Document, /, *, is_duplicate: bool) -> tuple[Document, bool]:
        """What it is asked for."""
        return document, is_duplicate

    def page(self, sheet: tuple[Document, bool], /) -> tuple[bytes, ...]:
        """Or ends its process, or fails, if the document asks for it."""
        document, is_duplicate = sheet
        if isinstance(document, Receipt) and document.donor_name == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(document, Receipt) and document.donor_name == "slow killer":
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(document, Receipt) and document.donor_name == "unprintable":
            raise ValueError("no paper")
        return f"{document.number} ".encode(), f"{os.getpid()}{' again' if is_duplicate else ''}".encode()

    def file(self, page: tuple[bytes, ...], /) -> tuple[bytes, ...]:
        """The page."""
        return page


def cannot_open(_read_logo: LogoReader) -> ProcessNamer:
    """A printer without which its process ends."""
    raise SystemExit(3)


def opens_once(opened: Path, read_logo: LogoReader) -> ProcessNamer:
    """A printer that one process gets; any other ends, as it would without memory."""
    try:
        opened.touch(exist_ok=False)
    except FileExistsError:
        raise SystemExit(3) from None
    return ProcessNamer(read_logo)
