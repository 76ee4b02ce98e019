"""What every numbered document besides a receipt has: a credit note, a statement, a consolidated receipt."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.money import Money
from organisation.organisation import Organisation, OrganisationProfile
from receipts.receipt import ReceiptStyle, frozen_optionals, issuer_as_printed

# The first layout that has these documents.
DOCUMENTS = 4


class Series(StrEnum):
    """A kind of document with numbers of its own, which begin anew each year. The value is printed before the year."""

    RECEIPT = ""
    CREDIT_NOTE = "CN"
    STATEMENT = "ST"
    CONSOLIDATED = "CR"


class DocumentStatus(StrEnum):
    """What is true today of a document, whatever it says itself."""

    CURRENT = "current"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    VOID = "void"


def document_status(total: Money, went_back: Money, *, is_void: bool, replaced_by: str = "") -> DocumentStatus:
    """The status of a document over `total`, of which `went_back` was given back since.

    A document that is void stays so, whatever happens to the money afterwards.
    """
    if is_void:
        return DocumentStatus.REPLACED if replaced_by else DocumentStatus.VOID
    if went_back.minor <= 0:
        return DocumentStatus.CURRENT
    return DocumentStatus.PART_REFUNDED if went_back < total else DocumentStatus.REFUNDED


def series_number(series: Series, year: int, number: int) -> str:
    """The number as it is printed: CN2026-000123. A receipt's has no letters."""
    return f"{series}{year}-{number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenDocument:
    """What every document says of itself, its donor and its issuer, frozen when it is issued.

    `number`, `issued_on` and `verify_url` are empty until it is issued. `verify_url` is the public address that says
    whether the document is genuine, with its check code at the end. `jurisdiction` and `legal_facts` are a receipt's.
    """

    donor_name: str
    organisation: Organisation
    mode: str
    number: str = ""
    issued_on: date = date.min
    template: int = DOCUMENTS
    style: ReceiptStyle | None = None
    donor_address: tuple[str, ...] = ()
    jurisdiction: str = ""
    legal_facts: tuple[tuple[str, str], ...] = ()
    verify_url: str = ""

    @property
    def issuer(self) -> OrganisationProfile:
        """The organisation as the document names and shows it, whatever became of it since."""
        return issuer_as_printed(self.organisation, self.style)

    @property
    def language(self) -> str:
        """The language that it is written in."""
        return self.style.language if self.style else "en"

    @property
    def moved_money(self) -> bool:
        """Whether it is about real money, not about the sandbox's or Stripe's test mode."""
        return self.mode == "live"

    @property
    def check_code(self) -> str:
        """The code on the paper that opens the public page about this document."""
        return self.verify_url.rpartition("/")[2]

    def snapshot(self) -> str:
        """The document as the JSON that is kept: sorted keys, amounts in minor units with their currency."""
        facts = {field.name: getattr(self, field.name) for field in fields(self)}
        present = {name: _plain(fact) for name, fact in facts.items() if fact not in (None, "", ())}
        return json.dumps(present, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(fact: Any) -> Any:
    """A fact as JSON has it."""
    match fact:
        case Money():
            return [fact.currency.code, fact.minor]
        case date():
            return fact.isoformat()
        case Organisation() | ReceiptStyle():
            return asdict(fact)
        case tuple():
            return [_plain(each) for each in fact]
        case _:
            return fact if not hasattr(fact, "__dataclass_fields__") else _line(fact)


def _line(line: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(line, field.name)) for field in fields(line)}


def frozen_fields(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The fields of FrozenDocument from the snapshot of any document."""
    return {
        "number": snapshot["number"],
        "issued_on": date.fromisoformat(snapshot["issued_on"]),
        "donor_name": snapshot.get("donor_name", ""),
        "mode": snapshot["mode"],
        "template": snapshot["template"],
        **frozen_optionals(snapshot),
    }
