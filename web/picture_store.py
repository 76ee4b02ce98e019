"""Keep pictures, and read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from web.pictures import EncodedPicture, Picture, PictureSize
from web.tables import picture, picture_file

MEDIA_TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a picture as it is sent."""

    body: bytes
    media_type: str
    size: PictureSize


def keep_picture(conn: Connection, encoded: EncodedPicture, now: datetime) -> None:
    """Keep a picture. One that is there already stays as it is."""
    put_rows(conn, picture, [{"hash": encoded.hash, "made_at": now}], "DO NOTHING")
    rows = [
        {
            "hash": encoded.hash,
            "width": file.size.width,
            "extension": file.extension,
            "height": file.size.height,
            "body": file.body,
        }
        for file in encoded.files
    ]
    put_rows(conn, picture_file, rows, "DO NOTHING")


def pictures_by_hash(conn: Connection, hashes: Collection[str]) -> Mapping[str, Picture]:
    """Those of the pictures that are kept, with their sizes, smallest first."""
    f = picture_file.c
    sizes: dict[str, list[PictureSize]] = {}
    rows = conn.execute(
        sa.select(f.hash, f.width, f.height).where(f.hash.in_(hashes), f.extension == "webp").order_by(f.hash, f.width)
    )
    for row in rows:
        sizes.setdefault(row.hash, []).append(PictureSize(row.width, row.height))
    return {name: Picture(name, tuple(of_picture)) for name, of_picture in sizes.items()}


def picture_by_hash(conn: Connection, name: str | None) -> Picture | None:
    """The picture, or None where there is none."""
    return pictures_by_hash(conn, [name]).get(name) if name else None


def kept_file(conn: Connection, name: str, width: int, extension: str) -> KeptFile | None:
    """One file of a picture."""
    f = picture_file.c
    return _file(conn, f.hash == name, f.width == width, f.extension == extension)


def kept_logo(conn: Connection, name: str) -> KeptFile | None:
    """The one file of a logo."""
    f = picture_file.c
    return _file(conn, f.hash == name, f.extension.in_(("png", "svg")))


def _file(conn: Connection, *conditions: sa.ColumnElement[bool]) -> KeptFile | None:
    f = picture_file.c
    row = conn.execute(sa.select(f.body, f.extension, f.width, f.height).where(*conditions)).one_or_none()
    return row and KeptFile(row.body, MEDIA_TYPES[row.extension], PictureSize(row.width, row.height))
