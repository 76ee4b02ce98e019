"""`/media/…`: the files of kept pictures. A file's name holds the hash of its picture, so it never changes."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine
from starlette.responses import Response

from database.transactions import reading
from web.errors import NotFound
from web.picture_store import KeptFile, kept_file, kept_logo
from web.static import FOR_EVER

MEDIA_PATH = "/media"
_LONGEST_WIDTH = 5  # digits


def picture_routes(engine: Engine) -> APIRouter:
    """`/media/{hash}-{width}.{webp,jpg,png,svg}`, and `/media/logo/{hash}`."""
    router = APIRouter()

    @router.get(MEDIA_PATH + "/{name}-{width}.{extension}")
    def show_picture(name: str, width: str, extension: str) -> Response:
        if not (width.isascii() and width.isdecimal() and len(width) <= _LONGEST_WIDTH):
            raise NotFound
        with reading(engine) as conn:
            return _answer(kept_file(conn, name, int(width), extension))

    @router.get(MEDIA_PATH + "/logo/{name}")
    def show_logo(name: str) -> Response:
        with reading(engine) as conn:
            return _answer(kept_logo(conn, name))

    return router


def _answer(file: KeptFile | None) -> Response:
    if file is None:
        raise NotFound
    return Response(file.body, media_type=file.media_type, headers={"Cache-Control": FOR_EVER})
