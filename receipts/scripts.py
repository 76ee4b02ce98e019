"""Scripts that names are written in, and the Debian packages with fonts for them. Pure.

Latin, Greek and Cyrillic letters are bundled (`receipts/fonts/`). What is written in another script is printed with a
font of the machine; without one the document is not printed, and these names say what to install.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOTO, NOTO_CJK, NOTO_EMOJI = "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"


@dataclass(frozen=True, slots=True)
class Script:
    """A script by the name that people know, the package with a font for it, and a few of its letters.

    `blocks` are its first and last code points (unicode.org/Public/UNIDATA/Blocks.txt). A bundled script has no
    package.
    """

    name: str
    package: str
    sample: str
    blocks: tuple[tuple[int, int], ...]


BUNDLED = (
    Script(
        "Latin",
        "",
        "Łódź Ǆ Ṩ ꜣ",
        ((0x41, 0x36F), (0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)),
    ),
    Script("Greek", "", "Ελλάς ἄ ϡ", ((0x370, 0x3FF), (0x1F00, 0x1FFF))),
    Script("Cyrillic", "", "Україна Ѭ Ԫ", ((0x400, 0x52F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F))),
)
SCRIPTS = (
    *BUNDLED,
    Script("Armenian", NOTO, "Հայ", ((0x530, 0x58F), (0xFB13, 0xFB17))),
    Script("Hebrew", NOTO, "עברית", ((0x590, 0x5FF), (0xFB1D, 0xFB4F))),
    Script("Arabic", NOTO, "العربية گ ٹ", (
        (0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE),
    )),
    Script("Syriac", NOTO, "ܣܘܪ", ((0x700, 0x74F),)),
    Script("Thaana", NOTO, "ދިވެ", ((0x780, 0x7BF),)),
    Script("Devanagari (Hindi, Nepali, Marathi)", NOTO, "हिन्दी", ((0x900, 0x97F), (0xA8E0, 0xA8FF))),
    Script("Bengali", NOTO, "বাংলা", ((0x980, 0x9FF),)),
    Script("Gurmukhi (Punjabi)", NOTO, "ਪੰਜਾਬੀ", ((0xA00, 0xA7F),)),
    Script("Gujarati", NOTO, "ગુજરાતી", ((0xA80, 0xAFF),)),
    Script("Odia", NOTO, "ଓଡ଼ିଆ", ((0xB00, 0xB7F),)),
    Script("Tamil", NOTO, "தமிழ்", ((0xB80, 0xBFF),)),
    Script("Telugu", NOTO, "తెలుగు", ((0xC00, 0xC7F),)),
    Script("Kannada", NOTO, "ಕನ್ನಡ", ((0xC80, 0xCFF),)),
    Script("Malayalam", NOTO, "മലയാളം", ((0xD00, 0xD7F),)),
    Script("Sinhala", NOTO, "සිංහල", ((0xD80, 0xDFF),)),
    Script("Thai", NOTO, "ไทย", ((0xE00, 0xE7F),)),
    Script("Lao", NOTO, "ລາວ", ((0xE80, 0xEFF),)),
    Script("Tibetan", NOTO, "བོད", ((0xF00, 0xFFF),)),
    Script("Burmese", NOTO, "မြန်မာ", ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))),
    Script("Georgian", NOTO, "ქართ", ((0x10A0, 0x10FF), (0x1C90, 0x1CBF))),
    Script("Korean", NOTO_CJK, "한국", ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))),
    Script("Ethiopic", NOTO, "አማር", ((0x1200, 0x139F), (0x2D80, 0x2DDF))),
    Script("Cherokee", NOTO, "ᏣᎳᎩ", ((0x13A0, 0x13FF), (0xAB70, 0xABBF))),
    Script("Khmer", NOTO, "ខ្មែរ", ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
    Script("Mongolian", NOTO, "ᠮᠣᠩ", ((0x1800, 0x18AF),)),
    Script("Tifinagh", NOTO, "ⵜⵉⴼ", ((0x2D30, 0x2D7F),)),
    Script("Japanese", NOTO_CJK, "ひらカタ", ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF61, 0xFF9F))),
    Script("Chinese and Japanese", NOTO_CJK, "中文漢字", (
        (0x2E80, 0x303F), (0x3100, 0x312F), (0x31A0, 0x31EF), (0x3200, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F),
        (0xFF00, 0xFF60), (0xFFE0, 0xFFEF), (0x20000, 0x3FFFF),
    )),
    Script("Emoji", NOTO_EMOJI, "🎉", ((0x2600, 0x27BF), (0x1F000, 0x1FAFF))),
)  # fmt: skip


class MissingGlyphs(Exception):
    """A document has letters that no font on this machine has. It is not printed with boxes in their place.

    `scripts` are those that a package brings; `others` how many signs no package is known for. The message names no
    letter, because the letters are a donor's.
    """

    def __init__(self, code_points: Iterable[int]) -> None:
        missing = set(code_points)
        self.scripts = scripts_with(missing)
        self.others = sum(script_of(code_point) is None for code_point in missing)
        super().__init__(missing_words(self.scripts, self.others))


def script_of(code_point: int) -> Script | None:
    """The script of a letter; None for a sign of no script that we know, such as one for private use."""
    for script in SCRIPTS:
        if any(first <= code_point <= last for first, last in script.blocks):
            return script
    return None


def scripts_with(code_points: Iterable[int]) -> Sequence[Script]:
    """The scripts of these letters, each once, in their order here."""
    present = {script for code_point in code_points if (script := script_of(code_point))}
    return [script for script in SCRIPTS if script in present]


def lacking_scripts(text: str, covered: frozenset[int]) -> Sequence[Script]:
    """The scripts of a text in which it has letters that these fonts do not cover."""
    return scripts_with(ord(letter) for letter in text if letter.strip() and ord(letter) not in covered)


def packages_of(scripts: Iterable[Script]) -> Sequence[str]:
    """The Debian packages that bring fonts for these scripts."""
    return sorted({script.package for script in scripts if script.package})


def missing_words(scripts: Sequence[Script], others: int) -> str:
    """What is missing and what to do about it."""
    words = []
    if scripts:
        names, packages = ", ".join(script.name for script in scripts), " ".join(packages_of(scripts))
        words.append(f"no font on this machine has the letters of this script: {names}.")
        if packages:
            words.append(f"Install {packages} (apt install {packages}), then restart Farthing.")
    if others:
        words.append(f"{others} of the signs are in no font that we know: correct the name that they stand in.")
    return " ".join(words)
