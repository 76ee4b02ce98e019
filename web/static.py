"""Stylesheet, script, font and pictures, served from memory at URLs whose content never changes."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
ALREADY_SMALL = (".png", ".webp", ".woff2")
FOR_EVER = "public, max-age=31536000, immutable"


class NoSuchFile(LookupError):
    """A template names a static file that is not there."""


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: plain, and gzipped when that is smaller."""

    body: bytes
    gzipped: bytes | None
    media_type: str


class Static:
    """The files of one directory, read once. An ASGI app to mount at `/static`.

    A digest of the whole directory is part of every URL. A stylesheet refers to its fonts by relative URLs, and a
    new release changes all URLs. A page from before a release still gets its files, but must not cache them.
    """

    def __init__(self, directory: Path) -> None:
        self.files = {path: _read(directory / path) for path in _paths(directory)}
        digest = hashlib.sha256()
        for path, file in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(file.body).digest())
        self.digest = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of a file by its path in the directory; raises NoSuchFile."""
        if path not in self.files:
            raise NoSuchFile(path)
        return f"/static/{self.digest}/{path}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD for `/{digest}/{path}`."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/static")
        digest, _, name = path.lstrip("/").partition("/")
        file = self.files.get(name)
        if file is None:
            return PlainTextResponse("Not found\n", status_code=404)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET\n", status_code=405, headers={"Allow": "GET, HEAD"})
        headers = {"Cache-Control": FOR_EVER if digest == self.digest else "no-cache"}
        if file.gzipped is None:
            return Response(file.body, headers=headers, media_type=file.media_type)
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return Response(file.body, headers=headers, media_type=file.media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(file.gzipped, headers=headers, media_type=file.media_type)


def _paths(directory: Path) -> list[str]:
    paths = (path for path in directory.rglob("*") if path.suffix in MEDIA_TYPES)
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    # mtime=0: the same file is the same bytes on every machine.
    gzipped = None if path.suffix in ALREADY_SMALL else gzip.compress(body, 9, mtime=0)
    return StaticFile(body, gzipped, MEDIA_TYPES[path.suffix])
