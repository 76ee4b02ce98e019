"""A plate: one page that WeasyPrint has laid out, with the places of its texts, into which others are stamped.

A page whose HTML has the same tags as the plate's can differ from it in its texts. Where each text that differs stands
alone in a line whose place does not depend on it, and fits, only the glyphs of those lines are set anew, and the names
in the file's metadata. Every other case is refused, and the page is laid out. What is stamped has the same bytes as
what would have been laid out: the tests compare them.

Pure: `receipts/engraving.py` makes plates of what WeasyPrint returns.
"""

import html
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from receipts.shaping import NoPlainGlyphs, Typeface

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
COMPRESSION = 6
OFFSET_BYTES = 3  # a page is smaller than 16 MB
ROUNDING = 1 / 64  # of a CSS pixel, by which a text may be wider where its line is broken

# The day of issue stands in an attribute; every other attribute belongs to the tags.
_CREATED = re.compile(r'(?<=<meta name="dcterms.created" content=")[^"]*')
_TAGS = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"[ \t\n\r\f]+")


class NotStampable(Exception):
    """The page must be laid out."""


class TooWide(NotStampable):
    """A text would not stay in its line."""


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The HTML of a page, apart: its tags, the texts between them, and the day of issue."""

    tags: tuple[str, ...]
    texts: tuple[str, ...]
    created: str

    @classmethod
    def of(cls, page: str) -> "PageTexts":
        """The texts of a page that a template has written."""
        created = _CREATED.search(page)
        if created is not None:
            page = page[: created.start()] + page[created.end() :]
        return cls(tuple(_TAGS.findall(page)), tuple(_TAGS.split(page)), created.group() if created else "")


def read_text(text: str) -> str:
    """A text between two tags as it is read: its entities are letters, and each run of space is one."""
    if "&" in text:
        text = html.unescape(text)
    return _SPACES.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in a line: the number of its text in the page, how it is set, and the operators around it.

    `before` and `after` are the spaces that its line keeps of it, `y` its baseline as the PDF has it.
    """

    text: int
    before: str
    after: str
    font: str
    size: float
    y: bytes

    def said(self, texts: Sequence[str]) -> str:
        """What the page says here."""
        return self.before + read_text(texts[self.text]).strip(" ") + self.after  # TODO empty


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a page: where it starts and ends at most, in CSS pixels, and the part of free room before its text."""

    start: float
    room: float
    lead: float
    words: tuple[Words, ...]

    def set(self, texts: Sequence[str], faces: Mapping[str, Typeface]) -> list[bytes]:
        """The operators that show the line, a piece for each of its texts. Raises NotStampable."""
        try:
            runs = [faces[words.font].shape(words.said(texts), words.size) for words in self.words]
        except NoPlainGlyphs as reason:
            raise NotStampable("a letter is not plain") from reason
        width = sum(run.width for run in runs)
        if width > self.room - ROUNDING:
            raise TooWide("a text is too wide")
        x, pieces = self.start, []
        offset = self.lead * (self.room - width)
        for words, (shown, run_width) in zip(self.words, runs, strict=True):
            font = f"/{words.font} ".encode() + pdf_number(words.size)
            pieces.append(b"1 0 0 -1 %b %b Tm\n%b Tf\n%b" % (pdf_number(x + offset), words.y, font, shown))
            x += run_width
        return pieces


@dataclass(frozen=True, slots=True)
class FileNames:
    """The objects of the file that repeat what the page says. `bookmark` are the numbers of the heading's texts.

    `title` is the number of the title's text. Each template has `%(title)s` and so on where they stand.
    """

    info: tuple[int, str]
    metadata: tuple[int, str]
    bookmarks: tuple[tuple[int, str, tuple[int, ...]], ...]
    title: int


@dataclass(frozen=True, slots=True)
class Plate:
    """What is the same in every page that is stamped: see the module.

    `lines` are the lines that can be set anew, `pieces` the content before, between and after their texts.
    `line_texts` are the texts of each line; all other texts but those in `names` must be those of the plate.
    """

    page: PageTexts
    lines: tuple[TextLine, ...]
    pieces: tuple[bytes, ...]
    fonts: Mapping[str, Typeface]
    names: FileNames
    file: "FixedFile"
    content: int

    def stamp(self, page: PageTexts) -> bytes:
        """The file of a page with the same tags. Raises NotStampable."""
        self._refuse_others(page)
        content = bytearray()
        pieces = iter(self.pieces)
        for line in self.lines:
            for words in line.set(page.texts, self.fonts):
                content += next(pieces)
                content += words
        content += next(pieces)
        return self.file.with_objects({self.content: stream(bytes(content))} | self._named(page))

    def _refuse_others(self, page: PageTexts) -> None:
        if page.tags != self.page.tags or len(page.texts) != len(self.page.texts):
            raise NotStampable("the tags differ")
        free = self._free_texts()
        for number, (new, old) in enumerate(zip(page.texts, self.page.texts, strict=True)):
            if new != old and (number not in free or _outer_spaces(new) != _outer_spaces(old)):
                raise NotStampable("a text that stands fast differs")

    def _free_texts(self) -> set[int]:
        return {self.names.title} | {words.text for line in self.lines for words in line.words}

    def _named(self, page: PageTexts) -> dict[int, bytes]:
        """The objects that repeat what the page says."""
        names, title = self.names, read_text(page.texts[self.names.title]).strip()
        number, info = names.info
        objects = {number: _filled(info, title=pdf_text(title), created=page.created.replace("-", "")).encode()}
        number, metadata = names.metadata
        xml = _filled(metadata, title=escape(title), created=page.created)
        objects[number] = stream(xml.encode(), b"/Type /Metadata/Subtype /XML")
        for number, bookmark, texts in names.bookmarks:
            label = read_text("".join(page.texts[text] for text in texts)).strip()
            objects[number] = _filled(bookmark, label=pdf_text(label)).encode()
        return objects


def _outer_spaces(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text) - len(text.rstrip())


def _filled(template: str, **values: str) -> str:
    for name, value in values.items():
        template = template.replace(f"\0{name}\0", value)
    return template


def pdf_number(number: float) -> bytes:
    """A number as WeasyPrint writes it."""
    return str(int(number)).encode() if number.is_integer() else f"{number:f}".rstrip("0").encode()


def pdf_text(text: str) -> str:
    """A text as a PDF string."""
    if text.isascii():
        return "(" + re.sub(r"([\\()])", r"\\\1", text) + ")"
    return f"<feff{text.encode('utf-16-be').hex()}>"


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A compressed stream."""
    packed = zlib.compress(data, COMPRESSION)
    return b"<<%b/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (extra, len(packed), packed)


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
        self._append(count, stream(head + bodies, extra))

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
        parts.append(indirect(self._count + 1, stream(b"".join(places), extra)))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % length)
        return b"".join(parts)


def _place(kind: int, where: int, index: int = 0) -> bytes:
    return bytes((kind,)) + where.to_bytes(OFFSET_BYTES, "big") + index.to_bytes(2, "big")


def indirect(number: int, body: bytes) -> bytes:
    """An object with its number."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)
