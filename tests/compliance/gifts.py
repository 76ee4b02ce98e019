"""Gifts, people and checks for the tests of the rules."""

from datetime import UTC, date, datetime
from itertools import count

from compliance.check import Check, CheckClock, CheckReason
from compliance.check_steps import (
    Acceptance,
    CheckStep,
    DonorRecord,
    Lookup,
    NamedPerson,
    ReturnDecision,
    ReturnProof,
    ReturnReason,
    ReturnRecipient,
)
from compliance.donor_types import DonorType
from compliance.regime import Regime, RegimePeriod
from compliance.regulated_gift import CENTRE, RegulatedGift
from ledger.money import GBP, Money

ASHA = NamedPerson("staff-1", "Asha Rao")
FOREVER = {regime: [RegimePeriod(regime, date(2001, 2, 16))] for regime in Regime}
_NUMBERS = count(1)


def pounds(text: str) -> Money:
    """`pounds("11180.01")`."""
    return Money.parse(text, GBP)


def gift(
    value: str,
    received_on: date,
    donor_id: str = "donor",
    section: str = CENTRE,
    *,
    gift_id: str = "",
    is_instalment: bool = False,
    has_regulated_purpose: bool = True,
) -> RegulatedGift:
    """A gift of money; its id rises from call to call unless it is named."""
    return RegulatedGift(
        gift_id or f"gift-{next(_NUMBERS):05}",
        donor_id,
        pounds(value),
        received_on,
        section,
        is_instalment=is_instalment,
        has_regulated_purpose=has_regulated_purpose,
    )


def check_of(of: RegulatedGift, *steps: CheckStep) -> Check:
    """A check of the gift, opened on its day."""
    return Check(of, CheckReason.ABOVE_THRESHOLD, of.received_on, CheckClock(of.received_on, 30), steps)


def record(donor_type: DonorType = DonorType.INDIVIDUAL, **facts: str) -> DonorRecord:
    """A record of the donor; without facts, Ada Byron's."""
    facts = facts or {"name": "Ada Byron", "address": "1 Mill Lane, Leeds LS1 1AA", "number": "01234567"}
    return DonorRecord(ASHA, datetime(2024, 1, 2, tzinfo=UTC), donor_type, tuple(sorted(facts.items())))


def lookup(on: date, *, is_found: bool = True) -> Lookup:
    """A look into the register of Leeds."""
    return Lookup(ASHA, on, "Electoral register of Leeds", on, "LS1-204", is_found)


def accepted(of: RegulatedGift, on: date) -> Check:
    """A check that ended with the gift accepted."""
    return check_of(of, record(), lookup(on), Acceptance(ASHA, on))


def decision(on: date, reason: ReturnReason = ReturnReason.IMPERMISSIBLE) -> ReturnDecision:
    """The gift goes back to its donor, or to the bank of whoever sent it."""
    unidentified = reason is ReturnReason.UNIDENTIFIED
    recipient = ReturnRecipient.INSTITUTION if unidentified else ReturnRecipient.DONOR
    return ReturnDecision(ASHA, on, reason, recipient, "refund through Stripe")


def returned(of: RegulatedGift, on: date, reason: ReturnReason = ReturnReason.IMPERMISSIBLE) -> Check:
    """A check that ended with the gift returned."""
    return check_of(of, record(), decision(on, reason), ReturnProof(ASHA, on, "re_1"))
