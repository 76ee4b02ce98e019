"""Clean the text that people type, before it is stored, shown and printed: the one door for all of it.

Names and messages come back on pages, in emails, in exports and on receipts. A name of 50,000 accents on one
letter took the receipt's layout nine seconds; an invisible character can turn the text after it around.
"""

import re
import unicodedata
from datetime import date
from uuid import UUID

from web.language import translated

MOST_ACCENTS = 2
# Vowel signs, which Devanagari or Thai stack on a letter, are no accents: they have no combining class.
MOST_MARKS = 4
_JOINERS = "\u200c\u200d"  # Persian, Hindi and emoji need them inside a word
_INVISIBLE = ("Cc", "Cf", "Co", "Cs")
# The flags of England, Scotland and Wales are a black flag that is spelt out in invisible letters.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f")
_SPACES = re.compile(r"[\s\u2028\u2029\ufeff]+")
_LINES = re.compile(r" *(?:\r\n?|[\n\u2028\u2029\x85\v\f]) *")


class NotTidy(ValueError):
    """The text cannot be accepted; the message tells its writer what to do."""


def tidy(text: str, limit: int, *, lines: bool = False) -> str:
    """The text as it is stored: composed (NFC), without invisible characters, each run of spaces a single space.

    `limit` counts characters of the result; `lines` keeps line breaks, at most one empty line in a row.
    Raises NotTidy for text that is too long or heaps accents on a letter.
    """
    # First of all: composing many accents takes time quadratic in their number.
    if len(text) > 4 * limit + 100:
        raise _too_long(limit)
    plain = _plain(text, lines=lines)
    if len(plain) > limit:
        raise _too_long(limit)
    if len(_lightened(plain)) < len(plain):
        raise NotTidy(translated("Use at most two accents on a letter."))
    return plain


def compact(text: str) -> str:
    """A typed address, amount, day, number or search: without invisible characters, and without spaces around it.

    They come with what is pasted from a page or a chat, and nobody can see what is wrong.
    """
    return "".join(filter(_is_seen, text)).strip()


def shown_address(email: str) -> str:
    """An email address with its domain in its own letters: it is kept as mail servers know it (`xn--…`)."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{'.'.join(map(_own_letters, domain.split('.')))}"


def _own_letters(label: str) -> str:
    """One part of a domain; a part that is no valid `xn--…` stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        letters = label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return letters if letters.isprintable() and not letters.isascii() else label


def typed_id(typed: str) -> str | None:
    """The id in a form's field, such as the one by which a form sent twice is one change; None where it is no id."""
    try:
        return str(UUID(typed))
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Whether a browser's field for a day can show this: only such as 2027-05-06, or nothing."""
    try:
        return not text or (len(text) == len("2027-05-06") and bool(date.fromisoformat(text)))
    except ValueError:
        return False


def clipped(text: str, limit: int, *, lines: bool = False) -> str:
    """Like `tidy`, for text from other systems that must be accepted: it cuts where `tidy` refuses."""
    return _lightened(_plain(text[: 4 * limit + 100], lines=lines))[:limit].rstrip()


def _too_long(limit: int) -> NotTidy:
    return NotTidy(translated("Shorten this to %(limit)s characters or fewer.", limit=limit))


def _plain(text: str, *, lines: bool) -> str:
    parts = _LINES.split(text) if lines else [text]
    kept = [_SPACES.sub(" ", part if part.isprintable() else _visible(part)).strip() for part in parts]
    whole = "\n".join(kept).strip()
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", whole))


def _visible(text: str) -> str:
    between = _FLAG.split(text)
    flags = [*_FLAG.findall(text), ""]
    return "".join("".join(filter(_is_visible, part)) + flag for part, flag in zip(between, flags, strict=True))


def _is_seen(character: str) -> bool:
    return character not in _JOINERS and _is_visible(character)


def _is_visible(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return True
    return unicodedata.category(character) not in _INVISIBLE and ord(character) & 0xFFFE != 0xFFFE


def _lightened(text: str) -> str:
    """The text without the accents and marks beyond the limit for each letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    accents = marks = 0
    for character in text:
        if not unicodedata.category(character).startswith("M"):
            accents = marks = 0
        else:
            marks += 1
            accents += unicodedata.combining(character) != 0
            if marks > MOST_MARKS or accents > MOST_ACCENTS:
                continue
        kept.append(character)
    return "".join(kept)
