"""Whatever donors read passes gettext, and every language says all of it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from development.messages import ROOT, extracted, read_messages
from tests.web.plain_words import donors_templates, plain_sentences, plain_words
from web.language import LOCALES

TEMPLATES = ROOT / "templates"
DONORS_TEMPLATES = {path.relative_to(TEMPLATES).as_posix(): path for path in donors_templates(TEMPLATES)}
CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/farthing.po"))
CODE = [
    *(ROOT / "payments").glob("giving/*.py"), *(ROOT / "payments").glob("letters/*.py"),
    *(ROOT / "payments").glob("own/*.py"), *(ROOT / "payments").glob("thanks/*.py"),
    *(ROOT / name for name in ("web/typed.py", "web/errors.py", "payments/gifts/recurring_words.py")),
    *(
        ROOT / name
        for name in ("mailing/routes.py", "mailing/letters.py", "mailing/signup.py", "mailing/stop_links.py")
    ),
    *(ROOT / name for name in ("campaigns/routes.py", "receipts/routes.py", "organisation/consent_words.py")),
]  # fmt: skip
PLACEHOLDER, TAG = re.compile(r"%\(\w+\)s|%%"), re.compile(r"</?\w+[^>]*>")


@pytest.mark.parametrize(
    "path", list(donors_templates(TEMPLATES)), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_every_word_of_a_donors_page_passes_gettext(path: Path) -> None:
    """Text, and what is read aloud of a picture or a field. Write `{{ _("…") }}` around it: docs/languages.md."""
    assert plain_words(path.read_text(), is_html=path.suffix == ".html") == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_sentence_for_donors_in_code_passes_gettext(path: Path) -> None:
    """Write `translated("…")` around it: docs/languages.md."""
    assert plain_sentences(path.read_text()) == []


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Give now</p>", ["Give now"]),
        ('<p>{{ _("Give now") }} {% trans n=2 %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}</p>', []),
        ('<img alt="A van"><a title="{{ _("Go") }}" class="big one"></a>', ["A van"]),
        ('<meta name="description" content="Give"><meta name="viewport" content="width=device-width">', ["Give"]),
        ('{{ "Give now" if open else _("Wait") }}{% set words = "Too late" %}', ["Give now", "Too late"]),
        ("{# A note #}{% trans %}Give{% endtrans %} once", ["once"]),
    ],
)
def test_a_plain_word_of_a_template_is_found(template: str, words: list[str]) -> None:
    """The rule, tried on made-up templates."""
    assert plain_words(template) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('raise NotTidy("Enter your full name.")', ["Enter your full name."]),
        ('raise NotTidy(f"Enter {n} or more of it.")', ["Enter 0 or more of it."]),
        ('raise NotTidy(translated("Enter your full name."))', []),
        ('raise ValueError("a gift needs a donor")', []),
        ('def f():\n    """Enter your full name."""', []),
    ],
)
def test_a_plain_sentence_of_code_is_found(source: str, words: list[str]) -> None:
    """The rule, tried on made-up code."""
    assert plain_sentences(source) == words


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_a_language_says_all_that_donors_read(path: Path) -> None:
    """`./farthing messages cy` adds what is new, takes away what is gone, and names what must be translated.

    What is gone does no harm meanwhile.
    """
    there, due = (
        {message.id for message in catalogue if message.id} for catalogue in (read_messages(path), extracted())
    )

    assert due - there == set()
    assert [message.id for message in read_messages(path) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_a_translation_has_every_form_and_fills_in_the_same(path: Path) -> None:
    """A lost `%(amount)s` would hide an amount; a wrong one, or a lone `%`, would be an error on the page."""
    catalogue = read_messages(path)

    wrong = [message.id for message in catalogue if message.id and not _is_whole(message, catalogue.num_plurals)]
    assert wrong == []


def _is_whole(message: Message, forms: int) -> bool:
    if isinstance(message.id, str):
        return isinstance(message.string, str) and bool(message.string) and _says_the_same(message.id, message.string)
    strings = message.string if isinstance(message.string, tuple) else ()
    return len(strings) == forms and all(string and _says_the_same(message.id[1], string) for string in strings)


def _says_the_same(english: str, other: str) -> bool:
    rest = PLACEHOLDER.sub("", other)
    formatted = "%(" in english or "%%" in english
    alike = all(sorted(pattern.findall(english)) == sorted(pattern.findall(other)) for pattern in (PLACEHOLDER, TAG))
    return alike and ("%" not in rest if formatted else True)
