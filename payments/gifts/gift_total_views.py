"""What a list of gifts adds up to where that is kept, or is added up from less than the gifts. Writes nothing."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.lists import ListChoice, ListTotal, on_days
from ledger.giving_total_store import added_giving
from ledger.span_parts import span_parts
from payments.gifts.gift import GiftState
from payments.gifts.giving_views import NO_SOURCE
from payments.gifts.tables import allocation, gift

_g, _a = gift.c, allocation.c
_KEPT_BY = ("kind", "currency", "source")


def kept_gift_total(conn: Connection, choice: ListChoice) -> ListTotal | None:
    """How many gifts were received and what they add up to; None where only the gifts themselves can say.

    Whole months of received gifts are kept, by kind, currency and source.
    """
    words = choice.words
    if choice.text or words.get("donor") or words.get("state") != GiftState.RECEIVED.value:
        return None
    if (number := choice.number("campaign")) is not None:
        return _of_campaign(conn, choice, number)
    parts = span_parts(choice.first_day, choice.last_day)
    if parts.days or parts.whole is None:
        return None
    chosen = {name: words[name] for name in _KEPT_BY if words.get(name)}
    if chosen.get("source") == NO_SOURCE:
        chosen["source"] = ""
    sums = added_giving(conn, parts.whole, chosen)
    return ListTotal(sum(gifts for gifts, _ in sums.values()), {code: minor for code, (_, minor) in sums.items()})


def is_every_gift(choice: ListChoice) -> bool:
    """Whether every received gift is meant, whatever its currency."""
    of_all = not choice.text and choice.first_day is None and choice.last_day is None
    return of_all and {name for name, word in choice.words.items() if word} == {"state"}


def _of_campaign(conn: Connection, choice: ListChoice, number: int) -> ListTotal | None:
    """Of one campaign's received gifts, from its shares on: the gifts of the others are not looked at."""
    words = choice.words
    if words.get("kind") or words.get("source") or (choice.first_day and choice.last_day):
        return None  # few gifts: the list's own question reads only these
    conditions = [_a.campaign_id == number, _g.received_on.is_not(None), *on_days(_g.received_on, choice)]
    if words.get("currency"):
        conditions.append(_g.currency == words["currency"])
    rows = conn.execute(
        sa.select(_g.currency, sa.func.count(sa.distinct(_a.gift_id)), sa.func.sum(_a.amount_minor))
        .select_from(allocation.join(gift, _g.id == _a.gift_id))
        .where(*conditions)
        .group_by(_g.currency)
        .order_by(_g.currency)
    ).all()
    return ListTotal(sum(row[1] for row in rows), {row[0]: int(row[2]) for row in rows})
