"""Pictures as people send them: plain, turned, with a place in them, far too large, broken."""

import struct
import zlib
from io import BytesIO

from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825
COMMENT = b"shot from the doorstep of 12 Example Row"


def picture_file(encoding: str, size: tuple[int, int] = (64, 32), colour: str = "#b5541c", mode: str = "RGB") -> bytes:
    """A picture of a single colour."""
    return _saved(Image.new(mode, size, colour), encoding)


def photo(size: tuple[int, int] = (400, 300)) -> bytes:
    """A JPEG whose left half is red, as a phone saves it: lying on its side, with its place and a comment."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned a quarter clockwise
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 31.0, 12.0), 3: "W", 4: (0.0, 4.0, 30.0)})
    return _saved(image, "JPEG", exif=exif, comment=COMMENT, quality=95)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0" * 64)) + _chunk(b"IEND")


def _chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _saved(image: Image.Image, encoding: str, **options: object) -> bytes:
    written = BytesIO()
    image.save(written, encoding, **options)
    return written.getvalue()
