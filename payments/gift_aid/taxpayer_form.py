"""Reads who a taxpayer is: name and home address, as HMRC must be able to find them. Pure."""

from collections.abc import Mapping

from payments.gift_aid.latin_text import latin_text, unlatin_letters
from payments.gift_aid.taxpayer import (
    ABROAD,
    LONGEST_HOUSE,
    LONGEST_NAME,
    LONGEST_STREET,
    Taxpayer,
    tidy_postcode,
)
from web.language import translated
from web.typed import NotTidy, compact, tidy

TAXPAYER_FIELDS = (
    "tax_first_name", "tax_last_name", "tax_house", "tax_street", "tax_postcode", "tax_abroad",
)  # fmt: skip


def read_taxpayer(fields: Mapping[str, str]) -> Taxpayer | dict[str, str]:
    """Who pays the tax; or for each field that must be corrected a sentence that says how."""
    errors: dict[str, str] = {}
    asked = {
        "tax_first_name": (LONGEST_NAME, translated("Enter your first name, or its first letter.")),
        "tax_last_name": (LONGEST_NAME, translated("Enter your last name.")),
        "tax_house": (LONGEST_HOUSE, translated("Enter the name or number of your house.")),
    }
    texts = {name: _line(fields, name, longest, needed, errors) for name, (longest, needed) in asked.items()}
    lives_abroad = bool(fields.get("tax_abroad"))
    needed = translated("Enter your whole address.") if lives_abroad else ""
    street = _line(fields, "tax_street", LONGEST_STREET, needed, errors, lines=True)
    postcode = ABROAD if lives_abroad else tidy_postcode(fields.get("tax_postcode", ""))
    if postcode is None:
        errors["tax_postcode"] = translated(
            "Enter a UK postcode such as SW1A 1AA, or tick that you live outside the UK."
        )
    if errors or postcode is None:
        return errors
    return Taxpayer(texts["tax_first_name"], texts["tax_last_name"], texts["tax_house"], street, postcode)


def fields_of_taxpayer(taxpayer: Taxpayer | None) -> dict[str, str]:
    """The form as this taxpayer had filled it in."""
    if taxpayer is None:
        return {}
    return {
        "tax_first_name": taxpayer.first_name,
        "tax_last_name": taxpayer.last_name,
        "tax_house": taxpayer.house,
        "tax_street": taxpayer.street,
        "tax_postcode": "" if taxpayer.lives_abroad else taxpayer.postcode,
        "tax_abroad": "yes" if taxpayer.lives_abroad else "",
    }


def fields_of_name(name: str) -> dict[str, str]:
    """What a whole name may be in two parts, for the donor to look at."""
    first, _, last = compact(name).rpartition(" ")
    return {"tax_first_name": first, "tax_last_name": last} if first else {"tax_last_name": last}


def _line(
    fields: Mapping[str, str], name: str, longest: int, needed: str, errors: dict[str, str], *, lines: bool = False
) -> str:
    """What was typed, in letters that HMRC can read; what is wrong with it goes to the errors."""
    try:
        text = tidy(fields.get(name, ""), longest, lines=lines)
    except NotTidy as error:
        errors[name] = str(error)
        return ""
    if lost := unlatin_letters(text):
        errors[name] = translated(
            "Write this in the letters of the Latin alphabet, as HMRC has it: %(letters)s cannot be sent.",
            letters=lost[:10],
        )
    elif needed and not latin_text(text):
        errors[name] = needed
    return text
