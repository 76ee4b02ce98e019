"""Logos as SVG, made safe: read without trust, and written anew from what we know.

An SVG is a program as much as a drawing. Only elements and attributes that draw are kept; what could run, load or
lead elsewhere is refused by its name, so that nobody wonders what became of it.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from web.pictures import NotAPicture

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
MOST_BYTES, MOST_ELEMENTS, MOST_DEPTH = 200_000, 5_000, 40
_SEPARATOR = " "  # between a namespace and a name, as expat joins them
ELEMENTS = frozenset(
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan clipPath mask pattern"
    " linearGradient radialGradient stop style".split()
)
ATTRIBUTES = frozenset(
    "id class viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points transform"
    " offset gradientUnits gradientTransform spreadMethod patternUnits patternTransform patternContentUnits"
    " clipPathUnits maskUnits maskContentUnits style fill fill-opacity fill-rule stroke stroke-width stroke-opacity"
    " stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display"
    " visibility clip-path clip-rule mask stop-color stop-opacity font-family font-size font-weight font-style"
    " text-anchor letter-spacing vector-effect paint-order".split()
)
_DROPPED = frozenset({"metadata"})  # in our namespace, and says nothing to anybody who looks
_REFERENCE = re.compile(r"url\(\s*['\"]?\s*(?!#)|@|\\|expression|javascript:", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{1,9})?)(?:px)?\s*")


def safe_svg(upload: bytes) -> bytes:
    """The drawing, written anew. Raises NotAPicture, which names what cannot be taken."""
    if len(upload) > MOST_BYTES:
        raise NotAPicture("The SVG is larger than 200 kB. Save it with fewer points, or as PNG.")
    drawing = _Drawing()
    try:
        drawing.parser.Parse(upload, True)
    except (expat.ExpatError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, NotAPicture):
            raise
        raise NotAPicture("The SVG cannot be read. Save it again as plain SVG, or as PNG.") from None
    return drawing.written().encode()


def svg_size(drawing: bytes) -> tuple[int, int]:
    """Width and height of a safe drawing, in whole pixels, from its viewBox or its size; raises NotAPicture."""
    text = drawing.decode()
    head = text[: text.index(">")]
    attributes = dict(re.findall(r'(\w+)="([^"]*)"', head))
    box = attributes.get("viewBox", "").replace(",", " ").split()
    lengths = box[2:] if len(box) == 4 else [attributes.get("width", ""), attributes.get("height", "")]
    sizes = [round(float(match[1])) for length in lengths if (match := _LENGTH.fullmatch(length))]
    if len(sizes) != 2 or min(sizes) < 1:
        raise NotAPicture("The SVG does not say how large it is. Save it with a viewBox, or as PNG.")
    return sizes[0], sizes[1]


def looks_like_svg(upload: bytes) -> bool:
    """Whether a file is meant as SVG."""
    return b"<svg" in upload[:2000].lower()


class _Drawing:
    """What a parser reads, element by element, and what is kept of it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str | None] = []  # names of open elements; None for one that is left out
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity

    def written(self) -> str:
        """The drawing anew."""
        if not self._parts:
            raise NotAPicture("There is no drawing in the file. Choose a logo as SVG, PNG or JPEG.")
        return "".join(self._parts)

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if has_subset:
            raise NotAPicture("The SVG defines entities of its own, which we do not take. Save it as plain SVG.")

    def _entity(self, *_: Any) -> None:
        raise NotAPicture("The SVG defines entities of its own, which we do not take. Save it as plain SVG.")

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        namespace, _, name = full_name.rpartition(_SEPARATOR)
        if self._count > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise NotAPicture("The SVG has too many parts for a logo. Save it simpler, or as PNG.")
        is_left_out = namespace not in ("", SVG) or name in _DROPPED or (self._open and self._open[-1] is None)
        if not self._open and (name != "svg" or is_left_out):
            raise NotAPicture("There is no drawing in the file. Choose a logo as SVG, PNG or JPEG.")
        if is_left_out:
            self._open.append(None)
            return
        if name not in ELEMENTS:
            raise NotAPicture(f"The SVG holds a <{name[:40]}>, which we do not take. Save it without, or as PNG.")
        kept = "".join(f" {key}={quoteattr(value)}" for key, value in _kept(name, attributes))
        xmlns = f' xmlns="{SVG}"' if not self._open else ""
        self._parts.append(f"<{name}{xmlns}{kept}>")
        self._open.append(name)

    def _end(self, _full_name: str) -> None:
        name = self._open.pop()
        if name is not None:
            self._parts.append(f"</{name}>")

    def _text(self, text: str) -> None:
        if self._open and self._open[-1] == "style":
            _require_harmless(text)
        if self._open and self._open[-1] in ("style", "text", "tspan", "title", "desc"):
            self._parts.append(escape(text))


def _kept(element: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes that draw. What runs or leads elsewhere is refused; what only editors read is left out."""
    for full_name, value in attributes.items():
        namespace, _, name = full_name.rpartition(_SEPARATOR)
        if name.lower().startswith("on"):
            raise NotAPicture(
                f"The SVG holds a script ({name[:40]}), which we do not take. Save it without, or as PNG."
            )
        if name == "href" and namespace in ("", XLINK):
            if element != "use" and "Gradient" not in element and element != "pattern":
                raise NotAPicture("The SVG holds a link, which we do not take. Save it without, or as PNG.")
            if not re.fullmatch(r"#[\w.-]+", value):
                raise NotAPicture("The SVG refers to another file, which we do not take. Save it whole, or as PNG.")
            yield "href", value
        elif namespace == "" and name in ATTRIBUTES:
            _require_harmless(value)
            yield name, value


def _require_harmless(value: str) -> None:
    if _REFERENCE.search(value):
        raise NotAPicture("The SVG's style refers to something elsewhere, which we do not take. Save it as PNG.")
