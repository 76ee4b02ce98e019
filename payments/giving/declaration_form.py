"""What is asked before a large gift is paid: who gives, as the register has it, and whether the money is theirs.

The page stands between the form and Stripe, and carries what the form said.
"""

from collections.abc import Callable, Mapping

from payments.gifts.declaration import Declaration, DonorKind
from payments.giving.donor_fields import LONGEST_NAME
from web.language import to_translate, translated
from web.typed import NotTidy, compact, tidy

# What the page asks, and what the form carries of it while the donor goes back and forth.
CARRIED = ("donor_kind", "declared_name", "declared_address", "declared_number")
FIELDS = (*CARRIED, "own_money", "declaring")
LONGEST_ADDRESS, LONGEST_NUMBER = 400, 20
WORDS_VERSION = "declaration-1"
WORDS = to_translate(
    "This is my own money, or that of the body that I named. It is not given on behalf of anybody else, and nobody"
    " pays it back."
)
KINDS: Mapping[DonorKind, str] = {
    DonorKind.INDIVIDUAL: to_translate("I am on an electoral register in the UK"),
    DonorKind.COMPANY: to_translate("A company registered in the UK"),
    DonorKind.LLP: to_translate("A limited liability partnership registered in the UK"),
    DonorKind.TRADE_UNION: to_translate("A trade union"),
    DonorKind.BUILDING_SOCIETY: to_translate("A building society"),
    DonorKind.FRIENDLY_SOCIETY: to_translate("A friendly or other registered society"),
    DonorKind.UNINCORPORATED_ASSOCIATION: to_translate("An unincorporated association in the UK"),
    DonorKind.ANOTHER: to_translate("Something else, such as a trust"),
}


def read_declaration(fields: Mapping[str, str]) -> Declaration | dict[str, str]:
    """Who gives; or for each field that must be corrected a sentence that says how."""
    errors: dict[str, str] = {}
    choice = compact(fields.get("donor_kind", ""))
    kind = DonorKind(choice) if choice in tuple(DonorKind) else None
    if kind is None:
        errors["donor_kind"] = translated("Choose who gives.")
    name = _read("declared_name", lambda: _name(fields), errors)
    address = _read("declared_address", lambda: _address(fields), errors)
    number = _read("declared_number", lambda: _number(fields, kind), errors)
    if not fields.get("own_money"):
        errors["own_money"] = translated("Tick this box to go on. We may take no money that belongs to others.")
    if errors or kind is None:
        return errors
    return Declaration(kind, name, address, number, translated(WORDS), WORDS_VERSION)


def fields_of_declaration(declaration: Declaration | None) -> dict[str, str]:
    """What was filled in when this was declared. It is declared anew with each form."""
    if declaration is None:
        return {}
    values = (declaration.kind.value, declaration.name, declaration.address, declaration.number)
    return dict(zip(CARRIED, values, strict=True))


def declaration_values(fields: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, object]:
    """The values of the page: what is filled in, what is wrong, and what the form said before."""
    filled = {name: fields.get(name, "") for name in FIELDS}
    filled["declared_name"] = filled["declared_name"] or fields.get("name", "")
    return {
        "form": filled,
        "errors": errors,
        "kinds": {kind.value: translated(label) for kind, label in KINDS.items()},
        "words": translated(WORDS),
        "carried": {name: value for name, value in fields.items() if name not in FIELDS},
    }


def _read(field: str, read: Callable[[], str], errors: dict[str, str]) -> str:
    try:
        return read()
    except NotTidy as error:
        errors[field] = str(error)
        return ""


def _name(fields: Mapping[str, str]) -> str:
    name = tidy(fields.get("declared_name", ""), LONGEST_NAME)
    if not name:
        raise NotTidy(translated("Enter the full name, as it stands on the register."))
    return name


def _address(fields: Mapping[str, str]) -> str:
    address = tidy(fields.get("declared_address", ""), LONGEST_ADDRESS, lines=True)
    if not address:
        raise NotTidy(translated("Enter the address, as it stands on the register."))
    return address


def _number(fields: Mapping[str, str], kind: DonorKind | None) -> str:
    number = tidy(fields.get("declared_number", ""), LONGEST_NUMBER)
    if kind is not None and kind.has_number and not number:
        raise NotTidy(translated("Enter the number that it has at Companies House."))
    return number
