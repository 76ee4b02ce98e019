"""How the forms of a check are filled before anybody types: from what is known of the donor and the gift. Pure."""

from collections.abc import Mapping

from compliance.check_steps import ReturnReason, ReturnRecipient
from compliance.donor_types import ADDRESS, NAME, NUMBER, DonorType
from treasury.checks.check_form import FACT, PAYMENT, REFUND
from treasury.checks.shown_check import ShownCheck


def offered_type(shown: ShownCheck) -> DonorType | None:
    """The type of donor that a form begins with: as recorded, else as declared; None where nobody said."""
    if shown.check.donor is not None:
        return shown.check.donor.donor_type
    return DonorType(shown.declaration.kind.value) if shown.declaration else None


def filled_record(shown: ShownCheck, donor_type: DonorType) -> Mapping[str, str]:
    """The facts as they were recorded; else as the donor declared them; of nobody who is known, the name they typed."""
    record, declared = shown.check.donor, shown.declaration
    if record is not None and record.donor_type is donor_type:
        return {FACT + key: text for key, text in record.facts}
    if declared is not None:
        facts = {NAME: declared.name, ADDRESS: declared.address, NUMBER: declared.number}
        return {FACT + key: text for key, text in facts.items()}
    return {FACT + NAME: shown.gift.donor.name}


def filled_lookup(shown: ShownCheck) -> Mapping[str, str]:
    """The register of this type of donor, as of the day on which the gift was received."""
    registers, record = shown.registers, shown.check.donor
    number = dict(record.facts).get(NUMBER, "") if record else ""
    return {
        "register": registers[0].name if registers else "",
        "as_of": shown.check.gift.received_on.isoformat(),
        "reference": number,
        "result": "",
        "note": "",
    }


def filled_return(shown: ShownCheck) -> Mapping[str, str]:
    """A refund where Stripe can make one; to the bank of somebody whom nobody knows."""
    record = shown.check.donor
    is_unknown = record is not None and record.donor_type is DonorType.UNIDENTIFIED
    unknown = f"{ReturnReason.UNIDENTIFIED.value}:{ReturnRecipient.TRANSFERRER.value}"
    can_refund = bool(shown.left) and not shown.has_failed
    return {
        "why": unknown if is_unknown else "",
        "manner": REFUND if can_refund else PAYMENT,
        "how": "",
        "sum": "",
    }


def filled_proof(shown: ShownCheck) -> Mapping[str, str]:
    """Of a refund its id and day, so that nothing has to be copied."""
    agreed = [refund.request for refund in shown.refunds if refund.is_agreed]
    proof = "; ".join(f"Refund {request.refund} of {request.amount} through Stripe" for request in agreed)
    return {"day": shown.today.isoformat(), "proof": proof}
