"""Turn a line of plain text into the glyphs that Pango sets for it. HarfBuzz, which Pango asks too, is used here."""

from collections.abc import Mapping
from functools import lru_cache
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
        self._sizes: dict[float, _Size] = {}
        self._widths: dict[int, int] = {}
        self.glyphs: Mapping[int, str] = self._plain_glyphs()
        """The glyphs of the plain letters that the font has, each with the letters that it stands for."""
        # The days, amounts and methods of a batch are few.
        self.shape = lru_cache(maxsize=4096)(self._shape)

    def _plain_glyphs(self) -> Mapping[int, str]:
        glyphs: dict[int, str] = {}
        for letter in PLAIN_LETTERS:
            if glyph := self._nominal.get_nominal_glyph(ord(letter)):
                glyphs.setdefault(glyph, letter)
        for joined in _JOINED:
            infos = self._shaped(self._nominal, joined).glyph_infos
            if len(infos) == 1 and infos[0].codepoint:
                glyphs.setdefault(infos[0].codepoint, joined)
        return glyphs

    def width_of(self, glyph: int) -> int:
        """The width of a glyph in thousandths of the size, rounded as WeasyPrint does."""
        if glyph not in self._widths:
            self._widths[glyph] = round(self._nominal.get_glyph_h_advance(glyph) * 1000 / self._face.upem)
        return self._widths[glyph]

    def _shaped(self, font: uharfbuzz.Font, text: str) -> uharfbuzz.Buffer:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", "Latn", self._language
        uharfbuzz.shape(font, buffer)
        return buffer

    def _shape(self, text: str, size: float) -> GlyphRun:
        """The text at a size in CSS pixels. Raises NoPlainGlyphs."""
        if size not in self._sizes:
            self._sizes[size] = _Size(self._face, size, self)
        at_size = self._sizes[size]
        buffer = self._shaped(at_size.font, text)
        positions = buffer.glyph_positions
        places = zip(buffer.glyph_infos, positions, strict=True)
        shown = "".join([at_size[info.codepoint, position.position] for info, position in places])
        width = sum([position.x_advance for position in positions])
        return GlyphRun(f"[<{shown}>] TJ".replace("<>", "").encode(), width / PANGO_UNITS)


class _Size(dict[tuple[int, tuple[int, int, int, int]], str]):
    """A typeface at one size in CSS pixels, and its glyphs as a PDF shows them, each by where it is placed.

    A glyph is made ready when it is first asked for. Raises NoPlainGlyphs for one that is not plain, or is moved.
    """

    def __init__(self, face: uharfbuzz.Face, size: float, typeface: Typeface) -> None:
        super().__init__()
        self.font = uharfbuzz.Font(face)
        scale = round(size * PANGO_UNITS)
        self.font.scale = (scale, scale)
        self._size, self._typeface = size, typeface

    def __missing__(self, placed: tuple[int, tuple[int, int, int, int]]) -> str:
        glyph, (x_offset, y_offset, advance, _) = placed
        if glyph not in self._typeface.glyphs or x_offset or y_offset:
            raise NoPlainGlyphs(f"glyph {glyph}")
        # What the width of the glyph is reduced by: WeasyPrint cuts off its fraction.
        reduced = self._typeface.width_of(glyph) - advance * 1000 / PANGO_UNITS / self._size
        self[placed] = f"{glyph:04x}>{int(reduced)}<" if reduced else f"{glyph:04x}"
        return self[placed]
