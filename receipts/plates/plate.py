"""A plate: one page that WeasyPrint has laid out, with the places of its texts, into which others are stamped.

A page whose HTML has the same tags as the plate's can differ from it in its texts. Where each text that differs stands
in a line whose place does not depend on it, and fits, only the glyphs of those lines are set anew, and the names in the
file's metadata. Every other case is refused, and the page is laid out. What is stamped has the same bytes as what would
have been laid out: the tests compare them.

Pure: `receipts/plates/engraving.py` makes plates of what WeasyPrint returns.
"""

import html
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from xml.sax.saxutils import escape

from receipts.plates.codes import CodeShapes
from receipts.plates.pdf_file import FixedFile, pdf_number, pdf_text, stream
from receipts.plates.shaping import NoPlainGlyphs, Typeface

ROUNDING = 1 / 64  # of a CSS pixel, by which a text may be wider where its line is broken

# The day of issue and the address of the code stand in attributes; every other attribute belongs to the tags.
_CREATED, _CODE = '<meta name="dcterms.created" content="', ' src="qr:'
_TAGS = re.compile(r"(<[^>]*>)")
_SPACES = re.compile(r"[ \t\n\r\f]+")


class NotStampable(Exception):
    """The page must be laid out."""


class TooWide(NotStampable):
    """A text would not stay in its line."""


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The HTML of a page, apart: its tags, the texts between them, the day of issue and the address of its code."""

    tags: tuple[str, ...]
    texts: tuple[str, ...]
    created: str
    code: str

    @classmethod
    def of(cls, page: str) -> "PageTexts":
        """The texts of a page that a template has written."""
        page, created = _taken_out(page, _CREATED)
        page, code = _taken_out(page, _CODE)
        apart = _TAGS.split(page)
        return cls(tuple(apart[1::2]), tuple(apart[::2]), created, html.unescape(code))

    def changes_from(self, other: "PageTexts") -> frozenset[int]:
        """The numbers of the texts that differ. Raises NotStampable if the tags do."""
        if self.tags != other.tags or bool(self.created) != bool(other.created):
            raise NotStampable("the tags differ")
        pairs = enumerate(zip(self.texts, other.texts, strict=True))
        return frozenset([number for number, (mine, others) in pairs if mine != others])


def _taken_out(page: str, attribute: str) -> tuple[str, str]:
    """The page without the value of an attribute, and the value."""
    before, named, after = page.partition(attribute)
    value, quote, rest = after.partition('"')
    return before + named + quote + rest, value


def read_text(text: str) -> str:
    """A text between two tags as it is read: its entities are letters, and each run of space is one."""
    if "&" in text:
        text = html.unescape(text)
    return _SPACES.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in a line: its number in the page, the spaces that its line keeps around it, and how it is set.

    `font` is its name in the file, `size` in CSS pixels, `y` its baseline as the file has it.
    """

    text: int
    before: str
    after: str
    font: str
    size: float
    y: bytes

    def read(self, texts: Sequence[str]) -> str:
        """What the page says here. Raises NotStampable."""
        text = read_text(texts[self.text]).strip(" ")
        if not text:
            raise NotStampable("a text is empty")
        return f"{self.before}{text}{self.after}"


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a page: where its room starts and how wide it is, in CSS pixels.

    `lead` is the part of what is free in it that is left before the text: 0, 1, or a half.
    """

    start: float
    room: float
    lead: float
    words: tuple[Words, ...]

    def set(self, texts: Sequence[str], faces: Mapping[str, Typeface]) -> list[bytes]:
        """The operators that show the line, a piece for each of its texts. Raises NotStampable."""
        try:
            runs = [faces[words.font].shape(words.read(texts), words.size) for words in self.words]
        except NoPlainGlyphs as reason:
            raise NotStampable("a letter is not plain") from reason
        width = sum([run.width for run in runs])
        if width > self.room - ROUNDING:
            raise TooWide("a text is too wide")
        x, pieces = self.start, []
        offset = self.lead * (self.room - width)
        for words, run in zip(self.words, runs, strict=True):
            font = f"/{words.font} ".encode() + pdf_number(words.size)
            pieces.append(b"1 0 0 -1 %b %b Tm\n%b Tf\n%b" % (pdf_number(x + offset), words.y, font, run.shown))
            x += run.width
        return pieces


@dataclass(frozen=True, slots=True)
class FileNames:
    """The objects of the file that repeat what the page says, each as a template with holes.

    `title` is the number of the title's text. A bookmark has the numbers of its heading's texts.
    """

    info: tuple[int, str]
    metadata: tuple[int, str]
    bookmarks: tuple[tuple[int, str, tuple[int, ...]], ...]
    title: int

    def objects(self, page: PageTexts) -> dict[int, bytes]:
        """The objects of a page, by number."""
        title = read_text(page.texts[self.title]).strip()
        number, info = self.info
        objects = {number: _filled(info, title=pdf_text(title), created=page.created.replace("-", "")).encode()}
        number, metadata = self.metadata
        xml = _filled(metadata, title=escape(title), created=page.created)
        objects[number] = stream(xml.encode(), b"/Type /Metadata/Subtype /XML", is_small=True)
        for number, bookmark, texts in self.bookmarks:
            label = read_text("".join(page.texts[text] for text in texts)).strip()
            objects[number] = _filled(bookmark, label=pdf_text(label)).encode()
        return objects


def _filled(template: str, **values: str) -> str:
    for name, value in values.items():
        template = template.replace(f"\0{name}\0", value)
    return template


@dataclass(frozen=True, slots=True)
class Plate:
    """What all pages that are stamped share: see the module.

    `parts` are its content as it is drawn. `lines` can be set anew, each with the numbers of its texts, and the parts
    where they are drawn; `code` has the part that is its strokes. `free` are the texts that may differ. `content` is
    the number of the content's object.
    """

    page: PageTexts
    parts: tuple[bytes, ...]
    lines: tuple[tuple[TextLine, frozenset[int], tuple[int, ...]], ...]
    code: tuple[CodeShapes, int] | None
    free: frozenset[int]
    fonts: Mapping[str, Typeface]
    names: FileNames
    file: FixedFile
    content: int

    def stamp(self, page: PageTexts) -> bytes:
        """The file of a page with the same tags. Raises NotStampable."""
        changes = page.changes_from(self.page)
        if not changes <= self.free or any(_edges(page.texts[n]) != _edges(self.page.texts[n]) for n in changes):
            raise NotStampable("a text differs that stands fast")
        parts = list(self.parts)
        self._set_lines(page, changes, parts)
        if page.code != self.page.code:
            self._set_code(page.code, parts)
        return self.file.with_objects({self.content: stream(b"\n".join(parts))} | self.names.objects(page))

    def _set_lines(self, page: PageTexts, changes: Set[int], parts: list[bytes]) -> None:
        """Set the lines anew that say something else."""
        for line, own, places in self.lines:
            if not own.isdisjoint(changes):
                for place, piece in zip(places, line.set(page.texts, self.fonts), strict=True):
                    parts[place] = piece

    def _set_code(self, address: str, parts: list[bytes]) -> None:
        strokes = None if self.code is None else self.code[0].strokes(address)
        if self.code is None or strokes is None:
            raise NotStampable("the code has another size")
        parts[self.code[1]] = strokes


def _edges(text: str) -> tuple[str, str]:
    """The space before and after a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
