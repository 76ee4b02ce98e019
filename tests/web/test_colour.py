"""One colour, readable wherever a page uses it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.colour import (
    DARK_GROUNDS,
    ENOUGH,
    LIGHT_GROUNDS,
    ON_DARK,
    ON_FOOT,
    ON_LIGHT,
    BadColour,
    contrast,
    nearest_passing,
    palette,
    read_colour,
)
from web.look_css import letter_css, look_css

SITE = (Path(__file__).parents[2] / "static" / "site.css").read_text()
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#abcdef", "#abcdef", 1)],
)
def test_contrast_is_what_wcag_says(first: str, second: str, ratio: float) -> None:
    """Known pairs, either way round."""
    assert contrast(first, second) == contrast(second, first) == pytest.approx(ratio, abs=0.01)


@given(COLOURS)
def test_the_nearest_colour_passes_and_no_lighter_shade_does(colour: str) -> None:
    """Whatever is asked for: a colour that passes stays, and one that does not gives the first that does."""
    nearest = nearest_passing(colour)

    assert min(contrast(nearest, ground) for ground in LIGHT_GROUNDS) >= ENOUGH
    assert nearest_passing(nearest) == nearest
    assert (nearest == colour) == (min(contrast(colour, ground) for ground in LIGHT_GROUNDS) >= ENOUGH)


@given(COLOURS)
def test_every_shade_of_a_page_can_be_read(colour: str) -> None:
    """Text on it, it on paper and sheet, on its tint, pressed, and the footer, in both schemes."""
    shades = palette(nearest_passing(colour))
    light = [(shades.pine, ground) for ground in (*LIGHT_GROUNDS, shades.tint, ON_LIGHT)]
    light += [(shades.press, ON_LIGHT), (shades.foot, ON_FOOT)]
    dark = [(shades.dark_pine, ground) for ground in (*DARK_GROUNDS, shades.dark_tint, ON_DARK)]
    dark += [(shades.dark_press, ON_DARK)]

    assert [pair for pair in light + dark if contrast(*pair) < ENOUGH] == []


@given(COLOURS)
def test_the_bar_is_seen_on_its_track(colour: str) -> None:
    """The fill of a progress bar needs three to one (WCAG 1.4.11)."""
    shades = palette(nearest_passing(colour))

    assert contrast(shades.pine, "#eaddc9") >= 3
    assert contrast(shades.dark_pine, "#3d332a") >= 3


@pytest.mark.parametrize("typed", ["#134a3b", "134A3B", " #134a3b "])
def test_a_colour_is_read_however_it_is_written(typed: str) -> None:
    """With or without the sign, in either case."""
    assert read_colour(typed) == "#134a3b"


def test_a_pale_colour_is_refused_with_the_nearest_that_passes() -> None:
    """The sentence holds it, and entering it works."""
    with pytest.raises(BadColour, match="too pale") as refusal:
        read_colour("#ff9900")

    named = re.findall(r"#[0-9a-f]{6}", str(refusal.value))
    assert named[0] == "#ff9900"
    assert read_colour(named[1]) == named[1]


@pytest.mark.parametrize("typed", ["", "green", "#12345", "#1234567", "#12345g", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    """It would end in a stylesheet."""
    with pytest.raises(BadColour, match=r"Enter a colour|too pale"):
        read_colour(typed)


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    """Else the check would be about another page."""
    for ground in (*LIGHT_GROUNDS, *DARK_GROUNDS, ON_FOOT):
        assert f": {ground};" in SITE
    tokens = set(re.findall(r"--[a-z-]+(?=:)", look_css("#134a3b")))
    assert tokens <= set(re.findall(r"--[a-z-]+(?=:)", SITE))


def test_a_letter_is_written_in_the_colour_too() -> None:
    """None of our green is left in it, in either scheme; without a colour it is as it is."""
    style = (Path(__file__).parents[2] / "templates" / "letter.css").read_text()
    ours, shades = ("#134a3b", "#8ed8b8", "#0a2a20"), palette("#8a1538")

    assert all(name in style for name in ours)
    assert letter_css(style, None) == style
    written = letter_css(style, "#8a1538")
    assert not [name for name in ours if name in written]
    assert shades.pine in written
    assert shades.dark_pine in written
