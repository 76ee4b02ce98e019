"""Refunds: money that is to go back, and refunds that failed or were cancelled."""

import re

from payments.reading.fields import (
    UnexpectedShape,
    instant,
    metadata_id,
    payment_of,
    positive_money,
    previous_attributes,
    text,
)
from payments.reading.happenings import BalanceChanged, ChosenParts, Happening, RefundAgreed, RefundFailed
from payments.stripe.objects import StripeObject

FAILED_STATUSES = ("failed", "canceled")
# The metadata by which a refund shows which request of ours it answers, and what it takes from which share.
REQUEST, PARTS = "refund_request", "refund_parts"
_PART = re.compile(r"(0|[1-9][0-9]{0,3}):([1-9][0-9]{0,14})")


def refund_created(_event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """A refund was agreed."""
    return (*_agreed(refund), BalanceChanged())


def refund_updated(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """A refund changed. It has failed if this change, and not a later one, was to that status."""
    if text(refund, "status") not in FAILED_STATUSES:
        return refund_created(event, refund)
    changes = previous_attributes(event)
    if changes is None:
        raise UnexpectedShape("the event does not say what changed")
    return refund_failed(event, refund) if "status" in changes else refund_created(event, refund)


def refund_failed(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    """The donor's bank sent it back, or it was cancelled."""
    return (*_agreed(refund), *_failed(event, refund), BalanceChanged())


def refund_agreed(refund: StripeObject) -> RefundAgreed | None:
    """The fact of a refund. None for one without a charge: it returns money that was never a payment."""
    payment = payment_of(refund)
    if payment is None:
        return None
    amount = positive_money(refund)
    return RefundAgreed(text(refund, "id"), payment, amount, instant(refund), _chosen_parts(refund, amount.minor))


def request_of(refund: StripeObject) -> str | None:
    """The request of ours that this refund answers."""
    return metadata_id(refund, REQUEST)


def parts_text(parts: ChosenParts) -> str:
    """Chosen parts as metadata holds them: `0:1000 1:500`."""
    return " ".join(f"{share}:{minor}" for share, minor in parts)


def _chosen_parts(refund: StripeObject, minor: int) -> ChosenParts:
    """The parts in its metadata; none where they do not add up, because anybody may write there."""
    metadata = refund.get("metadata")
    written = metadata.get(PARTS) if isinstance(metadata, dict) else None
    matches = [_PART.fullmatch(word) for word in written.split()] if isinstance(written, str) else []
    parts = tuple((int(match[1]), int(match[2])) for match in matches if match)
    is_whole = len({share for share, _ in parts}) == len(matches) and sum(part for _, part in parts) == minor
    return parts if is_whole else ()


def _agreed(refund: StripeObject) -> tuple[Happening, ...]:
    agreed = refund_agreed(refund)
    return (agreed,) if agreed else ()


def _failed(event: StripeObject, refund: StripeObject) -> tuple[Happening, ...]:
    payment = payment_of(refund)
    if payment is None:
        return ()
    amount = positive_money(refund)
    parts = _chosen_parts(refund, amount.minor)
    reason = refund.get("failure_reason")
    why = reason if isinstance(reason, str) else ""
    return (RefundFailed(text(refund, "id"), payment, amount, instant(event), parts, why),)
