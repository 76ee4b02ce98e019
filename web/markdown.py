"""Markdown that staff write, as safe HTML for donors and as plain text. markdown-it-py is used here and nowhere else.

What comes out holds only the tags of the rules below: HTML that somebody types is text, pictures are not shown, and a
link leads to the web, a mail address or a page of ours.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_RULES = ("heading", "list", "blockquote", "hr", "link", "autolink", "emphasis", "newline", "escape", "entity")
_PAGE = re.compile(r"/(?![/\\])|#")  # a page of ours, or a place on this one
_ALLOWED = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# A page has its own first heading; those of a text come below it.
_HEADINGS = {"h1": "h2", "h2": "h3"}
_LONGEST_SHOWN = 60
_BREAKS = ("softbreak", "hardbreak")


class UnsafeLink(ValueError):
    """A link that would not lead to a page; the message says what to change."""


class _SafeMarkdown(MarkdownIt):
    """The rules above. A link with another address stays as it was typed."""

    def __init__(self) -> None:
        super().__init__("zero")
        self.enable(list(_RULES))

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Whether a link may lead there."""
        return bool(_PAGE.match(url) or _ALLOWED.match(url))


class _AnyLinks(_SafeMarkdown):
    """The same with links to anywhere, to find those that are not allowed. Its HTML is never used."""

    def validateLink(self, _url: str) -> bool:  # noqa: N802 (the library's name)
        """Every address."""
        return True


_SAFE, _ALL = _SafeMarkdown(), _AnyLinks()


# Every view of a page asks for the same few texts; ten thousand opening brackets take half a second.
@lru_cache(maxsize=256)
def html_of(text: str) -> str:
    """The text as HTML."""
    tokens = _SAFE.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _HEADINGS.get(token.tag, "h4")
    for link in _links(tokens):
        if not _PAGE.match(str(link.attrGet("href"))):
            link.attrSet("rel", "nofollow ugc noopener")
    html: str = _SAFE.renderer.render(tokens, _SAFE.options, {})
    return html


@lru_cache(maxsize=256)
def plain_text(text: str) -> str:
    """The words alone, on one line: for a summary, or the description of a page."""
    parts: list[str] = []
    for token in _SAFE.parse(text):
        parts += [" " if child.type in _BREAKS else child.content for child in token.children or ()]
        parts.append(" ")
    return " ".join("".join(parts).split())


def require_safe_links(text: str) -> None:
    """Raises UnsafeLink for a link that `html_of` would not make."""
    for link in _links(_ALL.parse(text)):
        address = str(link.attrGet("href"))
        if not _SAFE.validateLink(address):
            shown = address if len(address) <= _LONGEST_SHOWN else address[:_LONGEST_SHOWN] + "…"
            raise UnsafeLink(f"Change the link to “{shown}”: a link must begin with https://, http:// or mailto:.")


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield child
