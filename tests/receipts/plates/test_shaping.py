"""Texts that are set from what two letters look like: the same glyphs as HarfBuzz gives for the whole text."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import product

import pytest
from fontTools.ttLib import woff2

from receipts.pdf import FONTS
from receipts.plates.shaping import (
    FAR_JOINING,
    PANGO_UNITS,
    PLAIN_LETTERS,
    GlyphRun,
    NoPlainGlyphs,
    SizedTypeface,
    Typeface,
)

FILES = ("source-sans-3-regular.woff2", "source-sans-3-semibold.woff2")
# Letters that are joined, kerned, or stand at the ends of words.
TELLING = "afiltjvwyLTVAWYÉÿß0147 /-.,:’·()"  # noqa: RUF001
WORDS = (
    "L· l· ·l", "Offices (fft) after office", "ff", "f", "To. Ty Va", "7-1/2", "https://a.b/c-d/e", " ", "-", "a\xa0b",
    "“Æther—Œuvre”", "Tŷ Mawr", "they THEY she/her", "Win the North · 40%", "f\u200df", "f \u200d-f", "-e\u0301",
)  # fmt: skip
"""Texts that a rule of the typefaces could change."""
NOT_PLAIN = ("Łukasz", "q\u0301", "-\u0301", "1\u20442", "a \u0301", "Ελένη", "col·legi", "L·L", "l·\u0301l")


@cache
def typeface(name: str) -> Typeface:
    """One of our font files."""
    file = BytesIO()
    woff2.decompress(BytesIO((FONTS / name).read_bytes()), file)
    return Typeface(file.getvalue(), "en-GB")


def by_harfbuzz(face: SizedTypeface, text: str) -> GlyphRun | None:
    """The whole text at once; None if it is refused."""
    try:
        glyphs = face.shape(text)
    except NoPlainGlyphs:
        return None
    shown = "".join(shown for shown, _ in glyphs)
    return GlyphRun(f"[<{shown}>] TJ".replace("<>", "").encode(), sum(width for _, width in glyphs) / PANGO_UNITS)


def by_words(face: SizedTypeface, text: str) -> GlyphRun | None:
    """The text as plates set it; None if it is refused."""
    try:
        return face.set(text)
    except NoPlainGlyphs:
        return None


def every_three(letters: str) -> Iterator[str]:
    """Texts in which every three of these letters stand beside each other somewhere."""
    for first, second in product(letters, repeat=2):
        yield "".join(first + second + third for third in letters)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [12.0, 17.3330078125])
def test_no_letter_depends_on_more_than_the_next(name: str, size: float) -> None:
    """But in the words that HarfBuzz is given as a whole."""
    face = typeface(name).at(size)
    texts = list(every_three(TELLING))

    assert [by_words(face, text) for text in texts] == [by_harfbuzz(face, text) for text in texts]
    assert all(by_words(face, text) for text in texts if FAR_JOINING not in text)


@pytest.mark.parametrize("name", FILES)
def test_every_two_plain_letters(name: str) -> None:
    """In the middle of a text, and at its end."""
    face = typeface(name).at(14.0)
    texts = [first + second for first in PLAIN_LETTERS for second in PLAIN_LETTERS]
    texts += ["".join(first + second for second in PLAIN_LETTERS if second != "l") for first in PLAIN_LETTERS]

    assert [by_words(face, text) for text in texts] == [by_harfbuzz(face, text) for text in texts]


@pytest.mark.parametrize("text", WORDS, ids=ascii)
def test_words_that_a_rule_could_change(text: str) -> None:
    """Joined, kerned, and at the end of words."""
    face = typeface(FILES[0]).at(12.0)

    assert by_words(face, text) == by_harfbuzz(face, text) is not None


@pytest.mark.parametrize("text", NOT_PLAIN, ids=ascii)
def test_what_is_not_plain_is_refused(text: str) -> None:
    """A letter that the plate lacks, a mark by itself, a letter that changes its neighbours."""
    face = typeface(FILES[0]).at(12.0)

    assert by_words(face, text) is by_harfbuzz(face, text) is None


def test_glyphs_of_a_composed_letter() -> None:
    """An accent that is typed by itself, after its letter, is the same glyph as both together."""
    face = typeface(FILES[0]).at(12.0)

    assert face.set("Cafe\u0301 a") == face.set("Café a")
