"""Compares the product's books with the model."""

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
        "balance": (_balances(conn), _not_zero(model.balances)),
        "clearing": (_clearing(conn),
                     _not_zero(model.clearing)),
        "in transit": (_in_transit(conn), _not_zero(model.in_transit)),
        "raised": (_raised(conn, model), model.raised()),
        "gifts received": ({"all": _count(conn, gift_tables.gift, received)}, {"all": len(model.gifts)}),
        "deliveries not applied": ({"all": unapplied_count(conn)}, {"all": 0}),
        # Facts of unrelated money wait for ever for a gift.
        "facts of ours that wait": ({"all": _count(conn, book_tables.waiting_fact, waiting)}, {"all": 0}),
    }  # fmt: skip
    dead = [f"dead letter {letter.id} {letter.type}: {letter.error}" for letter in dead_letters(conn)]
    return dead + [
        f"{what} {key}: {ours.get(key, 0)}, should be {theirs.get(key, 0)}"
        for what, (ours, theirs) in pairs.items()
        for key in sorted(ours.keys() | theirs.keys(), key=str)
        if ours.get(key, 0) != theirs.get(key, 0)
    ]


def stripe_balance(conn: Connection) -> dict[str, int]:
    """What Stripe holds for us by our books, by currency, where it is not zero."""
    sums: Counter[str] = Counter()
    for total in totals(conn, [Account.STRIPE]):
        sums[total.debit.currency.code] += total.debit.minor - total.credit.minor
    return _not_zero(sums)


def count_entries(conn: Connection) -> int:
    """How many entries there are."""
    return _count(conn, entry)


def _count(conn: Connection, table: sa.Table, where: sa.ColumnElement[bool] | None = None) -> int:
    question = sa.select(sa.func.count()).select_from(table)
    return conn.scalar(question if where is None else question.where(where)) or 0


def _balances(conn: Connection) -> dict[tuple[str, str, int], int]:
    """Added up from the entries, not read from the totals, which the audit proves."""
    e, sums = entry.c, Counter[tuple[str, str, int]]()
    question = sa.select(e.debit, e.credit, e.currency, e.campaign_id, sa.func.sum(e.amount_minor))
    for debit, credit, code, campaign, minor in conn.execute(
        question.group_by(e.debit, e.credit, e.currency, e.campaign_id)
    ):
        sums[debit, code, campaign] += int(minor)
        sums[credit, code, campaign] -= int(minor)
    return _not_zero(sums)


def _clearing(conn: Connection) -> dict[tuple[str, str], int]:
    return {(line.subject, line.balance.currency.code): line.balance.minor for line in uncleared(conn)}


def _in_transit(conn: Connection) -> dict[tuple[str, str], int]:
    e, sums, account = entry.c, Counter[tuple[str, str]](), Account.IN_TRANSIT.value
    question = sa.select(e.subject, e.currency, e.debit, e.amount_minor)
    for subject, code, debit, minor in conn.execute(question.where(sa.or_(e.debit == account, e.credit == account))):
        sums[subject, code] += minor if debit == account else -minor
    return _not_zero(sums)


def _raised(conn: Connection, model: Model) -> dict[tuple[int, str], int]:
    """As a campaign's own page asks for it."""
    codes, campaigns = {code for _, code in model.raised()} | {"GBP"}, (1, 2, 3)
    return {
        (campaign, code): raised.amount.minor
        for code in codes
        for campaign, raised in raised_by_campaign(conn, campaigns, currency(code)).items()
    }


def _not_zero(figures: Counter[Key]) -> dict[Key, int]:
    return {key: minor for key, minor in figures.items() if minor}
