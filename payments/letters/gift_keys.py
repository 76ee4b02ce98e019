"""The causes for which letters about one gift are posted."""

from collections.abc import Sequence

from ledger.kinds import EntryKind


def letter_keys(gift_id: str, receipts: Sequence[str], refunds: Sequence[str]) -> list[str]:
    """The keys of all letters that may have been posted about this gift, with these receipts and refunds."""
    return [
        *(f"{cause}:{gift_id}" for cause in ("debit-begun", "payment-failed", "dedication")),
        *(f"receipt:{number}" for number in receipts),
        *(EntryKind.REFUND.key(refund, gift_id) for refund in refunds),
    ]
