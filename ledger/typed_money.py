"""Amounts as people write them in a page's language: `25,00 €`, `1 250,50`, `CHF 1'250.00`, in any digits. Pure.

Whatever a page prints can be typed back. What could be read two ways is refused, with an example of what to write.
"""

import re
import unicodedata
from dataclasses import dataclass

from ledger.money import BadAmount, Currency, Money

_ANY_SPACE = " \u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
_ARABIC_DECIMAL, _ARABIC_GROUP = "\u066b", "\u066c"
LONGEST = 40  # characters, with symbol and spaces


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a language writes amounts: the decimal sign, the sign between groups of digits, and names of the currency.

    `sizes` are the digits of the last group, and of those before it: India writes 1,25,000. `names` are the currency's
    symbols and codes, which may stand before or after the figures.
    """

    decimal: str = "."
    group: str = ","
    sizes: tuple[int, int] = (3, 3)
    names: frozenset[str] = frozenset()


def read_typed_money(text: str, of: Currency, style: NumberStyle) -> Money:
    """The amount that a person typed on a page of this style; raises BadAmount, which says what to write."""
    figures = _without_names(_plain_digits(text), style)
    try:
        return Money.parse(_as_english(figures, style), of)
    except BadAmount as refusal:
        values = refusal.values
        if "example" in values:  # as this page writes it: "like 25,00"
            values = values | {"example": str(values["example"]).replace(".", style.decimal)}
        raise BadAmount(refusal.text, **values) from None


def _plain_digits(text: str) -> str:
    """With ASCII digits, and without the marks that turn the direction of writing."""
    if len(text) > LONGEST:
        return "?"
    kept = (letter for letter in text if unicodedata.category(letter) != "Cf")
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in kept).strip(_ANY_SPACE)


def _without_names(figures: str, style: NumberStyle) -> str:
    for name in sorted(map(_plain_digits, style.names), key=len, reverse=True):
        if name and figures.casefold().startswith(name.casefold()):
            return figures[len(name) :].strip(_ANY_SPACE)
        if name and figures.casefold().endswith(name.casefold()):
            return figures[: -len(name)].strip(_ANY_SPACE)
    return figures


def _as_english(figures: str, style: NumberStyle) -> str:
    """The figures with a point and without groups, or what `Money.parse` refuses."""
    whole, sign, part = _parts(figures, style)
    groups = re.split(f"[{re.escape(_groups(style))}]", whole)
    if (len(groups) > 1 and not _are_groups(groups, style.sizes)) or not all(map(str.isdecimal, groups)):
        return "?"
    return "".join(groups) + ("." if sign else "") + part


def _parts(figures: str, style: NumberStyle) -> tuple[str, str, str]:
    """Before the decimal sign, the sign if there is one, and after it.

    A point counts as well where it cannot stand between groups: phones and old habits write it everywhere.
    """
    for sign in dict.fromkeys((style.decimal, _ARABIC_DECIMAL, ".")):
        whole, separator, part = figures.rpartition(sign)
        if not separator:
            continue
        if sign in (style.decimal, _ARABIC_DECIMAL) or len(part) in (1, 2):
            return whole, sign, part
    return figures, "", ""


def _groups(style: NumberStyle) -> str:
    alike = next((signs for signs in (_ANY_SPACE, _APOSTROPHES) if style.group in signs), style.group)
    return alike + _ARABIC_GROUP


def _are_groups(groups: list[str], sizes: tuple[int, int]) -> bool:
    first, *middle, last = groups
    of_last, of_others = sizes
    whole = len(last) == of_last and all(len(group) == of_others for group in middle)
    return whole and 1 <= len(first) <= of_others and first[0] != "0"
