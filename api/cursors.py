"""Where the next page of a list begins, as an opaque text: after which row, and of which filter. Pure."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_MARK_BYTES = 6
_CURSOR = re.compile(r"[A-Za-z0-9_-]{9,200}")
_ROW = re.compile(r"[A-Za-z0-9_-]{1,100}")


class NotACursor(ValueError):
    """A text that we never gave for this list with this filter."""


def cursor_after(row: str, asked: str) -> str:
    """The cursor of the page after this row; `asked` is the list with its filter."""
    return urlsafe_b64encode(_mark(asked) + row.encode()).decode().rstrip("=")


def row_of_cursor(cursor: str, asked: str) -> str:
    """The row that the page begins after. Raises NotACursor."""
    if not _CURSOR.fullmatch(cursor):
        raise NotACursor
    try:
        whole = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        row = whole[_MARK_BYTES:].decode("ascii")
    except ValueError:
        raise NotACursor from None
    if whole[:_MARK_BYTES] != _mark(asked) or not _ROW.fullmatch(row):
        raise NotACursor
    return row


def _mark(asked: str) -> bytes:
    return hashlib.sha256(asked.encode()).digest()[:_MARK_BYTES]
