"""Names and addresses as HMRC's schedule takes them: printable ASCII and Latin-1. Pure.

HMRC's own validator deletes every other letter without a word ("Łukasz" becomes "ukasz"; CommonFileValidation.scala
in github.com/hmrc/charities-claims-validation, read 2026-11), so letters are written in Latin-1 before.
"""

import unicodedata

# Letters and marks that do not come apart into a plain letter and an accent.
_LETTERS = {
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "\u0131": "i", "Ŋ": "N", "ŋ": "n", "Œ": "OE",
    "œ": "oe", "Ŧ": "T", "ŧ": "t", "ĸ": "k", "ẞ": "SS", "Ə": "A", "ə": "a", "Ƒ": "F", "ƒ": "f",
}  # fmt: skip
_SINGLE_QUOTES, _DOUBLE_QUOTES = "\u2018\u2019\u201a\u02bc\u02bb\u2032", "\u201c\u201d\u201e"
_DASHES, _SPACES = "\u2010\u2011\u2012\u2013\u2014", "\u00a0\u202f\u2009"
_MARKS = {_SINGLE_QUOTES: "'", _DOUBLE_QUOTES: '"', _DASHES: "-", _SPACES: " "}
_SPELT = str.maketrans(_LETTERS | {mark: plain for marks, plain in _MARKS.items() for mark in marks})


def latin_text(text: str) -> str:
    """The text in letters that HMRC keeps. What cannot be written so is left out: ask `unlatin_letters` before."""
    return " ".join("".join(_latin(character) for character in _composed(text)).split())


def unlatin_letters(text: str) -> str:
    """The letters and figures of a text that cannot be written in Latin-1, such as Greek or Chinese ones."""
    lost = (character for character in _composed(text) if character.isalnum() and not _latin(character))
    return "".join(dict.fromkeys(lost))


def is_kept_by_hmrc(character: str) -> bool:
    """Whether HMRC's validator leaves this character where it stands."""
    return " " <= character <= "~" or "\u00a1" <= character <= "\u00ff"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_SPELT)).translate(_SPELT)


def _latin(character: str) -> str:
    if is_kept_by_hmrc(character):
        return character
    apart = unicodedata.normalize("NFKD", character).translate(_SPELT)
    return "".join(letter for letter in apart if is_kept_by_hmrc(letter))
