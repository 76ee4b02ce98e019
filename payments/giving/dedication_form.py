"""The part of the form that says whom a gift is in honour or in memory of."""

from collections.abc import Callable, Mapping

from payments.gifts.dedication import Dedication, DedicationKind
from payments.giving.donor_fields import LONGEST_NAME, read_address
from web.language import translated
from web.typed import NotTidy, compact, tidy

FIELDS = ("dedication", "dedication_name", "dedication_letter_to")


class UnclearDedication(ValueError):
    """A dedication that cannot be accepted; the message tells the donor what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_dedication(fields: Mapping[str, str]) -> Dedication | None:
    """Whom the gift is in honour or in memory of, if anybody. Raises UnclearDedication."""
    choice = compact(fields.get("dedication", ""))
    name = _read("dedication_name", lambda: tidy(fields.get("dedication_name", ""), LONGEST_NAME))
    letter_to = compact(fields.get("dedication_letter_to", ""))
    if not choice and not name and not letter_to:
        return None
    if choice not in tuple(DedicationKind):
        raise UnclearDedication(
            "dedication", translated("Choose in honour or in memory, or leave the name and address empty.")
        )
    if not name:
        raise UnclearDedication("dedication_name", translated("Enter the name of the person."))
    if letter_to:
        letter_to = _read("dedication_letter_to", lambda: read_address(letter_to, ""))
    return Dedication(DedicationKind(choice), name, letter_to)


def fields_of_dedication(dedication: Dedication | None) -> dict[str, str]:
    """The fields that were filled in when this dedication was made."""
    if dedication is None:
        return {}
    return {
        "dedication": dedication.kind.value,
        "dedication_name": dedication.name,
        "dedication_letter_to": dedication.letter_to,
    }


def _read(field: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except NotTidy as error:
        raise UnclearDedication(field, str(error)) from None
