"""Reads what a donor types of themselves: email address, name, message, and whether the name may be shown.

And the link that led them here. Each reader raises NotTidy, whose sentence says what to do.
"""

import re
from collections.abc import Mapping

from payments.giving.email_slips import likely_meant
from web.language import translated
from web.typed import NotTidy, compact, tidy
from web.typed_address import read_email_address

LONGEST_NAME, LONGEST_MESSAGE = 100, 300
FIELDS = ("email", "email_choice", "name", "message", "show_name", "ref")
_SOURCE = re.compile(r"[A-Za-z0-9-]{1,40}")


class LikelySlip(NotTidy):
    """The domain of the address looks like a slip: the donor chooses `meant`, or what they `typed`."""

    def __init__(self, typed: str, meant: str) -> None:
        super().__init__(translated("Check your email address: did you mean %(address)s?", address=meant))
        self.typed, self.meant = typed, meant


def read_donor_email(fields: Mapping[str, str]) -> str:
    """The address for the receipt. Raises LikelySlip until the donor has said which of two addresses is right."""
    address = read_address(
        fields.get("email", ""), translated("Enter your email address, so that your receipt can reach you.")
    )
    meant = likely_meant(address)
    if meant is None:
        return address
    choice = compact(fields.get("email_choice", ""))
    if choice not in (address, meant):
        raise LikelySlip(address, meant)
    return choice


def read_address(typed: str, if_empty: str) -> str:
    """An email address. Nothing is looked up; only its form is checked."""
    if not compact(typed):
        raise NotTidy(if_empty)
    address = read_email_address(typed)
    if address is None:
        raise NotTidy(translated("Enter an email address in the form name@example.org."))
    return address


def read_name(fields: Mapping[str, str], *, is_needed: bool = False) -> str:
    """The full name, which may be left out where it is neither shown nor needed for anything else."""
    name = tidy(fields.get("name", ""), LONGEST_NAME)
    if not name and wants_name_shown(fields):
        raise NotTidy(translated("Enter the name to show, or take the tick out of “Show my name”."))
    if not name and is_needed:
        raise NotTidy(translated("Enter your full name."))
    return name


def read_message(fields: Mapping[str, str]) -> str:
    """A few words to the organisation."""
    return tidy(fields.get("message", ""), LONGEST_MESSAGE, lines=True)


def wants_name_shown(fields: Mapping[str, str]) -> bool:
    """Whether name and message may stand on public pages. They may not, unless the donor says so."""
    return bool(fields.get("show_name"))


def read_source(typed: str) -> str:
    """The code of the link that led here, such as `leaflet-7`, in small letters; empty for anything else."""
    return typed.lower() if _SOURCE.fullmatch(typed) else ""
