"""Reads the forms of a check into its steps, or into what must be corrected by field. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from compliance.check_steps import (
    CheckRefusal,
    DonorRecord,
    Lookup,
    NamedPerson,
    ReturnDecision,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType, needed_facts
from ledger.kinds import EntryKind
from ledger.money import BadAmount, Money
from ledger.typed_money import NumberStyle, read_typed_money
from web.typed import NotTidy, compact, tidy
from web.typed_day import read_day_field

LONGEST_FACT, LONGEST_NOTE = 500, 2000
SEEN = "seen"
FACT = "fact-"
REFUND, PAYMENT = EntryKind.REFUND.value, "payment"
BY_REFUND = "refund through Stripe"
RECORD_FIELDS = (SEEN, "kind", *sorted({FACT + fact.key for kind in DonorType for fact in needed_facts(kind)}))
LOOKUP_FIELDS = (SEEN, "register", "as_of", "reference", "result", "note")
RETURN_FIELDS = (SEEN, "why", "manner", "how", "sum")
PROOF_FIELDS = (SEEN, "day", "proof")
ACCEPT_FIELDS = (SEEN, "note")
# Why a gift goes back and to whom, as one choice: the law leaves no other pairs.
RETURNS = (
    (ReturnReason.IMPERMISSIBLE, ReturnRecipient.DONOR),
    (ReturnReason.REFUSED, ReturnRecipient.DONOR),
    (ReturnReason.UNIDENTIFIED, ReturnRecipient.TRANSFERRER),
    (ReturnReason.UNIDENTIFIED, ReturnRecipient.INSTITUTION),
    (ReturnReason.UNIDENTIFIED, ReturnRecipient.COMMISSION),
)

TypedFields = Mapping[str, str]
StepErrors = dict[str, str]


def read_type(word: str) -> DonorType | None:
    """The type of donor that an address or a form names."""
    return DonorType(word) if word in set(DonorType) else None


def read_record(
    typed: TypedFields, donor_type: DonorType, by: NamedPerson, at: datetime
) -> tuple[DonorRecord | None, StepErrors]:
    """Who the donor is in law, with every fact that the law wants of this type."""
    errors: StepErrors = {}
    facts: dict[str, str] = {}
    for fact in needed_facts(donor_type):
        facts[fact.key] = _text(typed, FACT + fact.key, errors, LONGEST_FACT, lines=True)
        if not facts[fact.key] and FACT + fact.key not in errors:
            errors[FACT + fact.key] = f"Enter the {fact.words}."
    return (None if errors else DonorRecord(by, at, donor_type, tuple(sorted(facts.items())))), errors


def read_lookup(
    typed: TypedFields, evidence: tuple[str, ...], by: NamedPerson, today: date
) -> tuple[Lookup | None, StepErrors]:
    """Where the donor was looked up, as of which day, and with what result."""
    errors: StepErrors = {}
    register, reference, note = (
        _text(typed, name, errors, longest, lines=name == "note")
        for name, longest in (("register", LONGEST_FACT), ("reference", LONGEST_FACT), ("note", LONGEST_NOTE))
    )
    as_of = read_day_field(typed, "as_of", errors)
    if not register and "register" not in errors:
        errors["register"] = "Enter where you looked the donor up."
    if as_of is not None and as_of > today:
        errors["as_of"] = "Enter a day that has come."
    if typed.get("result") not in ("found", "not"):
        errors["result"] = "Choose whether the donor stood there."
    if errors or as_of is None:
        return None, errors
    return Lookup(by, today, register, as_of, reference, typed["result"] == "found", evidence, note), {}


def read_return(
    typed: TypedFields, whole: tuple[Money, NumberStyle], by: NamedPerson, today: date
) -> tuple[ReturnDecision | None, StepErrors]:
    """Why a gift goes back, to whom, and how; confirmed by typing the whole gift's amount."""
    errors: StepErrors = {}
    reason, recipient = _return_pair(typed.get("why", ""), errors)
    is_refund, how = typed.get("manner") == REFUND, _text(typed, "how", errors, LONGEST_FACT)
    if typed.get("manner") not in (REFUND, PAYMENT):
        errors["manner"] = "Choose how the money goes back."
    elif is_refund and recipient is ReturnRecipient.COMMISSION:
        errors["manner"] = "A refund goes back to whoever paid. For the Commission choose a payment of our own."
    elif not is_refund and not how and "how" not in errors:
        errors["how"] = "Enter how you pay it, such as a bank transfer."
    if not _says(typed.get("sum", ""), *whole):
        errors["sum"] = "Type the amount of the gift, to confirm it."
    if errors or reason is None or recipient is None:
        return None, errors
    return ReturnDecision(by, today, reason, recipient, BY_REFUND if is_refund else how), {}


def read_proof(typed: TypedFields, by: NamedPerson, today: date) -> tuple[ReturnProof | None, StepErrors]:
    """On which day the money went back, and by what proof."""
    errors: StepErrors = {}
    day, proof = read_day_field(typed, "day", errors), _text(typed, "proof", errors, LONGEST_NOTE, lines=True)
    if day is not None and day > today:
        errors["day"] = "Enter a day that has come."
    if errors or day is None:
        return None, errors
    try:
        return ReturnProof(by, day, proof), {}
    except CheckRefusal as refusal:
        return None, {"proof": str(refusal)}


def read_seen(typed: TypedFields) -> int:
    """How many steps the page showed on which this form stood; -1 for a form that does not say."""
    seen = typed.get(SEEN, "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1


def read_note(typed: TypedFields) -> tuple[str, StepErrors]:
    """Why a gift is accepted, where that has to be said."""
    errors: StepErrors = {}
    return _text(typed, "note", errors, LONGEST_NOTE, lines=True), errors


def _return_pair(word: str, errors: StepErrors) -> tuple[ReturnReason | None, ReturnRecipient | None]:
    reason, _, recipient = word.partition(":")
    if reason in set(ReturnReason) and recipient in set(ReturnRecipient):
        return ReturnReason(reason), ReturnRecipient(recipient)
    errors["why"] = "Choose why it goes back, and to whom."
    return None, None


def _text(typed: TypedFields, name: str, errors: StepErrors, longest: int, *, lines: bool = False) -> str:
    try:
        return tidy(typed.get(name, ""), longest, lines=lines)
    except NotTidy as mistake:
        errors[name] = str(mistake)
        return ""


def _says(written: str, amount: Money, style: NumberStyle) -> bool:
    try:
        return read_typed_money(compact(written), amount.currency, style) == amount
    except BadAmount:
        return False
