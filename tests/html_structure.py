"""A strict look at a page's HTML with the parser of the standard library: what a checker of the W3C would refuse.

Tags that are not closed or not nested, an id that stands twice, a label or a description of nothing, a heading that
leaves a level out, a block in a paragraph, an attribute twice.
"""

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
BLOCKS = frozenset(
    "address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 header hr main nav ol p"
    " pre section table ul".split()
)
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")


class Structure(HTMLParser):
    """Reads a page and collects what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.mistakes: list[str] = []
        self._open: list[str] = []
        self._ids: set[str] = set()
        self._referred: list[tuple[str, str]] = []
        self._level = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, references and headings; look where the tag stands."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.mistakes.append(f"<{tag}> has an attribute twice: {names}")
        if tag in BLOCKS and "p" in self._open:
            self.mistakes.append(f"<{tag}> in a paragraph")
        self._note(tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The tag that is open last is closed; in SVG a tag may close itself."""
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
            if tag not in self._open:
                return
            while self._open[-1] != tag:
                self._open.pop()
        self._open.pop()

    def _note(self, tag: str, values: dict[str, str]) -> None:
        if identity := values.get("id"):
            if identity in self._ids:
                self.mistakes.append(f"the id {identity} stands twice")
            self._ids.add(identity)
        self._referred += [(name, word) for name in REFERENCES for word in values.get(name, "").split()]
        if tag == "img" and "alt" not in values:
            self.mistakes.append("an image without alt")
        if tag in ("h1", "h2", "h3", "h4"):
            if int(tag[1]) > max(self._level, 1) + 1:  # what is wrong with a form stands before its title
                self.mistakes.append(f"<{tag}> after level {self._level}")
            self._level = int(tag[1])

    def all_mistakes(self) -> Iterator[str]:
        """Everything that is wrong, when the page has been read."""
        yield from self.mistakes
        yield from (f"<{tag}> is not closed" for tag in self._open)
        yield from (f"{name} leads to no id: {word}" for name, word in self._referred if word not in self._ids)


def mistakes_in(html: str) -> list[str]:
    """What is wrong with this page."""
    structure = Structure()
    structure.feed(html)
    structure.close()
    return list(structure.all_mistakes())
