"""A credit note: what the organisation confirms when money of a receipt went back, frozen when it is issued.

The receipt says what was received and never changes. The credit note names it and says how much of it was given back.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.kinds import EntryKind
from ledger.money import CurrencyMismatch, Money, currency
from receipts.document import FrozenDocument, Series, frozen_fields

CREDIT_REASONS = (EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.PAYMENT_FAILED)
"""Why money goes back, in the ledger's words."""


class NotACreditNote(ValueError):
    """A credit note over nothing, or over more than its receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(FrozenDocument):
    """What went back of a gift whose receipt it names.

    `receipt_total` is what that receipt confirms, `credited_before` what earlier credit notes of it say, `amount` what
    this one adds. `went_back_on` is the day on which the last of it was agreed. `reason` is one of CREDIT_REASONS.
    `method` and `reference` are the receipt's. Raises NotACreditNote, CurrencyMismatch.
    """

    receipt_number: str
    receipt_issued_on: date
    given_on: date
    receipt_total: Money
    credited_before: Money
    amount: Money
    went_back_on: date
    reason: EntryKind
    method: str
    reference: str

    def __post_init__(self) -> None:
        if self.amount.currency != self.receipt_total.currency:
            raise CurrencyMismatch(f"a receipt in {self.receipt_total.currency} has no credit in {self.amount}")
        if self.amount.minor <= 0 or self.remaining.minor < 0 or self.credited_before.minor < 0:
            raise NotACreditNote(f"{self.amount} cannot go back of {self.receipt_total}")

    @property
    def series(self) -> Series:
        """Whose numbers it has."""
        return Series.CREDIT_NOTE

    @property
    def remaining(self) -> Money:
        """What the organisation keeps of the gift after this."""
        return self.receipt_total - self.credited_before - self.amount

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the gift is left."""
        return not self.remaining

    @classmethod
    def from_json(cls, text: str) -> "CreditNote":
        """The credit note of a snapshot."""
        snapshot = json.loads(text)
        amounts: dict[str, Any] = {
            name: Money(minor, currency(code))
            for name in ("receipt_total", "credited_before", "amount")
            for code, minor in (snapshot[name],)
        }
        return cls(
            receipt_number=snapshot["receipt_number"],
            receipt_issued_on=date.fromisoformat(snapshot["receipt_issued_on"]),
            given_on=date.fromisoformat(snapshot["given_on"]),
            went_back_on=date.fromisoformat(snapshot["went_back_on"]),
            reason=EntryKind(snapshot["reason"]),
            method=snapshot.get("method", ""),
            reference=snapshot.get("reference", ""),
            **amounts,
            **frozen_fields(snapshot),
        )


def amount_to_credit(receipt_total: Money, went_back: Money, credited: Money) -> Money:
    """What a further credit note has to say; negative where the notes say more than went back.

    `went_back` is the ledger's, `credited` what the notes that are not void say. More than the receipt never goes back
    of it: a gift that was paid twice gives back money that no receipt confirms.
    """
    return min(max(went_back, Money(0, receipt_total.currency)), receipt_total) - credited
