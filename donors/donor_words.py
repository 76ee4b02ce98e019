"""The words by which staff find a donor: those of the names that they gave under, and of their address. Pure."""

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile("['\u2019]")


def name_words(text: str) -> frozenset[str]:
    """Words without case and accents. A name such as O'Neil has three: it is found as "neil" and as "oneil"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return frozenset(word[:LONGEST_WORD] for way in (plain, _APOSTROPHES.sub("", plain)) for word in _WORD.findall(way))


def is_whole(word: str) -> bool:
    """Whether a word that is looked for alone is one that names really have: so many begin with one or two letters."""
    return word.isascii() and len(word) < 3
