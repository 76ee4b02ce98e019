"""The words by which staff find a donor: those of the names that they gave under, and of their address. Pure."""

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
# Letters that do not come apart into one without its mark. What is typed on another keyboard has them so.
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_APOSTROPHES = re.compile("['\u2019]")


def name_words(text: str) -> frozenset[str]:
    """Words without case and accents, ł as l and ß as ss.

    A name such as O'Neil has three: it is found as "neil" and as "oneil".
    """
    plain = plain_letters(text)
    return frozenset(word[:LONGEST_WORD] for way in (plain, _APOSTROPHES.sub("", plain)) for word in _WORD.findall(way))


def plain_letters(text: str) -> str:
    """A text without case, accents and other marks on its letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_FOLDED)


def is_whole(word: str) -> bool:
    """Whether a word that is looked for alone is one that names really have: so many begin with one or two letters."""
    return word.isascii() and len(word) < 3
