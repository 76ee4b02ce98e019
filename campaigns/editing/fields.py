"""What the desk's forms of campaigns share: what was typed, what is wrong with it, how amounts and days are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from campaigns.campaign import STORY_LENGTH
from campaigns.editing.days import UnclearDay
from campaigns.offer import BadOffer
from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle
from web.markdown import UnsafeLink, require_safe_links
from web.typed import NotTidy, tidy

Typed = Mapping[str, str]
Errors = dict[str, str]
TypedValue = TypeVar("TypedValue")


@dataclass(frozen=True, slots=True)
class DeskWords:
    """How the desk writes and reads amounts and days."""

    zone: tzinfo
    style_of: Callable[[Currency], NumberStyle]
    typed_money: Callable[[Money], str]
    money: Callable[[Money], str]


def read_field(field: str, reading: Callable[[str], TypedValue], typed: Typed, errors: Errors) -> TypedValue | None:
    """The value of a field; None, and a sentence among the errors, where it must be corrected."""
    try:
        return reading(typed.get(field, ""))
    except (BadAmount, BadOffer, NotTidy, UnclearDay, UnsafeLink) as mistake:
        errors[field] = str(mistake)
        return None


def read_markdown(typed: str, limit: int = STORY_LENGTH) -> str:
    """A text in Markdown. Raises NotTidy and UnsafeLink."""
    text = tidy(typed, limit, lines=True)
    require_safe_links(text)
    return text
