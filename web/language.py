"""The language that is spoken now, of a request or of a letter, and sentences for donors in it.

English sentences are the keys (gettext). A language is a folder, `locales/<code>/LC_MESSAGES/farthing.po`. Only what
donors read is translated; the desk is in English.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "locales"
SOURCE = "en"


class Spoken(NamedTuple):
    """The language that is spoken, and the query of the page's address, which a link to another language keeps.

    Without a query there is no such link: in a letter, and at the desk.
    """

    code: str
    query: str | None = None


# The only state of a request that is no argument: every sentence would carry it (docs/decisions/0021).
_spoken: ContextVar[Spoken | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(code: str, query: str | None = None) -> Iterator[None]:
    """Speak a language; one without a catalogue is spoken as English."""
    token = _spoken.set(Spoken(code if code in languages() else SOURCE, query))
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> Spoken | None:
    """What is spoken now; None outside of a request and of a letter."""
    return _spoken.get()


def spoken_code() -> str:
    """The code of the language that is spoken now, such as `cy`: what a donor's letters will be in."""
    current = _spoken.get()
    return current.code if current else SOURCE


def translated(text: str, /, **values: object) -> str:
    """A sentence in the language that is spoken now, with its `%(name)s` filled in."""
    words = catalogue(spoken_code()).gettext(text)
    return words % values if values else words


def translated_plural(one: str, many: str, count: int, /, **values: object) -> str:
    """A sentence that depends on a count, which is its `%(n)s` unless `n` is among the values."""
    return catalogue(spoken_code()).ngettext(one, many, count) % ({"n": count} | values)


def to_translate(text: str) -> str:
    """Mark a sentence that stands in a table: it is extracted here, and translated where it is shown."""
    return text


@cache
def languages() -> Mapping[str, str]:
    """The languages that there are, English first: by code, each with its own name for itself."""
    others = sorted(path.parents[1].name for path in LOCALES.glob("*/LC_MESSAGES/farthing.po"))
    return {code: _own_name(code) for code in (SOURCE, *others)}


@cache
def catalogue(code: str) -> NullTranslations:
    """The sentences of a language; English needs none."""
    return NullTranslations() if code == SOURCE else read_catalogue(LOCALES / code / "LC_MESSAGES" / "farthing.po")


def read_catalogue(path: Path) -> GNUTranslations:
    """A catalogue as gettext wants it, made in memory: nothing that is generated is kept in the repository."""
    with path.open("rb") as file:
        sentences = read_po(file, locale=path.parents[1].name)
    compiled = BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of(locale: str) -> str:
    """The language that pages speak in a locale: `cy` of `cy_GB`. English where there is no catalogue."""
    code = locale.partition("_")[0]
    return code if code in languages() else SOURCE


def locale_in(locale: str, code: str) -> str:
    """The locale for a language, in the same region where that makes sense: `en_GB` in `cy` is `cy_GB`."""
    if language_of(locale) == code:
        return locale
    region = f"{code}_{locale.partition('_')[2]}"
    try:
        Locale.parse(region)
    except (UnknownLocaleError, ValueError):
        return code
    return region


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_display_name(code) or code
    return name[0].upper() + name[1:]
