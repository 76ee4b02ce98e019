"""The stylesheet, the script and the font keep their size, and every colour can be read."""

import gzip
import re

import pytest

from tests.web.samples import STATIC

CSS = (STATIC / "site.css").read_text()
KILO = 1024


@pytest.mark.parametrize(
    ("name", "most"), [("site.css", 8 * KILO), ("site.js", 4 * KILO), ("demo/doorstep.svg", 8 * KILO)]
)
def test_a_text_file_is_small_when_it_travels(name: str, most: int) -> None:
    """Gzipped: a hall full of phones shares one network."""
    assert len(gzip.compress((STATIC / name).read_bytes(), 9)) <= most


def test_the_font_of_most_donors_is_small() -> None:
    """The other file comes only for a name that needs it; the licence lies beside them."""
    assert (STATIC / "fonts/source-sans-3-latin.woff2").stat().st_size <= 30_000
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/LICENSE").read_text()


def test_the_stylesheet_asks_nobody_else() -> None:
    """Fonts come from beside it."""
    assert re.findall(r"url\(([^)]*)\)", CSS) == [
        '"fonts/source-sans-3-latin-ext.woff2"',
        '"fonts/source-sans-3-latin.woff2"',
    ]


def colours(css: str) -> dict[str, str]:
    """The tokens of a block that are plain colours."""
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


LIGHT = colours(CSS.split("@media")[0])
DARK = LIGHT | colours(CSS.split("@media (prefers-color-scheme: dark)")[1].split("/* Elements")[0])
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "pine", "wrong") for ground in ("paper", "sheet")),
    ("ink", "tint", TEXT),
    ("pine", "tint", TEXT),
    ("wrong", "wrong-tint", TEXT),
    ("ink", "wrong-tint", TEXT),
    ("on-pine", "pine", TEXT),
    ("on-pine", "press", TEXT),
    ("on-foot", "foot", TEXT),
    ("on-warn", "warn", TEXT),
    *((shape, ground, SHAPE) for shape in ("edge", "focus", "copper") for ground in ("paper", "sheet")),
    ("copper", "track", SHAPE),
    ("sheet", "copper", SHAPE),
    ("wrong", "sheet", SHAPE),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_a_colour_stands_out_from_its_ground(front: str, ground: str, least: float, scheme: dict[str, str]) -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for what must be seen to use the page."""
    assert contrast(scheme[front], scheme[ground]) >= least


def contrast(first: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(first), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG's relative luminance, 0 to 1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_black_on_white_is_the_most() -> None:
    """The ruler is right."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
