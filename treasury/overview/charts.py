"""Columns of stacked parts as percentages of a drawing, so that a page can draw them at any width. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.money import Currency, Money

# The drawing: columns stand right of the numbers, between the highest line and the names below.
LEFT, TOP, BOTTOM = 16.0, 6.0, 84.0
COLUMN = 0.72
STEPS = (1, 2, 5)
MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part of a column: of which series, where it begins from above, and how high it is, in per cent."""

    series: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column with its parts from below. `x` and `width` are of the column, `middle` of its name, in per cent."""

    x: str
    width: str
    middle: str
    parts: tuple[DrawnPart, ...]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A horizontal line at an amount."""

    amount: Money
    y: str


@dataclass(frozen=True, slots=True)
class ColumnDrawing:
    """A drawing of columns, with lines from zero up. Nothing is drawn outside of it."""

    columns: tuple[DrawnColumn, ...]
    lines: tuple[DrawnLine, ...]


def draw_columns(amounts: Sequence[Mapping[str, Money]], of: Currency) -> ColumnDrawing:
    """Columns for these amounts by series, in the order of each mapping; the scale begins at zero."""
    highest = max((sum(amount.minor for amount in column.values()) for column in amounts), default=0)
    step = _step(highest, 10**of.exponent)
    top = max(step, -(-highest // step) * step)
    width = (100 - LEFT) / max(1, len(amounts))
    columns = tuple(_column(column, LEFT + n * width, width, top) for n, column in enumerate(amounts))
    lines = tuple(DrawnLine(Money(minor, of), _percent(_y(minor, top))) for minor in range(0, top + 1, step))
    return ColumnDrawing(columns, lines)


def bar_width(part: int, whole: int) -> str:
    """How wide a bar is that shows a part of a whole, in per cent; never wider than the whole."""
    return _percent(min(100.0, 100 * part / whole) if whole > 0 else 0.0)


def _column(amounts: Mapping[str, Money], left: float, width: float, top: int) -> DrawnColumn:
    below, parts = 0, list[DrawnPart]()
    for series, amount in amounts.items():
        above = below + amount.minor
        if amount.minor:
            parts.append(DrawnPart(series, _percent(_y(above, top)), _percent(_y(below, top) - _y(above, top))))
        below = above
    inset = width * (1 - COLUMN) / 2
    return DrawnColumn(_percent(left + inset), _percent(width * COLUMN), _percent(left + width / 2), tuple(parts))


def _step(highest: int, unit: int) -> int:
    """The distance of the lines: 1, 2 or 5 of a power of ten, in whole units of the currency."""
    step = unit
    while True:
        for factor in STEPS:
            if highest <= step * factor * (MOST_LINES - 1):
                return step * factor
        step *= 10


def _y(minor: int, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * minor / top


def _percent(value: float) -> str:
    return f"{value:.2f}%"
