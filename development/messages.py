"""Sentences for donors: extract them from templates and code, and bring each language's catalogue up to date."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from web.language import LOCALES, read_catalogue

ROOT = LOCALES.parent
KEYWORDS = {
    **{name: spec for name, spec in DEFAULT_KEYWORDS.items() if name in ("_", "gettext", "ngettext")},
    "BadAmount": None,  # carries its sentence to where it is shown
    "translated": None,
    "translated_plural": (1, 2),
    "to_translate": None,
}
EPOCH = datetime(2026, 11, 28, tzinfo=UTC)  # a date that changed at each run would be in every commit


def extracted() -> Catalog:
    """Every sentence that donors may read, with where it stands."""
    catalogue = Catalog(project="Farthing", creation_date=EPOCH)
    with (LOCALES / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for name, line, words, comments, context in _sentences(methods, options):
        catalogue.add(words, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def update_messages(code: str, locales: Path = LOCALES) -> Catalog:
    """Bring a language's catalogue up to date; a new language gets an empty one. What is not said anywhere goes."""
    path = locales / code / "LC_MESSAGES" / "farthing.po"
    known = read_messages(path) if path.exists() else Catalog(locale=code, project="Farthing", creation_date=EPOCH)
    known.update(extracted(), no_fuzzy_matching=True)
    known.obsolete.clear()
    known.msgid_bugs_address = known.last_translator = known.language_team = ""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, known, width=120, no_location=True, sort_output=True, omit_header=False)
    read_catalogue(path)  # it can be read back
    return known


def read_messages(path: Path) -> Catalog:
    """A catalogue as its translators wrote it."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences without a translation, or with one that somebody must look at."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(words: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def _sentences(methods: list, options: dict) -> Iterator[tuple]:  # type: ignore[type-arg]
    return extract_from_dir(ROOT, methods, options, KEYWORDS, ("Translators:",))
