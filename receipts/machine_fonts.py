"""Which scripts the fonts of this machine have: asked of fontconfig, as the printer will ask it, in milliseconds.

The library is that of WeasyPrint (libfontconfig). It is called directly, because WeasyPrint itself takes a second and
70 MiB, and the web's doctor asks too.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from receipts.scripts import SCRIPTS, Script

LIBRARIES = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll")
_POINTERS = ("FcInitLoadConfigAndFonts", "FcPatternCreate", "FcCharSetCreate", "FcObjectSetCreate")


class NoFontconfig(OSError):
    """There is no fontconfig here: nothing can be printed at all."""


class _FontSet(ctypes.Structure):
    """The beginning of fontconfig's FcFontSet: how many fonts it holds."""

    _fields_ = (("count", ctypes.c_int),)


def scripts_without_fonts() -> Sequence[Script]:
    """The scripts of which neither the bundled nor the machine's fonts have the sample. Raises NoFontconfig."""
    library = _load()
    with _config(library) as config:
        return [script for script in SCRIPTS if script.package and not _has_font(library, config, script.sample)]


def _load() -> ctypes.CDLL:
    for name in LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        for function in _POINTERS:
            getattr(library, function).restype = ctypes.c_void_p
        library.FcFontList.restype = ctypes.POINTER(_FontSet)
        return library
    raise NoFontconfig("fontconfig is not installed")


@contextmanager
def _config(library: ctypes.CDLL) -> Iterator[ctypes.c_void_p]:
    """The fonts as they are installed now, not as they were when this process began."""
    config = ctypes.c_void_p(library.FcInitLoadConfigAndFonts())
    try:
        yield config
    finally:
        library.FcConfigDestroy(config)


def _has_font(library: ctypes.CDLL, config: ctypes.c_void_p, sample: str) -> bool:
    """Whether each letter of the sample is in some font: names are put together of several, as printers do."""
    return all(_count(library, config, letter) for letter in sample if letter.strip())


def _count(library: ctypes.CDLL, config: ctypes.c_void_p, letter: str) -> int:
    """How many fonts have a letter."""
    letters = ctypes.c_void_p(library.FcCharSetCreate())
    pattern, names = ctypes.c_void_p(library.FcPatternCreate()), ctypes.c_void_p(library.FcObjectSetCreate())
    library.FcCharSetAddChar(letters, ctypes.c_uint32(ord(letter)))
    library.FcPatternAddCharSet(pattern, b"charset", letters)
    fonts = library.FcFontList(config, pattern, names)
    count = int(fonts.contents.count) if fonts else 0
    if fonts:
        library.FcFontSetDestroy(fonts)
    library.FcObjectSetDestroy(names)
    library.FcPatternDestroy(pattern)
    library.FcCharSetDestroy(letters)
    return count
