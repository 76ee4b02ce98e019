"""What the product's books say, and where that differs from the model."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.accounts import Account
from ledger.money import currency
from ledger.store import raised_by_campaign, totals, uncleared
from ledger.tables import entry
from payments.books import tables as book_tables
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.inbox.store import dead_letters, unapplied_count
from tests.books.model import Model

Key = TypeVar("Key")


def differences(conn: Connection, model: Model) -> list[str]:
    """A line for each figure that is not the model's; none when every penny agrees."""
    received = gift_tables.gift.c.state == GiftState.RECEIVED.value
    waiting = book_tables.waiting_fact.c.payment.in_(list(model.gifts))
    pairs: dict[str, tuple[Mapping[Any, int], Mapping[Any, int]]] = {
        "balance": (_balances(conn), _some(model.balances)),
        "clearing": ({(one.subject, one.balance.currency.code): one.balance.minor for one in uncleared(conn)},
                     _some(model.clearing)),
        "in transit": (_in_transit(conn), _some(model.in_transit)),
        "raised": (_raised(conn, model), model.raised()),
        "gifts received": ({"all": _count(conn, gift_tables.gift, received)}, {"all": len(model.gifts)}),
        "deliveries not applied": ({"all": unapplied_count(conn)}, {"all": 0}),
        # What somebody else's money did waits for a gift that will never be.
        "facts of ours that wait": ({"all": _count(conn, book_tables.waiting_fact, waiting)}, {"all": 0}),
    }  # fmt: skip
    dead = [f"dead letter {one.id} {one.type}: {one.error}" for one in dead_letters(conn)]
    return dead + [
        f"{what} {key}: {ours.get(key, 0)}, should be {theirs.get(key, 0)}"
        for what, (ours, theirs) in pairs.items()
        for key in sorted(ours.keys() | theirs.keys(), key=str)
        if ours.get(key, 0) != theirs.get(key, 0)
    ]


def stripe_balance(conn: Connection) -> dict[str, int]:
    """What we believe that Stripe holds for us, by currency, where it is not zero."""
    found: Counter[str] = Counter()
    for one in totals(conn, [Account.STRIPE]):
        found[one.debit.currency.code] += one.debit.minor - one.credit.minor
    return _some(found)


def count_entries(conn: Connection) -> int:
    """How many entries there are."""
    return _count(conn, entry)


def _count(conn: Connection, table: sa.Table, where: sa.ColumnElement[bool] | None = None) -> int:
    asked = sa.select(sa.func.count()).select_from(table)
    return conn.scalar(asked if where is None else asked.where(where)) or 0


def _balances(conn: Connection) -> dict[tuple[str, str, int], int]:
    """From the entries themselves, not from the kept totals: the audit proves those."""
    e, found = entry.c, Counter[tuple[str, str, int]]()
    asked = sa.select(e.debit, e.credit, e.currency, e.campaign_id, sa.func.sum(e.amount_minor))
    for debit, credit, code, campaign, minor in conn.execute(
        asked.group_by(e.debit, e.credit, e.currency, e.campaign_id)
    ):
        found[debit, code, campaign] += int(minor)
        found[credit, code, campaign] -= int(minor)
    return _some(found)


def _in_transit(conn: Connection) -> dict[tuple[str, str], int]:
    e, found, account = entry.c, Counter[tuple[str, str]](), Account.IN_TRANSIT.value
    asked = sa.select(e.subject, e.currency, e.debit, e.amount_minor)
    for subject, code, debit, minor in conn.execute(asked.where(sa.or_(e.debit == account, e.credit == account))):
        found[subject, code] += minor if debit == account else -minor
    return _some(found)


def _raised(conn: Connection, model: Model) -> dict[tuple[int, str], int]:
    """As a campaign's own page asks for it."""
    codes, campaigns = {code for _, code in model.raised()} | {"GBP"}, (1, 2, 3)
    return {
        (campaign, code): one.amount.minor
        for code in codes
        for campaign, one in raised_by_campaign(conn, campaigns, currency(code)).items()
    }


def _some(figures: Counter[Key]) -> dict[Key, int]:
    return {key: minor for key, minor in figures.items() if minor}
