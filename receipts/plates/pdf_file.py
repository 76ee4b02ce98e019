"""A PDF file as bytes: the objects that all pages of a plate share are written once, the others for each page."""

import re
import zlib
from collections.abc import Mapping

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
COMPRESSION = 2  # more takes twice as long, and saves 250 bytes
MOST_CHANGING = 1 << 15  # bytes of the objects of a page that change
IN_FILE, IN_STREAM = 1, 2  # where an object is

FileParts = tuple[bytes, ...]
"""A file in its order. The first part is the same object for all pages of a plate, so that it is handed over once."""


def stream(data: bytes, extra: bytes = b"", level: int = COMPRESSION) -> bytes:
    """A compressed stream."""
    return plain_stream(zlib.compress(data, level), extra + b"/Filter /FlateDecode")


def plain_stream(data: bytes, extra: bytes) -> bytes:
    """A stream as it is: to make a compressor ready takes longer than the rest of a small one."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (extra, len(data), data)


def pdf_number(number: float) -> bytes:
    """A number as WeasyPrint writes it."""
    return str(int(number)).encode() if number.is_integer() else f"{number:f}".rstrip("0").encode()


def pdf_text(text: str) -> str:
    """A text as a PDF string."""
    if text.isascii():
        return "(" + re.sub(r"([\\()])", r"\\\1", text) + ")"
    return f"<feff{text.encode('utf-16-be').hex()}>"


class FixedFile:
    """The file of a page without the objects that change, and where each object is in it.

    `streams` are written as they are; `objects`, which have no stream, go into one compressed object stream. `count`
    is how many objects the page has, those that change and the free object 0 among them.
    """

    def __init__(self, streams: Mapping[int, bytes], objects: Mapping[int, bytes], count: int, trailer: bytes) -> None:
        self._count, self._start = count, HEADER
        starts: dict[int, int] = {}
        heads, bodies = [], b""
        for number, body in objects.items():
            heads.append(b"%d %d" % (number, len(bodies)))
            bodies += body + b"\n"
        head = b" ".join(heads) + b"\n"
        extra = b"/Type /ObjStm/N %d/First %d" % (len(objects), len(head))
        for number, body in (*streams.items(), (count, stream(head + bodies, extra, level=9))):
            starts[number] = len(self._start)
            self._start += indirect(number, body)
        self._offset_bytes, self._index_bytes = _bytes_of(len(self._start) + MOST_CHANGING), _bytes_of(len(objects))
        self._places = [self._place(0, 0)] * (count + 2)
        for number, start in starts.items():
            self._places[number] = self._place(IN_FILE, start)
        for index, number in enumerate(objects):
            self._places[number] = self._place(IN_STREAM, count, index)
        widths = b"1 %d %d" % (self._offset_bytes, self._index_bytes)
        self._places_extra = b"/Type /XRef/W [%b]/Size %d%b" % (widths, count + 2, trailer)

    def _place(self, kind: int, where: int, index: int = 0) -> bytes:
        return bytes((kind,)) + where.to_bytes(self._offset_bytes, "big") + index.to_bytes(self._index_bytes, "big")

    def with_objects(self, objects: Mapping[int, bytes]) -> FileParts:
        """The whole file, with the objects that change."""
        places, parts, length = self._places.copy(), [], len(self._start)
        for number, body in objects.items():
            places[number] = self._place(IN_FILE, length)
            parts.append(indirect(number, body))
            length += len(parts[-1])
        places[-1] = self._place(IN_FILE, length)
        parts.append(indirect(self._count + 1, plain_stream(b"".join(places), self._places_extra)))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % length)
        return self._start, b"".join(parts)


def _bytes_of(number: int) -> int:
    """How many bytes a number takes."""
    return (number.bit_length() + 7) // 8


def indirect(number: int, body: bytes) -> bytes:
    """An object with its number."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)
