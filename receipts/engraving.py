"""Make a plate (`receipts/plate.py`) of a page that WeasyPrint has laid out and drawn.

A line can be set anew where its place does not depend on its text, and where `receipts/shaping.py` gives exactly the
glyphs that WeasyPrint has drawn for it. Nothing here imports WeasyPrint: its boxes and the objects of its file are
arguments.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from receipts.plate import (
    FileNames,
    FixedFile,
    NotStampable,
    PageTexts,
    Plate,
    TextLine,
    TooWide,
    Words,
    pdf_number,
    pdf_text,
    read_text,
)
from receipts.shaping import PANGO_UNITS, Typeface

VOID_TAGS = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
EXACT = 1e-6  # of a CSS pixel

# A line in any other style may be drawn with glyphs of its own, or moved.
PLAIN_STYLE: Mapping[str, Sequence[Any]] = {
    "direction": ("ltr",),
    "font_feature_settings": ("normal",),
    "font_kerning": ("auto",),
    "font_variant_alternates": ("normal",),
    "font_variant_caps": ("normal",),
    "font_variant_east_asian": ("normal",),
    "font_variant_ligatures": ("normal",),
    "font_variant_numeric": ("normal",),
    "font_variant_position": ("normal",),
    "letter_spacing": ("normal", 0),
    "text_decoration_line": ("none", frozenset(), set()),
    "text_transform": ("none",),
    "visibility": ("visible",),
    "white_space": ("normal", "nowrap"),
    "word_spacing": (0,),
}


class PlateFonts(dict[Any, Any]):
    """The fonts of a document while it is drawn: each has the plain glyphs, whatever the page says.

    WeasyPrint keeps a font the first time that it draws a letter of it.
    """

    def __init__(self, faces: dict[str, Typeface], language: str, read_file: Any) -> None:
        super().__init__()
        self._faces, self._language, self._read_file = faces, language, read_file

    def __setitem__(self, key: Any, font: Any) -> None:
        name = f"{font.hash} {self._language}"
        if name not in self._faces:
            self._faces[name] = Typeface(self._read_file(font), self._language)
        face = self._faces[name]
        for glyph, letter in face.glyphs.items():
            font.to_unicode[glyph] = letter
            font.widths[glyph] = face.width_of(glyph)
        super().__setitem__(key, font)

    def faces(self) -> dict[str, Typeface]:
        """The typefaces by the names that the file has for them."""
        return {font.hash: self._faces[f"{font.hash} {self._language}"] for font in self.values()}


@dataclass(slots=True)
class Drawing:
    """The content of the page: its operators, and where each text is placed among them."""

    operators: list[bytes]
    places: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, content: Any) -> "Drawing":
        """The content that WeasyPrint has drawn."""
        operators = [item if isinstance(item, bytes) else getattr(item, "data", str(item).encode()) for item in content]
        drawing = cls(operators)
        for number, operator in enumerate(operators):
            if operator.endswith(b" Tm"):
                drawing.places[operator].append(number)
        return drawing

    def text_at(self, x: float, y: float) -> int | None:
        """Where the only text at a place is drawn, by one operator for its glyphs."""
        numbers = self.places.get(b"1 0 0 -1 %b %b Tm" % (pdf_number(x), pdf_number(y)), [])
        if len(numbers) != 1:
            return None
        number, operators = numbers[0], self.operators
        alone = operators[number - 1] == b"BT" and operators[number + 3 : number + 5] == [b"ET", b"EMC"]
        return number if alone and operators[number + 2].endswith(b"] TJ") else None


def engrave(page: str, document: Any, root: Any, pdf: Any) -> Plate:
    """The plate of a page, which WeasyPrint has laid out and drawn with `PlateFonts`. Raises NotStampable.

    A letter of a line that could be set anew must be a plain one: the file would keep it in the next page's fonts.
    """
    texts, content = PageTexts.of(page), _content(pdf)
    drawing, page_box = Drawing.of(content.stream), document.pages[0]._page_box  # noqa: SLF001
    fonts = document.fonts.faces()
    by_box = _texts_of_boxes(texts, root, page_box)
    lines = []
    for line, block, ancestors in _lines(page_box):
        placed = _line(line, block, ancestors, by_box, drawing)
        if placed is not None and _is_drawn_so(placed, drawing, texts, fonts):
            lines.append(placed)
    lines.sort(key=lambda placed: placed.operators)
    return Plate(
        texts,
        tuple(placed.line for placed in lines),
        _pieces(drawing, [operator for placed in lines for operator in placed.operators]),
        fonts,
        *_file(pdf, texts, document.metadata, content),
    )


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line, and where its texts are among the operators."""

    line: TextLine
    operators: tuple[int, ...]


def _content(pdf: Any) -> Any:
    """The content of the only page."""
    number = int(pdf.objects[pdf.pages["Kids"][0]]["Contents"].split()[0])
    return pdf.objects[number]


def _is_drawn_so(
    placed: PlacedLine, drawing: Drawing, texts: PageTexts, fonts: Mapping[str, Typeface]
) -> bool:
    """Whether we set the line as it is drawn. Raises NotStampable if it has letters that are not plain."""
    try:
        pieces = placed.line.set(texts.texts, fonts)
    except TooWide:
        return False
    return pieces == [b"\n".join(drawing.operators[number : number + 3]) for number in placed.operators]


def _boxes(box: Any) -> list[Any]:
    """The boxes in a box. One that is placed absolutely stands where the page names it."""
    return [getattr(child, "_box", child) for child in getattr(box, "children", ())]


def _lines(box: Any, ancestors: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Every line, with its block and the boxes around that, from the page inwards."""
    for child in _boxes(box):
        if type(child).__name__ == "LineBox":
            yield child, box, ancestors
        yield from _lines(child, (*ancestors, box))


def _text_boxes(box: Any) -> Iterator[Any]:
    if type(box).__name__ == "TextBox":
        yield box
    for child in _boxes(box):
        yield from _text_boxes(child)


def _texts_of_boxes(texts: PageTexts, root: Any, page_box: Any) -> dict[int, int]:
    """The number of the text of each text box (by `id`) that has one for itself."""
    of_element = _texts_of_elements(texts, root)
    boxes = defaultdict(list)
    for box in _text_boxes(page_box):
        if "::" in (box.element_tag or "::"):
            _refuse_carried(box.text, texts)
        elif box.text.strip():
            boxes[id(box.element)].append(box)
    by_box = {}
    for element, numbers in of_element.items():
        parts = iter(boxes.pop(element, ()))
        for number in numbers:
            if len(own := _boxes_of(_letters(read_text(texts.texts[number])), parts)) == 1:
                by_box[id(own[0])] = number
    if boxes:
        raise NotStampable("a text is not in the page")
    return by_box


def _boxes_of(letters: str, parts: Iterator[Any]) -> list[Any]:
    """The next boxes that say these letters together."""
    boxes, said = [], ""
    while said != letters:
        box = next(parts, None)
        if box is None or not letters.startswith(said):
            raise NotStampable("a text is drawn otherwise than it stands in the page")
        boxes.append(box)
        said += _letters(box.text)
    return boxes


def _letters(text: str) -> str:
    return "".join(text.casefold().split())


def _refuse_carried(said: str, texts: PageTexts) -> None:
    """Refuse a generated text that repeats one of the page's: it would be another in the next page."""
    if any(len(text.strip()) > 2 and text.strip() in said for text in map(read_text, texts.texts)):
        raise NotStampable("a text is carried to the margin")


def _texts_of_elements(texts: PageTexts, root: Any) -> dict[int, list[int]]:
    """The numbers of the texts that stand right in each element (by `id`), which are shown."""
    elements = (element for element in root.iter() if isinstance(element.tag, str))
    of_element: dict[int, list[int]] = {}
    open_elements: list[tuple[str, int]] = []
    for number, tag in enumerate(texts.tags):
        name = re.match(r"</?([a-z0-9]*)", tag)
        assert name is not None
        if tag.startswith("</"):
            if open_elements.pop()[0] != name[1]:
                raise NotStampable("a tag is not closed")
        elif name[1]:
            # The parser adds elements that are not written down.
            element = next((element for element in elements if element.tag == name[1]), None)
            if element is None:
                raise NotStampable("an element is not in the page")
            if name[1] not in VOID_TAGS:
                open_elements.append((name[1], id(element)))
        if texts.texts[number + 1].strip() and not any(name in {"head", "title"} for name, _ in open_elements):
            of_element.setdefault(open_elements[-1][1], []).append(number + 1)
    return of_element


def _line(
    line: Any, block: Any, ancestors: tuple[Any, ...], by_box: Mapping[int, int], drawing: Drawing
) -> PlacedLine | None:
    """The line as a plate has it; None where it cannot be set anew."""
    flow = _free_room(line, block, ancestors)
    boxes = _plain_texts(line)
    if flow is None or not boxes:
        return None
    words, operators = [], []
    for box in boxes:
        operator = drawing.text_at(box.position_x, box.position_y + box.baseline)
        if operator is None or id(box) not in by_box:
            return None
        font, _, _ = drawing.operators[operator + 1].decode().split()
        size = int(box.style["font_size"] * PANGO_UNITS) / PANGO_UNITS
        said = box.text.rstrip(" ")
        words.append(
            Words(
                by_box[id(box)],
                " " * (len(box.text) - len(box.text.lstrip(" "))),
                " " * (len(box.text) - len(said)),
                font.removeprefix("/"),
                size,
                pdf_number(float(box.position_y + box.baseline)),
            )
        )
        operators.append(operator)
    if operators != sorted(operators):
        return None
    start, room, lead = flow
    return PlacedLine(TextLine(start, room, lead, tuple(words)), tuple(operators))


def _plain_texts(box: Any) -> list[Any] | None:
    """The texts of a line in plain style; None if there is anything else in it that its words would move."""
    texts: list[Any] = []
    for child in box.children:
        kind = type(child).__name__
        if kind == "AbsolutePlaceholder" or child.element_tag in {"br", "br::before"}:
            continue
        if kind == "TextBox":
            if not _is_plain(child.style):
                return None
            texts.append(child)
        elif kind == "InlineBox" and _is_bare(child):
            inner = _plain_texts(child)
            if inner is None:
                return None
            texts += inner
        else:
            return None
    return texts


def _is_plain(style: Any) -> bool:
    return all(style[name] in values for name, values in PLAIN_STYLE.items())


def _is_bare(box: Any) -> bool:
    """Whether nothing is drawn around or behind a box, and it is no link."""
    sides = ("top", "right", "bottom", "left")
    edges = [box.style[f"{edge}_{side}{end}"] for side in sides for edge, end in (("border", "_width"),)]
    clear = box.style["background_color"].alpha == 0 and all(image[0] == "none" for image in box.style["background_image"])
    return not any(edges) and clear and box.element_tag != "a"


def _free_room(line: Any, block: Any, ancestors: tuple[Any, ...]) -> tuple[float, float, float] | None:
    """Where the block starts, how wide it is, and where in it the line begins; None if that depends on its text."""
    if not all(_has_own_width(box) for box in ancestors):
        return None
    if _has_own_width(block):
        align = line.style["text_align_all"]
        if line.style["text_align_last"] not in ("auto", align):
            return None
        lead = {"start": 0.0, "left": 0.0, "end": 1.0, "right": 1.0, "center": 0.5}.get(align)
        return None if lead is None else (block.content_box_x(), block.width, lead)
    return _hung_on_the_right(block, ancestors)


def _hung_on_the_right(block: Any, ancestors: tuple[Any, ...]) -> tuple[float, float, float] | None:
    """The room of a block as wide as its text, that hangs on the right of the box around it."""
    style = block.style
    hangs = style["position"] == "absolute" and style["left"] == "auto" and style["right"] != "auto"
    padded = any(style[f"padding_{side}"].value for side in ("left", "right"))
    around = next((box for box in reversed(ancestors) if box.style["position"] != "static"), None)
    if not hangs or padded or not _is_bare(block) or around is None:
        return None
    end = block.content_box_x() + block.width
    room = end - around.content_box_x()
    return around.content_box_x(), room, 1.0


def _has_own_width(box: Any) -> bool:
    """Whether a box is as wide as the boxes around it say, whatever is in it."""
    match type(box).__name__:
        case "PageBox" | "TableRowBox" | "TableRowGroupBox" | "TableCellBox" | "FootnoteAreaBox":
            return True
        case "TableBox":
            return bool(box.style["table_layout"] == "fixed" and box.style["width"] != "auto")
        case "BlockBox":
            in_flow = box.style["float"] == "none" and box.style["position"] in ("static", "relative")
            return in_flow or box.style["width"] != "auto"
        case "InlineBlockBox":
            return bool(box.style["width"] != "auto")
        case "LineBox":
            return True
        case _:
            return False


def _pieces(drawing: Drawing, places: Sequence[int]) -> tuple[bytes, ...]:
    """The content before, between and after the texts, which are three operators each."""
    if list(places) != sorted(places):
        raise NotStampable("lines are drawn across each other")
    starts, ends = [0, *(place + 3 for place in places)], [*places, len(drawing.operators)]
    pieces = [b"\n".join(drawing.operators[start:end]) for start, end in zip(starts, ends, strict=True)]
    return (pieces[0] + b"\n", *(b"\n" + piece + b"\n" for piece in pieces[1:-1]), b"\n" + pieces[-1])


def _file(pdf: Any, texts: PageTexts, metadata: Any, content: Any) -> tuple[FileNames, FixedFile, int]:
    """The names in the file, the file without what changes, and the number of the content."""
    pdf.add_object(pdf.info)
    names = _names(pdf, texts, metadata)
    changing = {content.number, names.info[0], names.metadata[0], *(number for number, *_ in names.bookmarks)}
    fixed = [thing for thing in pdf.objects[1:] if thing.number not in changing]
    streams = {thing.number: thing.data for thing in fixed if not thing.compressible}
    objects = {thing.number: thing.data for thing in fixed if thing.compressible}
    trailer = b"/Root " + pdf.catalog.reference + b"/Info " + pdf.info.reference
    return names, FixedFile(streams, objects, len(pdf.objects), trailer), content.number


def _names(pdf: Any, texts: PageTexts, metadata: Any) -> FileNames:
    """The objects that repeat the page's title, its day and its headings."""
    title = next((number + 1 for number, tag in enumerate(texts.tags) if tag == "<title>"), 0)
    said = read_text(texts.texts[title]).strip()
    xml = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    info = pdf.info.data.decode()
    info = _hole(info, f"/Title {pdf_text(said)}", f"/Title \0title\0")
    day = texts.created.replace("-", "")
    packet = _hole(xml.stream[0].decode(), f">{escape(said)}<", ">\0title\0<")
    if texts.created:
        info = _hole(info, f"(D:{day})", "(D:\0created\0)")
        packet = _hole(packet, f">{texts.created}<", ">\0created\0<")
    return FileNames((pdf.info.number, info), (xml.number, packet), tuple(_bookmarks(pdf, texts)), title)


def _hole(template: str, said: str, hole: str) -> str:
    """The template with a hole instead of what it says; it must say it once."""
    if template.count(said) != 1:
        raise NotStampable("the file does not repeat the page as we expect")
    return template.replace(said, hole)


def _bookmarks(pdf: Any, texts: PageTexts) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    """The bookmarks, each with the texts of its heading."""
    bookmarks = [thing for thing in pdf.objects[1:] if "Title" in getattr(thing, "keys", tuple)() and "Dest" in thing]
    headings = list(_headings(texts))
    if len(bookmarks) != len(headings):
        raise NotStampable("not every heading has its bookmark")
    for bookmark, heading in zip(bookmarks, headings, strict=True):
        said = read_text("".join(texts.texts[text] for text in heading)).strip()
        written = _hole(bookmark.data.decode(), f"/Title {pdf_text(said)}", "/Title \0label\0")
        yield bookmark.number, written, heading


def _headings(texts: PageTexts) -> Iterator[tuple[int, ...]]:
    numbers: list[int] = []
    inside = False
    for number, tag in enumerate(texts.tags):
        inside = inside or tag[1:3] in HEADINGS
        if inside and tag[2:4] in HEADINGS and tag[1] == "/":
            yield tuple(numbers)
            numbers, inside = [], False
        if inside:
            numbers.append(number + 1)
