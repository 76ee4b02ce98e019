"""The content of a drawn page: where its texts and its code are among the operators, and the parts that they make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receipts.plates.codes import Codes, CodeShapes
from receipts.plates.pdf_file import pdf_number
from receipts.plates.plate import NotStampable, TextLine


@dataclass(frozen=True, slots=True)
class Drawing:
    """The content of the page: its operators, and where each text is placed among them."""

    operators: list[bytes]
    places: Mapping[bytes, list[int]]

    @classmethod
    def of(cls, content: Any) -> "Drawing":
        """The content that WeasyPrint has drawn."""
        operators = [item if isinstance(item, bytes) else getattr(item, "data", str(item).encode()) for item in content]
        places = defaultdict(list)
        for number, operator in enumerate(operators):
            if operator.endswith(b" Tm"):
                places[operator].append(number)
        return cls(operators, places)

    def text_at(self, x: float, y: float) -> int | None:
        """Where the only text at a place is drawn, by one operator for its glyphs."""
        numbers = self.places.get(b"1 0 0 -1 %b %b Tm" % (pdf_number(x), pdf_number(y)), [])
        if len(numbers) != 1:
            return None
        number, operators = numbers[0], self.operators
        alone = operators[number - 1] == b"BT" and operators[number + 3 : number + 5] == [b"ET", b"EMC"]
        return number if alone and operators[number + 2].endswith(b"] TJ") else None


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line, and where its texts are among the operators."""

    line: TextLine
    operators: tuple[int, ...]


def drawn_code(address: str, drawing: Drawing, codes: Codes) -> tuple[CodeShapes, int, int] | None:
    """The code of an address, and from where to where it is drawn; None without an address."""
    if not address:
        return None
    shapes = codes.like(address)
    strokes = (shapes.strokes(address) or b"").split(b"\n")
    starts = [number for number, operator in enumerate(drawing.operators) if operator == strokes[0]]
    for start in starts:
        if drawing.operators[start : start + len(strokes)] == strokes:
            return shapes, start, start + len(strokes)
    raise NotStampable("the code is drawn otherwise")


def parts_of(
    drawing: Drawing, lines: Sequence[PlacedLine], code: tuple[CodeShapes, int, int] | None
) -> tuple[list[bytes], Mapping[int, int]]:
    """The content in parts, and the number of the part that begins at each text and at the code."""
    spans = [(place, place + 3) for placed in lines for place in placed.operators]
    if code is not None:
        spans.append((code[1], code[2]))
    parts: list[bytes] = []
    numbers, done = {}, 0
    for start, end in sorted(spans):
        parts.append(b"\n".join(drawing.operators[done:start]))
        numbers[start] = len(parts)
        parts.append(b"\n".join(drawing.operators[start:end]))
        done = end
    parts.append(b"\n".join(drawing.operators[done:]))
    return parts, numbers
