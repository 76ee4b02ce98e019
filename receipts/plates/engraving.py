"""Make a plate (`receipts/plates/plate.py`) of a page that WeasyPrint has laid out and drawn.

A line can be set anew where its place does not depend on its text, and where `receipts/plates/shaping.py` gives exactly
the glyphs that WeasyPrint has drawn for it. Nothing here imports WeasyPrint: its boxes and the objects of its file are
arguments.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from receipts.plates.boxes import boxes_in, texts_of_boxes
from receipts.plates.codes import DOTS, CodePictures, Codes
from receipts.plates.drawing import Drawing, PlacedLine, parts_of
from receipts.plates.file_names import file_names
from receipts.plates.page_texts import PageForm, PageTexts
from receipts.plates.pdf_file import FixedFile, pdf_number
from receipts.plates.plate import FileNames, NotStampable, Plate, TextLine, TooWide, Words
from receipts.plates.shaping import PANGO_UNITS, Typeface

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

    def __init__(self, faces: dict[str, Typeface], language: str, read_file: Callable[[Any], bytes]) -> None:
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


def engrave(texts: PageTexts, document: Any, pdf: Any, codes: Codes) -> Plate:
    """The plate of a page of one sheet, which WeasyPrint has laid out and drawn with `PlateFonts`.

    Raises NotStampable. A letter of a line that can be set anew must be a plain one: its glyph would be in the fonts of
    every page of the plate.
    """
    families = {font.family for font in document.fonts.values()}
    if len(families) != 1 or any(font.missing for font in document.fonts.values()):
        raise NotStampable("it has letters of another typeface")
    content = _content(pdf)
    drawing, page_box = Drawing.of(content.stream), document.pages[0]._page_box
    fonts, by_box = document.fonts.faces(), texts_of_boxes(texts, document.root, page_box)
    lines = []
    for line, block, ancestors in _lines(page_box):
        placed = _line(line, block, ancestors, by_box, drawing, fonts)
        if placed is not None and _is_drawn_so(placed, drawing, texts):
            lines.append(placed)
    parts, numbers = parts_of(drawing, lines)
    names, code = file_names(pdf, texts), _code(texts.code, pdf, codes)
    by_text = [(placed.line, frozenset(words.text for words in placed.line.words), placed) for placed in lines]
    return Plate(
        PageForm(texts, {names.title}.union(*(own for _, own, _ in by_text))),
        tuple(parts),
        tuple((line, own, tuple(numbers[place] for place in placed.operators)) for line, own, placed in by_text),
        code,
        names,
        _file(pdf, names, {content.number} | ({code[1]} if code else set())),
        content.number,
    )


def _content(pdf: Any) -> Any:
    """The content of the only page."""
    number = int(pdf.objects[pdf.pages["Kids"][0]]["Contents"].split()[0])
    return pdf.objects[number]


def _is_drawn_so(placed: PlacedLine, drawing: Drawing, texts: PageTexts) -> bool:
    """Whether we set the line as it is drawn. Raises NotStampable if it has letters that are not plain."""
    try:
        pieces = placed.line.set(texts.texts)
    except TooWide:
        return False
    return pieces == [b"\n".join(drawing.operators[number : number + 3]) for number in placed.operators]


def _lines(box: Any, ancestors: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Every line, with its block and the boxes around that, from the page inwards."""
    for child in boxes_in(box):
        if type(child).__name__ == "LineBox":
            yield child, box, ancestors
        yield from _lines(child, (*ancestors, box))


def _line(
    line: Any,
    block: Any,
    ancestors: tuple[Any, ...],
    by_box: Mapping[int, int],
    drawing: Drawing,
    fonts: Mapping[str, Typeface],
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
        baseline = pdf_number(float(box.position_y + box.baseline))
        text = box.text.rstrip(" ")
        words.append(
            Words(
                by_box[id(box)],
                " " * (len(box.text) - len(box.text.lstrip(" "))),
                " " * (len(box.text) - len(text)),
                fonts[font.removeprefix("/")].at(size),
                b"%b Tm\n%b %b Tf" % (baseline, font.encode(), pdf_number(size)),
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
    clear = box.style["background_color"].alpha == 0 and all(
        image[0] == "none" for image in box.style["background_image"]
    )
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
        case "PageBox" | "TableRowBox" | "TableRowGroupBox" | "TableCellBox" | "FootnoteAreaBox" | "LineBox":
            return True
        case "TableBox":
            return bool(box.style["table_layout"] == "fixed" and box.style["width"] != "auto")
        case "BlockBox" if box.style["float"] == "none" and box.style["position"] in ("static", "relative"):
            return True
        case "BlockBox" | "InlineBlockBox":
            return bool(box.style["width"] != "auto")
        case _:
            return False


def _code(address: str, pdf: Any, codes: Codes) -> tuple[CodePictures, int] | None:
    """The code of an address, and the number of its picture; None without an address."""
    if not address:
        return None
    pictures = codes.like(address)
    size = pictures.modules * DOTS
    numbers = [part.number for part in pdf.objects if getattr(part, "extra", {}).get("Width") == size]
    if len(numbers) != 1:
        raise NotStampable("another picture is as large as the code")
    return pictures, numbers[0]


def _file(pdf: Any, names: FileNames, drawn: Set[int]) -> FixedFile:
    """The file without what changes from page to page: what is drawn, and what the file says of it."""
    changing = {*drawn, names.info[0], names.metadata[0], *(number for number, *_ in names.bookmarks)}
    fixed = [part for part in pdf.objects[1:] if part.number not in changing]
    streams = {part.number: part.data for part in fixed if not part.compressible}
    objects = {part.number: part.data for part in fixed if part.compressible}
    trailer = b"/Root " + pdf.catalog.reference + b"/Info " + pdf.info.reference
    return FixedFile(streams, objects, len(pdf.objects), trailer)
