"""Reads a postal address: in the donor's form, on the donor's own page, and at the desk. Pure."""

from collections.abc import Mapping

from payments.giving.postal_address import PostalAddress
from web.language import translated
from web.typed import NotTidy, tidy

ADDRESS_FIELDS = ("post_street", "post_town", "post_region", "post_postcode", "post_country")
LONGEST = {"post_street": 200, "post_town": 80, "post_region": 60, "post_postcode": 20, "post_country": 60}


def read_postal_address(fields: Mapping[str, str]) -> PostalAddress | dict[str, str]:
    """The address; or for each field that must be corrected a sentence that says how."""
    needed = {
        "post_street": translated("Enter your street and house number."),
        "post_town": translated("Enter your town or city."),
        "post_postcode": translated("Enter your postal code."),
    }
    errors: dict[str, str] = {}
    texts = {name: _text(fields, name, needed.get(name, ""), errors) for name in ADDRESS_FIELDS}
    return errors or PostalAddress(*texts.values())


def is_address_typed(fields: Mapping[str, str]) -> bool:
    """Whether any of its fields was filled in."""
    return any(fields.get(name, "").strip() for name in ADDRESS_FIELDS)


def fields_of_address(address: PostalAddress | None) -> dict[str, str]:
    """The fields as they were filled in when this address was typed."""
    if address is None:
        return {}
    values = (address.street, address.town, address.region, address.postcode, address.country)
    return dict(zip(ADDRESS_FIELDS, values, strict=True))


def _text(fields: Mapping[str, str], name: str, needed: str, errors: dict[str, str]) -> str:
    try:
        text = tidy(fields.get(name, ""), LONGEST[name], lines=name == "post_street")
    except NotTidy as mistake:
        errors[name] = str(mistake)
        return ""
    if needed and not text:
        errors[name] = needed
    return text
