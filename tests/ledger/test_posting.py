"""Posting is idempotent, whole or not at all, and told in totals and clearing at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import store, tables
from ledger.accounts import Account
from ledger.entry import ConflictingEntry, Entry
from ledger.kinds import EntryKind
from ledger.money import EUR, GBP, JPY, Money
from ledger.store import Raised, Uncleared, post, raised, raised_by_campaign, totals, uncleared
from tests.ledger.samples import NOON, TODAY, entry, folded, kept, kept_clearing

GIFT = entry("gift:pi_1:1")
FEE = entry(
    "fee:txn_1", kind=EntryKind.FEE, debit=Account.FEES, credit=Account.STRIPE, amount=Money(58, GBP), campaign=0
)
SETTLED = entry("settle:txn_1", kind=EntryKind.SETTLE, debit=Account.STRIPE, credit=Account.CLEARING, campaign=0)
REFUNDED = entry(
    "refund:re_1:1", kind=EntryKind.REFUND, debit=Account.REFUNDS, credit=Account.CLEARING, amount=Money(1000, GBP),
    subject="re_1",
)  # fmt: skip
REFUND_SETTLED = entry(
    "settle:txn_2", kind=EntryKind.SETTLE, debit=Account.CLEARING, credit=Account.STRIPE, amount=Money(1000, GBP),
    subject="re_1", campaign=0,
)  # fmt: skip


def test_what_is_posted_stands_in_the_journal(conn: Connection) -> None:
    """Every column, as the entry said it."""
    posted = entry("gift:pi_1:1", gift="gift-1", occurred_at=NOON - timedelta(days=1))
    post(conn, [posted], NOON)

    row = conn.execute(sa.select(tables.entry)).one()

    assert tuple(row) == (
        1, "gift:pi_1:1", "gift", "clearing", "gifts", "GBP", 2500, "pi_1", 1, "gift-1",
        NOON - timedelta(days=1), TODAY, NOON, "evt_1", None,
    )  # fmt: skip


def test_entries_are_numbered_without_gaps_in_the_order_of_their_keys(conn: Connection) -> None:
    """Sorted work is done in one order by everybody; the numbers show later that none is missing."""
    post(conn, [entry("b:1"), entry("a:1")], NOON)
    post(conn, [entry("d:1"), entry("c:1"), entry("a:1")], NOON)

    assert _numbers(conn) == {"a:1": 1, "b:1": 2, "c:1": 3, "d:1": 4}


def test_the_same_fact_again_is_no_news(conn: Connection) -> None:
    """Not in the journal, not in the totals, not in clearing; whoever tells it, and whenever."""
    assert post(conn, [GIFT], NOON) == [GIFT]
    before = _books(conn)

    again = entry("gift:pi_1:1", cause="reconcile:1", occurred_at=NOON + timedelta(days=3))
    assert post(conn, [GIFT, again, GIFT], NOON + timedelta(days=3)) == []

    assert _books(conn) == before


def test_a_fact_that_is_told_twice_in_one_batch_counts_once(conn: Connection) -> None:
    """A batch holds what came in together, duplicates included."""
    assert post(conn, [GIFT, FEE, GIFT], NOON) == [FEE, GIFT]

    assert kept(conn) == folded([GIFT, FEE])


def test_nothing_to_post_is_nothing_posted(conn: Connection) -> None:
    """An empty batch is no error."""
    assert post(conn, [], NOON) == []
    assert _books(conn) == ({}, {}, {})


@pytest.mark.parametrize("other", [{"amount": Money(2501, GBP)}, {"campaign": 2}, {"subject": "pi_2"}], ids=str)
def test_a_fact_with_other_contents_is_an_alarm_and_leaves_nothing(conn: Connection, other: dict[str, object]) -> None:
    """Also of the sound entries beside it: the batch is whole or not at all."""
    post(conn, [GIFT], NOON)
    before = _books(conn)

    with pytest.raises(ConflictingEntry, match="gift:pi_1:1"):
        post(conn, [FEE, entry("gift:pi_1:1", **other)], NOON)

    assert _books(conn) == before


def test_a_batch_that_contradicts_itself_leaves_nothing(conn: Connection) -> None:
    """It cannot be known which of the two is right."""
    with pytest.raises(ConflictingEntry, match="gift:pi_1:1"):
        post(conn, [FEE, GIFT, entry("gift:pi_1:1", campaign=2)], NOON)

    assert _books(conn) == ({}, {}, {})


def test_a_batch_that_the_database_refuses_leaves_nothing(conn: Connection) -> None:
    """A reversal of something that was never posted takes the gift beside it back, too."""
    with pytest.raises(sa.exc.IntegrityError):
        _post_within(conn, [GIFT, entry("undo:x", reverses="gift:never:1")])

    assert _books(conn) == ({}, {}, {})


def test_an_entry_and_its_reversal_may_come_in_one_batch(conn: Connection) -> None:
    """Whatever their keys are: the reversal is written second."""
    post(
        conn, [entry("aaa:undo", debit=Account.GIFTS, credit=Account.CLEARING, reverses="zzz:1"), entry("zzz:1")], NOON
    )

    assert _numbers(conn) == {"zzz:1": 1, "aaa:undo": 2}


def test_an_entry_is_reversed_once(conn: Connection) -> None:
    """A second reversal would be a new error."""
    undo = {"debit": Account.GIFTS, "credit": Account.CLEARING, "reverses": "gift:pi_1:1"}
    post(conn, [GIFT, entry("undo:1", **undo)], NOON)

    with pytest.raises(sa.exc.IntegrityError):
        _post_within(conn, [entry("undo:2", **undo)])


@pytest.mark.parametrize(
    "order",
    [[GIFT, SETTLED], [SETTLED, GIFT], [REFUNDED, REFUND_SETTLED], [REFUND_SETTLED, REFUNDED]],
    ids=lambda order: " then ".join(entry.kind for entry in order),
)
def test_a_subject_whose_sides_have_met_leaves_the_list(conn: Connection, order: list[Entry]) -> None:
    """Told first or settled first, money in or money out."""
    post(conn, order[:1], NOON)
    assert len(uncleared(conn)) == 1

    post(conn, order[1:], NOON)

    assert uncleared(conn) == []


def test_sides_that_meet_in_one_batch_were_never_uncleared(conn: Connection) -> None:
    """As when reconcile finds both."""
    post(conn, [GIFT, SETTLED], NOON)

    assert uncleared(conn) == []


def test_clearing_is_kept_by_subject_and_currency(conn: Connection) -> None:
    """A pound of one payment never clears another's, nor a euro of its own."""
    post(conn, [GIFT, entry("gift:pi_2:1", subject="pi_2", amount=Money(2500, EUR))], NOON)
    settled = {"kind": EntryKind.SETTLE, "debit": Account.STRIPE, "credit": Account.CLEARING}
    post(conn, [entry("settle:txn_3", **settled, subject="pi_2"), SETTLED], NOON)

    assert kept_clearing(conn) == {("pi_2", "EUR"): 2500, ("pi_2", "GBP"): -2500}


def test_what_is_uncleared_is_listed_from_its_first_entry_on(conn: Connection) -> None:
    """Whichever side was heard first; oldest first, and only what is older than asked for."""
    hour = timedelta(hours=1)
    part = entry(
        "settle:txn_1", kind=EntryKind.SETTLE, debit=Account.STRIPE, credit=Account.CLEARING, amount=Money(500, GBP)
    )
    post(conn, [part], NOON)
    post(conn, [entry("gift:pi_1:1", occurred_at=NOON - 3 * hour)], NOON)
    post(conn, [entry("gift:pi_0:1", subject="pi_0", occurred_at=NOON - hour)], NOON)

    old, young = Uncleared("pi_1", Money(2000, GBP), NOON - 3 * hour), Uncleared("pi_0", Money(2500, GBP), NOON - hour)
    assert uncleared(conn) == [old, young]
    assert uncleared(conn, older_than=NOON - 2 * hour) == [old]


def test_raised_is_gifts_less_refunds_and_dispute_losses(conn: Connection) -> None:
    """Fees and settlement do not change it; a refunded gift is still a gift that was given."""
    disputed = {"kind": EntryKind.DISPUTE, "debit": Account.DISPUTE_LOSSES, "credit": Account.CLEARING}
    post(conn, [GIFT, FEE, SETTLED, entry("gift:pi_1:2", campaign=2, amount=Money(700, GBP))], NOON)
    assert raised(conn, 1, GBP) == Raised(Money(2500, GBP), 1)

    post(conn, [REFUNDED, entry("dispute:txn_9:1", **disputed, subject="dp_1", amount=Money(300, GBP))], NOON)
    assert raised(conn, 1, GBP) == Raised(Money(1200, GBP), 1)

    won = disputed | {"debit": Account.CLEARING, "credit": Account.DISPUTE_LOSSES}
    post(conn, [entry("dispute:txn_10:1", **won, subject="dp_1", amount=Money(300, GBP))], NOON)
    assert raised_by_campaign(conn, [1, 2, 3], GBP) == {
        1: Raised(Money(1500, GBP), 1),
        2: Raised(Money(700, GBP), 1),
        3: Raised(Money(0, GBP), 0),
    }


def test_a_gift_that_was_entered_by_mistake_is_neither_raised_nor_counted(conn: Connection) -> None:
    """Its reversal takes the gift itself back."""
    cash = entry("offline:a:1", kind=EntryKind.OFFLINE, debit=Account.CASH, subject="a")
    undo = replace(cash, key="undo:a", debit=Account.GIFTS, credit=Account.CASH, reverses="offline:a:1")

    post(conn, [GIFT, cash, undo], NOON)

    assert raised(conn, 1, GBP) == Raised(Money(2500, GBP), 1)


def test_raised_is_asked_for_in_one_currency(conn: Connection) -> None:
    """Yen are not pence."""
    post(conn, [GIFT, entry("gift:pi_2:1", subject="pi_2", amount=Money(2500, JPY))], NOON)

    assert (raised(conn, 1, GBP).amount, raised(conn, 1, JPY).amount) == (Money(2500, GBP), Money(2500, JPY))


def test_a_balance_is_debits_less_credits(conn: Connection) -> None:
    """£25 came, 58p went: what Stripe holds for us."""
    post(conn, [GIFT, SETTLED, FEE], NOON)

    assert store.balance(conn, Account.STRIPE, GBP) == Money(2442, GBP)
    assert store.balance(conn, Account.GIFTS, GBP) == Money(-2500, GBP)
    assert store.balance(conn, Account.BANK, GBP) == Money(0, GBP)


def test_totals_are_listed_by_day_campaign_and_account(conn: Connection) -> None:
    """Only of the accounts that were asked for."""
    later = entry("gift:pi_2:1", book_date=TODAY + timedelta(days=1), subject="pi_2")
    post(conn, [later, GIFT, FEE], NOON)

    listed = [(total.book_date, total.campaign, total.account) for total in totals(conn, [Account.GIFTS, Account.FEES])]

    assert listed == [
        (TODAY, 0, Account.FEES),
        (TODAY, 1, Account.GIFTS),
        (TODAY + timedelta(days=1), 1, Account.GIFTS),
    ]


def _post_within(conn: Connection, entries: list[Entry]) -> None:
    """Post in a savepoint, because PostgreSQL answers nothing more after an error."""
    with conn.begin_nested():
        post(conn, entries, NOON)


def _numbers(conn: Connection) -> dict[str, int]:
    return {row.key: row.id for row in conn.execute(sa.select(tables.entry))}


def _books(conn: Connection) -> tuple[object, object, object]:
    return _numbers(conn), kept(conn), kept_clearing(conn)
