"""What outgoing webhooks are told of a batch: each event is known by the fact that is its cause. Pure.

Events follow from what is decided, gifts that are received and entries that are new, so that any order and repetition
of messages makes each of them once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ledger.accounts import Account
from ledger.entry import Entry
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.books.decide.known import Known
from payments.gifts.gift import Gift, GiftState
from payments.gifts.gift_events import Slugs, amount_fields, failed_event, received_event, shares, unix_seconds
from payments.gifts.receiving import Received
from webhooks.event import EventType, WebhookEvent


def decide_events(
    known: Known, received: Sequence[Received], states: Mapping[str, GiftState], entries: Sequence[Entry]
) -> tuple[WebhookEvent, ...]:
    """The events of a batch of which an endpoint wants to be told."""
    if not known.wanted_events:
        return ()
    gifts = {**known.gifts, **{payment.gift.id: payment.gift for payment in received}}
    events = [received_event(payment, known.slugs) for payment in received]
    events += [failed_event(gifts[gift], known.slugs) for gift in _failed(states, entries) if gift in gifts]
    for parts in _by_fact(entries):
        event = _event_of(parts, gifts, known.slugs)
        events += [event] if event else []
    once = {event.id: event for event in reversed(events) if event.type in known.wanted_events}
    return tuple(once[identity] for identity in sorted(once))


def _failed(states: Mapping[str, GiftState], entries: Iterable[Entry]) -> Collection[str]:
    """Gifts that have failed by now, and those whose payment failed after it had come."""
    before = {gift for gift, state in states.items() if state is GiftState.FAILED}
    return before | {entry.gift for entry in entries if entry.kind is EntryKind.PAYMENT_FAILED and entry.gift}


def _by_fact(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries of each fact: one for each share, or one in all."""
    facts: dict[str, list[Entry]] = {}
    for entry in entries:
        facts.setdefault(_fact_of(entry), []).append(entry)
    yield from facts.values()


def _fact_of(entry: Entry) -> str:
    """The key without the share's number: `refund:re_1` of `refund:re_1:0`."""
    return ":".join(entry.key.split(":")[:2])


def _event_of(parts: Sequence[Entry], gifts: Mapping[str, Gift], slugs: Slugs) -> WebhookEvent | None:
    first = parts[0]
    match first.kind:
        case EntryKind.REFUND:
            return _withdrawn(EventType.GIFT_REFUNDED, parts, gifts, slugs)
        case EntryKind.DISPUTE if first.debit is Account.DISPUTE_LOSSES:
            return _withdrawn(EventType.GIFT_DISPUTED, parts, gifts, slugs)
        case EntryKind.PAID:
            data = {
                "payout_id": first.subject,
                **amount_fields(first.amount),
                "arrived_on": first.book_date.isoformat(),
            }
            return WebhookEvent(EventType.PAYOUT_PAID, first.subject, data)
        case _:
            return None


def _withdrawn(kind: EventType, parts: Sequence[Entry], gifts: Mapping[str, Gift], slugs: Slugs) -> WebhookEvent:
    first = parts[0]
    gift = gifts.get(first.gift or "")
    total = Money(sum(entry.amount.minor for entry in parts), first.amount.currency)
    by_campaign = ((entry.campaign, entry.amount) for entry in parts)
    data = {
        "gift_id": first.gift,
        f"{first.kind.value}_id": first.subject,
        "donor_id": gift.donor_id if gift else None,
        "recurring_id": gift.recurring_id if gift else None,
        "source": (gift.source or None) if gift else None,
        **amount_fields(total),
        "shares": shares(by_campaign, slugs),
        f"{kind.value.removeprefix('gift.')}_at": unix_seconds(first.occurred_at),
    }
    return WebhookEvent(kind, _fact_of(first), data)
