"""The forms of a check: what they are read into, and what must be corrected."""

from datetime import UTC, date, datetime

import pytest

from compliance.check_steps import DonorRecord, Lookup, NamedPerson, ReturnDecision, ReturnProof, ReturnReason
from compliance.donor_types import DonorType, needed_facts
from compliance.evidence import EvidenceType, NotEvidence, evidence_type
from compliance.registers import official_registers, registers_for
from ledger.money import GBP, Money
from tests.treasury.check_desk import COMPANY, FOUND
from treasury.checks.check_form import (
    BY_REFUND,
    RECORD_FIELDS,
    RETURNS,
    read_lookup,
    read_proof,
    read_record,
    read_return,
    read_seen,
)
from treasury.checks.words import DONOR_TYPES, days_left_words
from web.wording import Wording

ASHA, TODAY = NamedPerson("staff-1", "Asha Rao"), date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHOLE = Money(60000, GBP), Wording("en_GB", "Europe/London").number_style(GBP)
REFUND = {"why": "impermissible:donor", "manner": "refund", "how": "", "sum": "£600.00"}
PAYMENT = REFUND | {"why": "unidentified:electoral_commission", "manner": "payment", "how": "bank transfer"}


def test_forms_are_read_into_steps() -> None:
    """Exactly the facts that a type of donor needs; days, choices and texts as they were typed."""
    company = DonorType.COMPANY
    facts = (("address", "1 Mill Lane, Leeds"), ("name", "Mill Ltd"), ("number", "01234567"))
    assert read_record(COMPANY, company, ASHA, NOW) == (DonorRecord(ASHA, NOW, company, facts), {})
    lookup = Lookup(ASHA, TODAY, "Companies House", TODAY, "01234567", is_found=True, evidence=("a",))
    assert read_lookup(FOUND, ("a",), ASHA, TODAY) == (lookup, {})
    decision, errors = read_return(PAYMENT, WHOLE, ASHA, TODAY)
    assert isinstance(decision, ReturnDecision)
    assert (decision.reason, decision.manner, errors) == (ReturnReason.UNIDENTIFIED, "bank transfer", {})
    refund, _ = read_return(REFUND, WHOLE, ASHA, TODAY)
    assert isinstance(refund, ReturnDecision)
    assert refund.manner == BY_REFUND
    proof = ReturnProof(ASHA, TODAY, "BACS 0042")
    assert read_proof({"day": "21 November 2026", "proof": "BACS 0042"}, ASHA, TODAY) == (proof, {})


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"register": ""}, "register", "Enter where you looked the donor up."),
        ({"as_of": "soon"}, "as_of", "Enter a day like 6 May 2027."),
        ({"as_of": "2026-11-22"}, "as_of", "Enter a day that has come."),
        ({"result": ""}, "result", "Choose whether the donor stood there."),
        ({"note": "x" * 2001}, "note", "2000"),
    ],
)
def test_a_lookup_that_must_be_corrected(typed: dict[str, str], field: str, sentence: str) -> None:
    """Beside its field."""
    lookup, errors = read_lookup(FOUND | typed, (), ASHA, TODAY)
    assert (lookup, sentence in errors[field], len(errors)) == (None, True, 1)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"why": ""}, "why", "Choose why it goes back, and to whom."),
        ({"why": "impermissible:nobody"}, "why", "Choose why it goes back, and to whom."),
        ({"manner": ""}, "manner", "Choose how the money goes back."),
        ({"manner": "payment"}, "how", "Enter how you pay it, such as a bank transfer."),
        ({"why": PAYMENT["why"]}, "manner", "For the Commission choose a payment of our own."),
        ({"sum": "60"}, "sum", "Type the amount of the gift, to confirm it."),
        ({"sum": "six hundred"}, "sum", "Type the amount of the gift, to confirm it."),
    ],
)
def test_a_return_that_must_be_corrected(typed: dict[str, str], field: str, sentence: str) -> None:
    """Beside its field."""
    decision, errors = read_return(REFUND | typed, WHOLE, ASHA, TODAY)
    assert (decision, sentence in errors[field], len(errors)) == (None, True, 1)


def test_a_proof_and_a_record_that_must_be_corrected() -> None:
    """A day that has come, a proof, and every fact in the words of the rules."""
    for typed, field in (({"day": "2026-11-22", "proof": "x"}, "day"), ({"day": "2026-11-21", "proof": " "}, "proof")):
        proof, errors = read_proof(typed, ASHA, TODAY)
        assert (proof, list(errors)) == (None, [field])
    for kind in DonorType:
        record, errors = read_record({}, kind, ASHA, NOW)
        assert list(errors) == ["fact-" + fact.key for fact in needed_facts(kind)]
        assert (record is None) == bool(errors)
        assert set(errors) <= set(RECORD_FIELDS)


def test_a_form_says_how_many_steps_its_page_showed() -> None:
    """One that says something else fits no check."""
    assert [read_seen({"seen": text}) for text in ("0", "12", "", "-1", "²", "9" * 9)] == [0, 12, -1, -1, -1, -1]


def test_the_law_leaves_five_pairs_of_reason_and_recipient() -> None:
    """Each of them the rules of the core allow."""
    assert len(RETURNS) == len(set(RETURNS)) == 5


def test_evidence_is_known_by_its_content() -> None:
    """And by nothing that its sender says of it."""
    files = {b"%PDF-1.7": "pdf", b"\x89PNG\r\n\x1a\n...": "png", b"\xff\xd8\xff\xe0": "jpg", "Gŵyl\n".encode(): "txt"}
    assert {content: evidence_type(content).value for content in files} == files
    assert all(kind.media_type for kind in EvidenceType)
    for content in (b"MZ\x90\x00", b"", b"  ", b"\xff\xfe", b"GIF89a\x01\x00"):
        with pytest.raises(NotEvidence, match="Choose a PDF"):
            evidence_type(content)


def test_every_register_has_a_source_or_says_that_it_is_from_memory() -> None:
    """Every type that the law lists has its row; addresses are pages of their keepers."""
    unlisted = {DonorType.TRUST, DonorType.ANOTHER, DonorType.UNIDENTIFIED}
    assert {kind for kind in DonorType if not registers_for(kind)} == unlisted
    for register in official_registers():
        assert register.source.startswith("http") or register.confidence == "memory", register
        assert register.address.startswith("https://") or register.note, register
    assert set(DONOR_TYPES) == set(DonorType)


def test_days_that_are_left_are_said_in_plain_words() -> None:
    """And those that are over."""
    words = {
        12: "12 days left",
        1: "1 day left",
        0: "Today is the last day",
        -1: "Over by 1 day",
        -30: "Over by 30 days",
    }
    assert {days: days_left_words(days) for days in words} == words
