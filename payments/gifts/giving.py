"""What gifts count as when income is told apart: by month, by kind, by the link that led to them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ledger.giving_kind import GivingKind
from payments.gifts.gift import Gift
from payments.gifts.receiving import Received


def giving_rows(received: Iterable[Received], sources: Mapping[str, str]) -> list[dict[str, object]]:
    """What these payments add to the kept totals, by their key; `sources` are those of recurring gifts.

    A gift counts as it was asked for. An instalment counts for the link that led to its first gift.
    """
    sums: defaultdict[tuple[str, str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for payment in received:
        gift = payment.gift
        source = gift.source or sources.get(gift.recurring_id or "", "")
        key = (f"{payment.day:%Y-%m}", _kind(gift, payment.subject).value, gift.amount.currency.code, source)
        gifts, minor = sums[key]
        sums[key] = gifts + 1, minor + gift.amount.minor
    names = ("month", "kind", "currency", "source", "gifts", "amount_minor")
    return [dict(zip(names, (*key, *of), strict=True)) for key, of in sums.items()]


def _kind(gift: Gift, subject: str) -> GivingKind:
    if gift.recurring_id is not None:
        return GivingKind.RECURRING
    return GivingKind.OFFLINE if subject.startswith(f"{GivingKind.OFFLINE}:") else GivingKind.ONCE
