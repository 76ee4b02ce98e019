"""One colour for pages, letters and receipts, checked against WCAG 2.2 (1.4.3) in the light and the dark scheme.

Everything that a page needs of it is derived here: text on it, it as text on the page's grounds, and the shades that
the dark scheme and the footer need. static/site.css has the grounds; a test compares.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

LIGHT_GROUNDS = ("#f8f3ea", "#fffdf8")  # --paper and --sheet
DARK_GROUNDS = ("#15120f", "#201b17")
ON_LIGHT, ON_DARK = "#fffdf8", "#15120f"  # text on the colour, in the two schemes
ON_FOOT = "#e9efe6"
ENOUGH = 4.5  # of WCAG AA, for text of any size
STEPS = 256
_HEX = re.compile(r"#[0-9a-f]{6}")

Rgb = tuple[int, int, int]


class BadColour(ValueError):
    """A colour that cannot be used; the message says which could."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What pages make of one colour: the names are those of the tokens in static/site.css."""

    pine: str
    press: str
    tint: str
    foot: str
    dark_pine: str
    dark_press: str
    dark_tint: str


def read_colour(typed: str) -> str:
    """A colour that passes, as `#rrggbb`. Raises BadColour, which names the nearest one that does."""
    text = typed.strip().lower()
    colour = text if text.startswith("#") else f"#{text}"
    if len(colour) == 4:
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    if not _HEX.fullmatch(colour):
        raise BadColour("Enter a colour as six digits from 0 to 9 and a to f, such as #134a3b.")
    nearest = nearest_passing(colour)
    if nearest != colour:
        raise BadColour(
            f"Text in {colour} would be too pale to read on our pages. The nearest that can be read is {nearest}."
        )
    return colour


def nearest_passing(colour: str) -> str:
    """The colour itself, or the lightest shade of it that can be read as text, and under text, in the light scheme."""
    return _first(colour, "#000000", lambda shade: all(contrast(shade, ground) >= ENOUGH for ground in LIGHT_GROUNDS))


def palette(colour: str) -> Palette:
    """The shades of a colour that passes. Raises BadColour for another."""
    if not _HEX.fullmatch(colour):
        raise BadColour(f"{colour} is no colour")
    light = _first(colour, "#ffffff", lambda shade: all(contrast(shade, ground) >= 7 for ground in DARK_GROUNDS))
    dark_tint = mixed(light, DARK_GROUNDS[1], 32)
    return Palette(
        pine=colour,
        press=mixed("#000000", colour, 64),
        tint=_first(mixed(colour, ON_LIGHT, 24), ON_LIGHT, lambda shade: contrast(colour, shade) >= ENOUGH),
        foot=_first(mixed("#000000", colour, 48), "#000000", lambda shade: contrast(shade, ON_FOOT) >= 7),
        dark_pine=light,
        dark_press=mixed("#ffffff", light, 96),
        dark_tint=_first(dark_tint, DARK_GROUNDS[1], lambda shade: contrast(light, shade) >= ENOUGH),
    )


def contrast(first: str, second: str) -> float:
    """How strongly two colours differ, from 1 to 21, as WCAG defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, ground: str, parts: int) -> str:
    """So many 256ths of a colour over a ground."""
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    return "#" + "".join(f"{(of * parts + under * (STEPS - parts)) // STEPS:02x}" for of, under in pairs)


def _first(colour: str, towards: str, passes: Callable[[str], bool]) -> str:
    """The colour if it passes, else the first shade on its way to another that does. Raises BadColour without one."""
    for parts in range(STEPS + 1):
        if passes(shade := mixed(towards, colour, parts)):
            return shade
    raise BadColour(f"No shade of {colour} can be read")


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    channels = [channel / 255 for channel in _rgb(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
