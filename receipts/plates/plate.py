"""A plate: one page that WeasyPrint has laid out, with the places of its texts, into which others are stamped.

A page whose HTML has the same tags as the plate's can differ from it in its texts. Where each text that differs stands
in a line whose place does not depend on it, and fits, only the glyphs of those lines are set anew, and the names in the
file's metadata. Every other case is refused, and the page is laid out. What is stamped has the same bytes as what would
have been laid out: the tests compare them.

Pure: `receipts/plates/engraving.py` makes plates of what WeasyPrint returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from receipts.plates.codes import CodePictures
from receipts.plates.page_texts import PageForm, PageTexts, read_text
from receipts.plates.pdf_file import FileParts, FixedFile, pdf_number, pdf_text, plain_stream, stream
from receipts.plates.shaping import GlyphRun, NoPlainGlyphs, SizedTypeface

ROUNDING = 1 / 64  # of a CSS pixel, by which a text may be wider where its line is broken


class NotStampable(Exception):
    """The page must be laid out."""


class TooWide(NotStampable):
    """A text would not stay in its line."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in a line: its number in the page, the spaces that its line keeps around it, and how it is set.

    `placed` are the operators for its baseline and its font.
    """

    text: int
    before: str
    after: str
    face: SizedTypeface
    placed: bytes

    def set(self, texts: Sequence[str]) -> GlyphRun:
        """What the page says here. Raises NotStampable."""
        text = read_text(texts[self.text]).strip(" ")
        if not text:
            raise NotStampable("a text is empty")
        try:
            return self.face.set(self.before + text + self.after)
        except NoPlainGlyphs as reason:
            raise NotStampable("a letter is not plain") from reason


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a page: where its room starts and how wide it is, in CSS pixels.

    `lead` is the part of what is free in it that is left before the text: 0, 1, or a half.
    """

    start: float
    room: float
    lead: float
    words: tuple[Words, ...]

    def set(self, texts: Sequence[str]) -> list[bytes]:
        """The operators that show the line, a piece for each of its texts. Raises NotStampable."""
        runs = [words.set(texts) for words in self.words]
        width = sum([run.width for run in runs])
        if width > self.room - ROUNDING:
            raise TooWide("a text is too wide")
        x, pieces = self.start, []
        offset = self.lead * (self.room - width)
        for words, run in zip(self.words, runs, strict=True):
            pieces.append(b"1 0 0 -1 %b %b\n%b" % (pdf_number(x + offset), words.placed, run.shown))
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
        objects[number] = plain_stream(xml.encode(), b"/Type /Metadata/Subtype /XML")
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

    `form` is their HTML. `parts` are the content as it is drawn. `lines` can be set anew, each with the numbers of its
    texts, and the parts where they are drawn. `code` has the number of its picture's object, `content` is that of the
    content's.
    """

    form: PageForm
    parts: tuple[bytes, ...]
    lines: tuple[tuple[TextLine, frozenset[int], tuple[int, ...]], ...]
    code: tuple[CodePictures, int] | None
    names: FileNames
    file: FixedFile
    content: int

    def stamp(self, html: str, code: str) -> "StampedPage":
        """A page that shows the code of an address. Raises NotStampable."""
        page = self.form.read(html, code)
        if page is None:
            raise NotStampable("it differs in more than its texts, or in a text that stands fast")
        if self.code is not None and not self.code[0].has(code):
            raise NotStampable("the code has another size")
        return StampedPage(self, page, self._set_lines(page.texts))

    def _set_lines(self, texts: Sequence[str]) -> list[bytes]:
        """The content, with the lines set anew that say something else."""
        parts, changes = list(self.parts), self.form.changes(texts)
        for line, own, places in self.lines:
            if not own.isdisjoint(changes):
                for place, piece in zip(places, line.set(texts), strict=True):
                    parts[place] = piece
        return parts


@dataclass(frozen=True, slots=True)
class StampedPage:
    """A page in a plate: its texts, and its content in parts."""

    plate: Plate
    page: PageTexts
    content: Sequence[bytes]

    def file(self) -> FileParts:
        """The file of the page."""
        plate, objects = self.plate, self.plate.names.objects(self.page)
        objects[plate.content] = stream(b"\n".join(self.content))
        if plate.code is not None:
            pictures, number = plate.code
            objects[number] = pictures.picture(self.page.code)
        return plate.file.with_objects(objects)
