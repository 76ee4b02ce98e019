"""Pictures that we draw ourselves: a campaign's share image, and its poster. They hold what is public and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

FONTS = Path(__file__).resolve().parent.parent / "receipts" / "fonts"
SHARE_SIZE = (1200, 630)
POSTER_SIZE = (1654, 2339)  # A4 at 200 dots to the inch; the same dots are A5 at 283
DOTS_A_INCH = {"a4": 200.0, "a5": 283.0}
PAPER, INK, SOFT, TRACK = "#f8f3ea", "#211b16", "#5f5349", "#eaddc9"
EDGE = 60
IMPRINT_TOP = 544  # of the share image: a strip below the photograph, as wide as the image
SHARE_SIZES, POSTER_SIZES = (20, 18, 16, 14), (36, 32, 28, 24, 20)  # of the imprint

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What stands on a picture. `sum` and `rest` say how far it has come; `filled` is 0 to 100, None without a bar."""

    organisation: str
    title: str
    sum: str
    rest: str
    filled: int | None
    imprint: str


@dataclass(frozen=True, slots=True)
class PictureLook:
    """The colour, `#rrggbb`, and the bytes of a logo and of a photograph, if there are any."""

    colour: str
    logo: bytes | None = None
    photograph: bytes | None = None


def draw_share_image(words: PictureWords, look: PictureLook) -> bytes:
    """What other sites show where the page is linked: 1200 by 630 pixels, as PNG."""
    image = Image.new("RGB", SHARE_SIZE, PAPER)
    width = SHARE_SIZE[0]
    if look.photograph:
        width = 780
        photograph = ImageOps.fit(_opened(look.photograph), (SHARE_SIZE[0] - width, IMPRINT_TOP))
        image.paste(photograph, (width, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 16, SHARE_SIZE[1]), fill=look.colour)
    room = width - EDGE - 40
    _head(image, draw, words.organisation, look.logo, (EDGE, 44), 34)
    _lines(draw, (EDGE, 118), words.title, room, _Style(60, 3, is_bold=True))
    _lines(draw, (EDGE, 350), words.sum, room, _Style(88, 1, look.colour, is_bold=True))
    _lines(draw, (EDGE, 450), words.rest, room, _Style(34, 1, SOFT))
    if words.filled is not None:
        _bar(draw, (EDGE, 508, EDGE + room, 532), words.filled, look.colour)
    _imprint(draw, (EDGE, IMPRINT_TOP + 8), words.imprint, SHARE_SIZES, (SHARE_SIZE[0] - 2 * EDGE, 72))
    return _png(image)


def draw_poster(words: PictureWords, look: PictureLook, qr: bytes, address: str, size: str) -> bytes:
    """A poster as PDF, `a4` or `a5`: title, a sentence (`rest`), the code, the address and the imprint."""
    image = Image.new("RGB", POSTER_SIZE, "white")
    draw = ImageDraw.Draw(image)
    width, height, edge = *POSTER_SIZE, 140
    room = width - 2 * edge
    draw.rectangle((0, 0, width, 44), fill=look.colour)
    _head(image, draw, words.organisation, look.logo, (edge, 120), 64)
    below = _lines(draw, (edge, 260), words.title, room, _Style(150, 4, is_bold=True))
    left = max(1, (1_090 - below - 40) // 72)  # lines above the code
    _lines(draw, (edge, below + 40), words.rest, room, _Style(64, left, SOFT))
    code = _opened(qr).resize((860, 860), Image.Resampling.NEAREST)
    image.paste(code, ((width - 860) // 2, 1130))
    _lines(draw, (edge, 2010), address, room, _Style(54, 2, look.colour, is_bold=True, is_centred=True))
    _imprint(draw, (edge, height - 190), words.imprint, POSTER_SIZES, (room, 160))
    written = BytesIO()
    image.save(written, "PDF", resolution=DOTS_A_INCH[size], title=words.title, quality=92)
    return written.getvalue()


def imprint_lines(imprint: str, sizes: Sequence[int], room: int, height: int) -> tuple[int, list[str]]:
    """The largest size in which the whole imprint fits, and its lines.

    Nothing of it is ever cut: the law wants the name and the address, legible (Elections Act 2022, part 6). One that
    fits in no size has the smallest, and as many lines as it needs.
    """
    for size in sizes[:-1]:
        lines = _whole_lines(imprint, _font(size), room)
        if len(lines) * _line_height(size) <= height:
            return size, lines
    return sizes[-1], _whole_lines(imprint, _font(sizes[-1]), room)


def _whole_lines(text: str, font: Font, room: int) -> list[str]:
    """Every word; one that is wider than a line goes on in the next."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def _imprint(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], imprint: str, sizes: Sequence[int], box: tuple[int, int]
) -> None:
    size, lines = imprint_lines(imprint, sizes, *box)
    top = at[1] + (box[1] - len(lines) * _line_height(size)) // 2
    for number, line in enumerate(lines):
        draw.text((at[0], top + number * _line_height(size)), line, font=_font(size), fill=SOFT)


def _head(
    image: Image.Image, draw: ImageDraw.ImageDraw, name: str, logo: bytes | None, at: tuple[int, int], size: int
) -> None:
    """The logo, or the name where there is none."""
    if logo is None:
        _lines(draw, at, name, 1_400, _Style(size, 1, SOFT, is_bold=True))
        return
    drawn = _opened(logo, "RGBA")
    drawn.thumbnail((size * 8, size * 2))
    image.paste(drawn, (at[0], at[1] - size // 3), drawn)


@dataclass(frozen=True, slots=True)
class _Style:
    """How words are set: size in pixels, colour, and on how many lines at most."""

    size: int
    most: int = 1
    colour: str = INK
    is_bold: bool = False
    is_centred: bool = False


def _lines(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, room: int, style: _Style) -> int:
    """Words on as many lines as they need, up to the most, then an ellipsis; where the next line would begin."""
    x, y = at
    font = _font(style.size, bold=style.is_bold)
    for line in _wrapped(text, font, room, style.most):
        start = x + (room - font.getlength(line)) / 2 if style.is_centred else x
        draw.text((start, y), line, font=font, fill=style.colour)
        y += _line_height(style.size)
    return y


def _line_height(size: int) -> int:
    return round(size * 1.12)


def _wrapped(text: str, font: Font, room: int, most: int) -> list[str]:
    lines, rest = list[str](), text.split()
    while rest and len(lines) < most:
        count = max(1, max((n for n in range(len(rest) + 1) if font.getlength(" ".join(rest[:n])) <= room), default=1))
        lines.append(" ".join(rest[:count]))
        rest = rest[count:]
    if not lines:
        return lines
    if rest or font.getlength(lines[-1]) > room:
        lines[-1] = _shortened(lines[-1], font, room)
    return [line if font.getlength(line) <= room else _shortened(line, font, room) for line in lines]


def _shortened(line: str, font: Font, room: int) -> str:
    while line and font.getlength(f"{line}…") > room:
        line = line[:-1].rstrip()
    return f"{line}…"


def _bar(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], filled: int, colour: str) -> None:
    left, top, right, bottom = box
    radius = (bottom - top) // 2
    draw.rounded_rectangle(box, radius, fill=TRACK)
    if filled:
        end = max(left + 2 * radius, left + (right - left) * filled // 100)
        draw.rounded_rectangle((left, top, end, bottom), radius, fill=colour)


@cache
def _font(size: int, *, bold: bool = False) -> Font:
    return ImageFont.truetype(FONTS / f"source-sans-3-{'semibold' if bold else 'regular'}.woff2", size)


def _opened(file: bytes, mode: str = "RGB") -> Image.Image:
    """One of our own pictures: uploads were made anew when they came (`web/pictures.py`)."""
    return Image.open(BytesIO(file)).convert(mode)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
