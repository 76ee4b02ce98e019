"""What outgoing webhooks say of gifts and recurring gifts: ids, amounts, campaigns. Pure.

Amounts are in minor units. No name, email address or message of a donor is in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Gift, Share, shares_of
from payments.gifts.receiving import Received
from payments.gifts.recurring import Recurring
from webhooks.event import EventType, WebhookEvent

Slugs = Mapping[int, str]
"""The addresses of campaigns, by number: `hall` of `/c/hall`."""


def received_event(received: Received, slugs: Slugs) -> WebhookEvent:
    """A gift was received."""
    gift = received.gift
    parts = zip(gift.allocations, shares_of(received.amount, gift), strict=True)
    data = {
        **_gift(gift),
        "is_offline": received.subject == EntryKind.OFFLINE.key(gift.id),
        **amount_fields(received.amount),
        "shares": shares(((share.campaign, part) for share, part in parts), slugs),
        "received_at": unix_seconds(received.at),
        "payment": received.subject,
    }
    return WebhookEvent(EventType.GIFT_RECEIVED, gift.id, data)


def failed_event(gift: Gift, slugs: Slugs) -> WebhookEvent:
    """A gift's payment failed: before it had come, or after."""
    parts = ((share.campaign, share.amount) for share in gift.allocations)
    return WebhookEvent(
        EventType.GIFT_FAILED, gift.id, {**_gift(gift), **amount_fields(gift.amount), "shares": shares(parts, slugs)}
    )


def taken_back_event(gift: Gift, slugs: Slugs, at: datetime) -> WebhookEvent:
    """A gift that somebody had entered by hand was taken back: to whoever adds up gifts it is a refund of all of it."""
    parts = ((share.campaign, share.amount) for share in gift.allocations)
    data = {
        **_gift(gift), **amount_fields(gift.amount), "shares": shares(parts, slugs), "refunded_at": unix_seconds(at)
    }  # fmt: skip
    return WebhookEvent(EventType.GIFT_REFUNDED, f"taken back:{gift.id}", data)


def started_event(recurring: Recurring, slugs: Slugs) -> WebhookEvent:
    """A recurring gift runs now."""
    return WebhookEvent(EventType.RECURRING_STARTED, recurring.id, _recurring(recurring, slugs))


def ended_event(recurring: Recurring, slugs: Slugs) -> WebhookEvent:
    """A recurring gift has ended: no more of its gifts will come."""
    return WebhookEvent(EventType.RECURRING_ENDED, recurring.id, _recurring(recurring, slugs))


def shares(parts: Iterable[tuple[int, Money]], slugs: Slugs) -> list[dict[str, object]]:
    """What each campaign has of an amount."""
    return [{"campaign": slugs.get(campaign), "amount": part.minor} for campaign, part in parts if part]


def amount_fields(amount: Money) -> dict[str, object]:
    """An amount in minor units, and its currency."""
    return {"amount": amount.minor, "currency": amount.currency.code}


def unix_seconds(at: datetime) -> int:
    """An instant as Stripe writes it: whole seconds since 1970."""
    return int(at.timestamp())


def _gift(gift: Gift) -> dict[str, object]:
    return {
        "gift_id": gift.id,
        "donor_id": gift.donor_id,
        "recurring_id": gift.recurring_id,
        "source": gift.source or None,
    }


def _recurring(recurring: Recurring, slugs: Slugs) -> dict[str, object]:
    return {
        "recurring_id": recurring.id,
        "donor_id": recurring.donor_id,
        **amount_fields(recurring.amount),
        "interval": recurring.interval.value,
        "shares": shares(_by_weight(recurring.amount, recurring.shares), slugs),
    }


def _by_weight(amount: Money, weights: Sequence[Share]) -> list[tuple[int, Money]]:
    parts = amount.allocate([share.weight for share in weights])
    return [(share.campaign, part) for share, part in zip(weights, parts, strict=True)]
