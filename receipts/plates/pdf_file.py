"""A PDF file as bytes: the objects that all pages of a plate share are written once, the others for each page."""

import re
import zlib
from collections.abc import Mapping

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
COMPRESSION = 4  # with less, the longest receipts are larger than 30 kB
OFFSET_BYTES = 3  # a page is smaller than 16 MB


def stream(data: bytes, extra: bytes = b"", level: int = COMPRESSION, *, is_small: bool = False) -> bytes:
    """A compressed stream. A small one has a small window: making a large one ready would take most of the time."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 10, 4) if is_small else zlib.compressobj(level)
    packed = packer.compress(data) + packer.flush()
    return b"<<%b/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (extra, len(packed), packed)


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
        self._count, self._trailer, self._start = count, trailer, HEADER
        self._places = [_place(0, 0)] * (count + 2)
        for number, body in streams.items():
            self._append(number, body)
        heads, bodies = [], b""
        for index, (number, body) in enumerate(objects.items()):
            heads.append(b"%d %d" % (number, len(bodies)))
            bodies += body + b"\n"
            self._places[number] = _place(2, count, index)
        head = b" ".join(heads) + b"\n"
        extra = b"/Type /ObjStm/N %d/First %d" % (len(objects), len(head))
        self._append(count, stream(head + bodies, extra, level=9))

    def _append(self, number: int, body: bytes) -> None:
        self._places[number] = _place(1, len(self._start))
        self._start += indirect(number, body)

    def with_objects(self, objects: Mapping[int, bytes]) -> bytes:
        """The whole file, with the objects that change."""
        places, parts, length = self._places.copy(), [self._start], len(self._start)
        for number, body in objects.items():
            places[number] = _place(1, length)
            parts.append(indirect(number, body))
            length += len(parts[-1])
        places[-1] = _place(1, length)
        size = self._count + 2
        extra = b"/Type /XRef/W [1 %d 2]/Size %d%b" % (OFFSET_BYTES, size, self._trailer)
        parts.append(indirect(self._count + 1, stream(b"".join(places), extra, is_small=True)))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % length)
        return b"".join(parts)


def _place(kind: int, where: int, index: int = 0) -> bytes:
    return bytes((kind,)) + where.to_bytes(OFFSET_BYTES, "big") + index.to_bytes(2, "big")


def indirect(number: int, body: bytes) -> bytes:
    """An object with its number."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)
