"""Who gave, and how they typed their address and name: the same people in different spellings."""

import unicodedata
from datetime import UTC, datetime

RENAMED = datetime(2026, 1, 1, tzinfo=UTC)  # from then on everybody types another surname
SPELLINGS = 6
NAMELESS_EVERY = 11  # every so many gifts, the name is left empty
TAGGED_EVERY = 30  # every so many people have the address of the person before, with a tag: another mailbox


def address(person: int, spelling: int) -> str:
    """The address of this person, in one of SPELLINGS spellings."""
    local, domain = _plain_address(person)
    spellings = (
        f"{local}@{domain}",
        f"{local}@{domain}".upper(),
        f"  {local}@{domain} ",
        f"{local}@{_punycode(domain)}",
        unicodedata.normalize("NFD", f"{local}@{domain}"),
        f"{local.capitalize()}@{_punycode(domain).upper()}\t",
    )
    return spellings[spelling]


def _plain_address(person: int) -> tuple[str, str]:
    if person % TAGGED_EVERY == TAGGED_EVERY - 1:
        local, domain = _plain_address(person - 1)
        return f"{local}+news", domain
    return (
        f"renée{person}" if person % 6 == 2 else f"donor{person}",
        "bücher.example" if person % 4 == 0 else "example.org",
    )


def _punycode(domain: str) -> str:
    return domain.encode("idna").decode()


def name(person: int, gift: int, at: datetime) -> str:
    """The name that this person typed with this gift."""
    if gift % NAMELESS_EVERY == 0:
        return ""
    return f"Zoë Person {person}" if at < RENAMED else f"Zoë Person-O'Neill {person}"
