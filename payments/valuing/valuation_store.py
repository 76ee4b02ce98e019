"""Valuations of gifts in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import insert_rows
from database.questions import among
from ledger.money import Money, currency
from payments.valuing.tables import gift_valuation
from payments.valuing.valuation import BY_CAMPAIGN, Valuation

_v = gift_valuation.c


def valuations_of(conn: Connection, gift_ids: Sequence[str]) -> dict[str, Valuation]:
    """What is known of these gifts, by gift; a gift of which nothing was noted is left out."""
    rows = conn.execute(sa.select(gift_valuation).where(among(conn, _v.gift_id, gift_ids)).order_by(_v.gift_id, _v.n))
    return {
        row.gift_id: Valuation(
            row.gift_id, bool(row.is_bequest), row.benefit, Money(row.market_value_minor, currency(row.currency))
        )
        for row in rows
    }


def valuations_by_staff(conn: Connection, gift_ids: Sequence[str]) -> dict[str, Valuation]:
    """The same, without what only a campaign says of everybody's gifts: whoever edits campaigns decides no money."""
    by_campaign = sa.select(_v.gift_id).where(_v.who == BY_CAMPAIGN, _v.n == _newest(_v.gift_id))
    own = set(conn.scalars(by_campaign.where(among(conn, _v.gift_id, gift_ids))))
    return {gift_id: valuation for gift_id, valuation in valuations_of(conn, gift_ids).items() if gift_id not in own}


def _newest(gift_id: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    last = gift_valuation.alias()
    return sa.select(sa.func.max(last.c.n)).where(last.c.gift_id == gift_id).correlate(gift_valuation).scalar_subquery()


def add_valuations(conn: Connection, valuations: Sequence[Valuation], who: str, now: datetime) -> None:
    """Note what these gifts are; what was noted of one before counts no more."""
    last = _last_numbers(conn, [valuation.gift_id for valuation in valuations])
    rows = [
        {
            "gift_id": valuation.gift_id,
            "n": last.get(valuation.gift_id, 0) + 1,
            "is_bequest": valuation.is_bequest,
            "benefit": valuation.benefit,
            "currency": valuation.market_value.currency.code,
            "market_value_minor": valuation.market_value.minor,
            "who": who,
            "valued_at": now,
        }
        for valuation in valuations
    ]
    insert_rows(conn, gift_valuation, rows)


def _last_numbers(conn: Connection, gift_ids: Sequence[str]) -> Mapping[str, int]:
    newest = sa.select(_v.gift_id, sa.func.max(_v.n)).where(among(conn, _v.gift_id, gift_ids)).group_by(_v.gift_id)
    return {gift_id: int(n) for gift_id, n in conn.execute(newest)}
