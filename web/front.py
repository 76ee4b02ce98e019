"""What stands in front of FastAPI for the public: streams, kept pages, the log of requests, gzip."""

import re

from starlette.types import ASGIApp

from web.compressed import Compressed
from web.logs import RequestLog
from web.page_cache import PageCache
from web.pages import Pages
from web.streams import ReadAll, Streams


def in_front(app: ASGIApp, events_path: re.Pattern[str], read: ReadAll, pages: Pages) -> Streams:
    """The application behind all of these. A page from memory and a stream have no line in the log."""

    def languages() -> tuple[str, ...]:
        return tuple(pages.languages)

    kept = PageCache(RequestLog(Compressed(app)), pages.base_url, languages)
    return Streams(kept, events_path, read, pages.base_url, languages)
