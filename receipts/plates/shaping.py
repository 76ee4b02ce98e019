"""Turn a line of plain text into the glyphs that Pango sets for it. HarfBuzz, which Pango asks too, is used here.

In our typefaces the glyph and the width of most letters depend on the next letter alone. So HarfBuzz is asked once for
each two of them, and the words that many texts have are kept: a new text takes a tenth of the time. The rules of the
typefaces are read, and the texts compared, in `tests/receipts/plates/test_shaping.py`.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest
from string import ascii_letters, ascii_lowercase
from typing import NamedTuple

import uharfbuzz

PANGO_UNITS = 1024  # of a CSS pixel
# Every letter that a plate can set: those of western European names, and the marks around them. Each brings its shape
# into every file, so there are no more of them than fit into 30 kB.
PLAIN_LETTERS = (
    " !\"#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz\xa0£·"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŴŵŶŷ–—‘’“”…€−"  # noqa: RUF001
)
# Letters that typefaces join.
_JOINED = [first + second for first in ascii_letters for second in ascii_lowercase]
_JOINED += ["ff" + third for third in ascii_lowercase]
# Between two l it is joined with both: there a letter depends on the next but one.
FAR_JOINING = "·"
# A word with what ends it, which is joined with no letter, and the letter after it.
_WORDS = re.compile(r"([^ /-]*[ /-]|[^ /-]+)(?=(.?))", re.DOTALL)
WORDS_KEPT = 8192


class GlyphRun(NamedTuple):
    """Glyphs as a PDF shows them, and how wide they are, in CSS pixels."""

    shown: bytes
    width: float


class NoPlainGlyphs(ValueError):
    """The text needs a letter that is not plain, or glyphs that do not stand side by side."""


class Typeface:
    """One font file, at any size, for texts in one language (a BCP 47 tag)."""

    def __init__(self, file: bytes, language: str) -> None:
        self._face, self._language = uharfbuzz.Face(file), language
        self._nominal = uharfbuzz.Font(self._face)
        self._widths: dict[int, int] = {}
        self._sizes: dict[float, SizedTypeface] = {}
        self.glyphs: Mapping[int, str] = self._plain_glyphs()
        """The glyphs of the plain letters that the font has, each with the letters that it stands for."""

    def _plain_glyphs(self) -> Mapping[int, str]:
        glyphs: dict[int, str] = {}
        for letter in PLAIN_LETTERS:
            if glyph := self._nominal.get_nominal_glyph(ord(letter)):
                glyphs.setdefault(glyph, letter)
        for joined in _JOINED:
            infos = self.shaped(self._nominal, joined).glyph_infos
            if len(infos) == 1 and infos[0].codepoint:
                glyphs.setdefault(infos[0].codepoint, joined)
        return glyphs

    def width_of(self, glyph: int) -> int:
        """The width of a glyph in thousandths of the size, rounded as WeasyPrint does."""
        if glyph not in self._widths:
            self._widths[glyph] = round(self._nominal.get_glyph_h_advance(glyph) * 1000 / self._face.upem)
        return self._widths[glyph]

    def at(self, size: float) -> "SizedTypeface":
        """The typeface at a size in CSS pixels."""
        if size not in self._sizes:
            self._sizes[size] = SizedTypeface(self, self._face, size)
        return self._sizes[size]

    def shaped(self, font: uharfbuzz.Font, text: str) -> uharfbuzz.Buffer:
        """The glyphs of a text in a font of this face."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", "Latn", self._language
        uharfbuzz.shape(font, buffer)
        return buffer


Glyph = tuple[str, int]
"""A glyph, or several, as a PDF shows them, and their width in Pango's units."""


class _LettersJoin(Exception):
    """Letters of a word are not one glyph each."""


class _FurtherLetter(Exception):
    """A letter that is not plain, which may be a mark on another, and nothing that is seen itself."""


class SizedTypeface:
    """A typeface at one size in CSS pixels."""

    def __init__(self, typeface: Typeface, face: uharfbuzz.Face, size: float) -> None:
        self._typeface, self._size, self._font = typeface, size, uharfbuzz.Font(face)
        scale = round(size * PANGO_UNITS)
        self._font.scale = (scale, scale)
        self._first_of_two = _FirstOfTwo(self)
        self._words = _SetWords(self)

    def set(self, text: str) -> GlyphRun:
        """The glyphs of a text. Raises NoPlainGlyphs."""
        try:
            glyphs = [self._words[word] for word in _WORDS.findall(text)]
        except _FurtherLetter:
            glyphs = self.shape(text)
        shown = "".join([glyph for glyph, _ in glyphs])
        width = sum([advance for _, advance in glyphs])
        return GlyphRun(f"[<{shown}>] TJ".replace("<>", "").encode(), width / PANGO_UNITS)

    def word(self, word: str, after: str) -> Glyph:
        """A word before a letter, or before the end of the text. Raises NoPlainGlyphs and _FurtherLetter."""
        try:
            glyphs = [self._first_of_two[pair] for pair in zip_longest(word, word[1:], fillvalue=after)]
        except _LettersJoin:
            glyphs = self.shape(word + after)[: -1 if after else None]
        return "".join([shown for shown, _ in glyphs]), sum([advance for _, advance in glyphs])

    def shape(self, text: str) -> list[Glyph]:
        """The glyphs of a text, as HarfBuzz gives them. Raises NoPlainGlyphs."""
        buffer = self._typeface.shaped(self._font, text)
        placed = zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        return [self._glyph(info.codepoint, *position.position) for info, position in placed]

    def _glyph(self, glyph: int, x_offset: int, y_offset: int, advance: int, _: int) -> Glyph:
        """Raises NoPlainGlyphs for a glyph that is not plain, or is moved."""
        if glyph not in self._typeface.glyphs or x_offset or y_offset:
            raise NoPlainGlyphs(f"glyph {glyph}")
        # What the width of the glyph is reduced by: WeasyPrint cuts off its fraction.
        reduced = self._typeface.width_of(glyph) - advance * 1000 / PANGO_UNITS / self._size
        return f"{glyph:04x}>{int(reduced)}<" if reduced else f"{glyph:04x}", advance


class _SetWords(dict[tuple[str, str], Glyph]):
    """The last words that were set, each before a letter."""

    def __init__(self, at_size: SizedTypeface) -> None:
        super().__init__()
        self._at_size = at_size

    def __missing__(self, word: tuple[str, str]) -> Glyph:
        if len(self) == WORDS_KEPT:
            self.clear()
        self[word] = self._at_size.word(*word)
        return self[word]


class _FirstOfTwo(dict[tuple[str, str], Glyph]):
    """The glyph of a letter before another, or before the end of the text.

    Raises NoPlainGlyphs, _LettersJoin and _FurtherLetter.
    """

    def __init__(self, at_size: SizedTypeface) -> None:
        super().__init__()
        self._at_size = at_size

    def __missing__(self, pair: tuple[str, str]) -> Glyph:
        letters = "".join(pair)
        if any(letter not in PLAIN_LETTERS for letter in letters):
            raise _FurtherLetter
        glyphs = self._at_size.shape(letters)
        if FAR_JOINING in letters or len(glyphs) != len(letters):
            raise _LettersJoin
        self[pair] = glyphs[0]
        return self[pair]
