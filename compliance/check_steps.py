"""What a person does about a check of a donor, step by step; each step says who and when. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from compliance.donor_types import DonorType


class CheckRefusal(ValueError):
    """This step cannot be taken now; the message says why, and what to do first."""


class ReturnReason(StrEnum):
    """Why a gift goes back."""

    IMPERMISSIBLE = "impermissible"
    UNIDENTIFIED = "unidentified"
    REFUSED = "refused"


class ReturnRecipient(StrEnum):
    """To whom a gift goes back: the donor; of an unidentified gift, the first of the others who can be found."""

    DONOR = "donor"
    TRANSFERRER = "transferrer"
    INSTITUTION = "financial_institution"
    COMMISSION = "electoral_commission"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A member of staff who does something in their own name."""

    staff_id: str
    name: str

    def __post_init__(self) -> None:
        if not self.staff_id.strip() or not self.name.strip():
            raise CheckRefusal("a check is ended by a named person")


@dataclass(frozen=True, slots=True)
class DonorRecord:
    """Who the donor is in law, with the facts that the law wants (`donor_types.needed_facts`). The newest counts."""

    by: NamedPerson
    at: datetime
    donor_type: DonorType
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where somebody looked the donor up: which register, as of which day, under which reference, and the result.

    `is_found`: the donor stood there. `evidence` are the content hashes of files. No extract of the register is kept.
    `note` is whatever else the responsible person should know.
    """

    by: NamedPerson
    on: date
    register: str
    as_of: date
    reference: str
    is_found: bool
    evidence: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not self.register.strip():
            raise CheckRefusal("Say which register was looked at.")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A named person accepts the gift. `note` says why, where no lookup found the donor."""

    by: NamedPerson
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReturnDecision:
    """A named person decides that the gift goes back. A later one replaces it, as when a refund failed."""

    by: NamedPerson
    on: date
    reason: ReturnReason
    recipient: ReturnRecipient
    manner: str


@dataclass(frozen=True, slots=True)
class ReturnFailure:
    """The money did not go, or came back: Stripe or the bank says so. Nobody's act; the clock runs on."""

    on: date
    why: str


@dataclass(frozen=True, slots=True)
class ReturnProof:
    """A named person records that the money went back, on which day, and by what proof."""

    by: NamedPerson
    on: date
    proof: str

    def __post_init__(self) -> None:
        if not self.proof.strip():
            raise CheckRefusal("Record the proof of the return: without it the law treats the gift as accepted.")


CheckStep = DonorRecord | Lookup | Acceptance | ReturnDecision | ReturnFailure | ReturnProof
