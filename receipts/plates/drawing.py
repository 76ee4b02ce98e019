"""The content of a drawn page: where its texts are among the operators, and the parts that they make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receipts.plates.pdf_file import pdf_number
from receipts.plates.plate import TextLine


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


def parts_of(drawing: Drawing, lines: Sequence[PlacedLine]) -> tuple[list[bytes], Mapping[int, int]]:
    """The content in parts, and the number of the part that begins at each text."""
    parts: list[bytes] = []
    numbers, done = {}, 0
    for start in sorted(place for placed in lines for place in placed.operators):
        parts.append(b"\n".join(drawing.operators[done:start]))
        numbers[start] = len(parts)
        done = start + 3
        parts.append(b"\n".join(drawing.operators[start:done]))
    parts.append(b"\n".join(drawing.operators[done:]))
    return parts, numbers
