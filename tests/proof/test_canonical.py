"""The canonical export depends on facts alone: equal for equal facts, different for others."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from sqlalchemy import Engine

from database.engine import open_database
from database.transactions import reading
from ledger.accounts import Account
from ledger.kinds import EntryKind
from payments.reading.happenings import Category, Happening
from proof.canonical import canonical
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.payments.sample_happenings import apply_happenings, line
from tests.payments.sample_happenings import charged as gift_charged
from tests.proof.books import BUSES, Desk, open_desk


def exported(engine: Engine) -> list[str]:
    """Every line."""
    with reading(engine) as conn:
        return list(canonical(conn))


def export_of(url: str, order: Sequence[int]) -> list[str]:
    """The export of new books whose three gifts were delivered in this order."""
    engine = open_database(url, durable=False)
    desk = open_desk(engine)
    for n in range(3):
        desk.books.pledge(n, amount=1000 + n, shares=[(BUSES, 1000 + n)])
    for n in order:
        desk.books.deliver(charged("aBc"[n], gift=gift_id(n), amount=1000 + n))
    desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 58)
    lines = exported(engine)
    engine.dispose()
    return lines


def test_both_databases_and_every_order_export_the_same(sqlite_url: str, postgresql_url: str) -> None:
    """Capital letters sort elsewhere in PostgreSQL; ids and receipt numbers follow the order of arrival."""
    first, second = export_of(sqlite_url, [0, 1, 2]), export_of(postgresql_url, [2, 0, 1])

    assert first == second
    assert sum(line.startswith('["gift:') for line in first) == 3


def fees_exported(url: str, *happenings: Happening) -> list[str]:
    """The export of new books that learn of these, one after the other."""
    engine = open_database(url, durable=False)
    desk = open_desk(engine)
    desk.books.pledge(1, shares=[(BUSES, 2500)])
    for happening in happenings:
        apply_happenings(desk.books, happening)
    lines = exported(engine)
    engine.dispose()
    return lines


def test_a_fee_that_stood_whole_until_its_gift_was_known_leaves_no_trace_in_the_export(
    sqlite_url: str, postgresql_url: str
) -> None:
    """The line before the charge, and after it."""
    charge = gift_charged("1", gift=gift_id(1))
    settled = line("a", Category.PAYMENT, 2500, n="1", fee=58, marked=True)
    export = fees_exported(sqlite_url, charge, settled)

    assert fees_exported(postgresql_url, settled, charge) == export
    assert [text.split('"')[1] for text in export if text.startswith('["fee')] == ["fee:txn_a:0", "fees"]


def test_one_more_penny_is_another_digest(desk: Desk, engine: Engine) -> None:
    """The digest is that of the lines above it."""
    desk.give(1, 2500)
    before = exported(engine)
    desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 1)
    after = exported(engine)

    for lines in (before, after):
        above = "".join(f"{line}\n" for line in lines[:-1])
        assert lines[-1] == f"sha256 {sha256(above.encode()).hexdigest()}"
    assert before[-1] != after[-1]


@pytest.mark.parametrize("hidden", ["posted_at", "evt_", "2026-000001", "Donor 1"])
def test_what_depends_on_deliveries_is_left_out(desk: Desk, engine: Engine, hidden: str) -> None:
    """When a message came and which, receipt numbers, and donors' names."""
    desk.give(1, 2500)

    assert [line for line in exported(engine) if hidden in line] == []


def test_it_says_what_campaigns_raised_and_who_has_a_receipt(desk: Desk, engine: Engine) -> None:
    """Gifts less refunds; one line for each gift, receipt and uncleared subject."""
    desk.give(1, 2500)
    desk.move(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, 700)
    lines = exported(engine)

    assert '[1,"GBP",1800,1]' in lines
    assert f'["{gift_id(1)}","received","GBP",2500]' in lines
    assert f'["{gift_id(1)}",1]' in lines
    assert '["pi_1","GBP",2500]' in lines
