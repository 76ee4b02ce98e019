"""Reads the form of a Gift Aid declaration that a donor signed on paper, or spoke."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from payments.gift_aid.gift_aid_declaration import DeclarationPlace, DeskEntry
from payments.gift_aid.taxpayer import Taxpayer
from payments.gift_aid.taxpayer_form import TAXPAYER_FIELDS, read_taxpayer
from web.typed import NotTidy, compact, tidy
from web.typed_day import read_day_field

PAPER_FIELDS = (
    *TAXPAYER_FIELDS, "key", "donor", "of_gift", "brought", "day", "confirmed", "covers", "kept_where", "has_words",
)  # fmt: skip
LONGEST_PLACE = 200


class PaperCovers(StrEnum):
    """Which gifts the paper is for."""

    THIS_GIFT = "this_gift"
    PAST_AND_FUTURE = "past_and_future"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class TypedPaper:
    """A declaration as it was typed, once nothing is left to correct."""

    taxpayer: Taxpayer
    place: DeclarationPlace
    declared_on: date
    covers: PaperCovers
    entry: DeskEntry


def read_paper(typed: Mapping[str, str], who: str, today: date) -> TypedPaper | dict[str, str]:
    """What the paper declares, as a member of staff entered it; or what must be corrected, by field."""
    errors: dict[str, str] = {}
    taxpayer = read_taxpayer(typed)
    if isinstance(taxpayer, dict):
        errors |= {field: _of_somebody_else(sentence) for field, sentence in taxpayer.items()}
    place = DeclarationPlace.SPOKEN if typed.get("brought") == DeclarationPlace.SPOKEN else DeclarationPlace.PAPER
    declared_on = _past_day(typed, "day", today, errors)
    confirmed_on = _past_day(typed, "confirmed", today, errors) if place is DeclarationPlace.SPOKEN else None
    if confirmed_on and declared_on and confirmed_on < declared_on:
        errors["confirmed"] = "It was confirmed before it was spoken. Check both days."
    covers = next((each for each in PaperCovers if each == typed.get("covers")), None)
    if covers is None or (covers is PaperCovers.THIS_GIFT and not typed.get("of_gift")):
        errors["covers"] = "Choose which gifts it is for."
    kept_where = _kept_where(typed, errors)
    if not typed.get("has_words"):
        errors["has_words"] = "Tick this once you have compared them. Without HMRC's words there is no declaration."
    if errors or not isinstance(taxpayer, Taxpayer) or not (declared_on and covers):
        return errors
    first = declared_on if covers is PaperCovers.FUTURE else None
    last = declared_on if covers is PaperCovers.PAST else None
    return TypedPaper(taxpayer, place, declared_on, covers, DeskEntry(who, kept_where, confirmed_on, first, last))


def _past_day(typed: Mapping[str, str], field: str, today: date, errors: dict[str, str]) -> date | None:
    day = read_day_field(typed, field, errors)
    if day is not None and day > today:
        errors[field] = "Enter a day that has come."
    return day


def _kept_where(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    try:
        place = tidy(compact(typed.get("kept_where", "")), LONGEST_PLACE)
    except NotTidy as mistake:
        errors["kept_where"] = str(mistake)
        return ""
    if not place:
        errors["kept_where"] = "Say where the paper is, such as a binder or a file: HMRC may ask for it."
    return place


def _of_somebody_else(sentence: str) -> str:
    """What a donor is told of their own form, as somebody is told who fills it in for them."""
    return sentence.replace(" your ", " their ").replace("you live", "they live")
