"""Lines of Stripe's balance: every one posted once, whatever it is; `stripe` moves by its net."""

from itertools import permutations

import pytest
import sqlalchemy as sa

from database.transactions import booking, reading
from ledger.accounts import Account
from ledger.entry import ConflictingEntry
from ledger.money import EUR, GBP, USD, Money
from ledger.store import balance, totals, uncleared
from payments.books.tables import balance_line
from payments.reading.happenings import Category, FeeBookedWhole, Happening, InvoicePaid, InvoiceReported
from tests.engines import ON_SQLITE
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.sample_happenings import (
    add_recurring_gift,
    apply_happenings,
    charged,
    dispute_moved,
    entry_field,
    later,
    line,
    linked,
    posted,
    refund_failed,
    refunded,
)

EACH = [
    (Category.PAYOUT, -1442, "payout:txn_a", ("in_transit", "stripe", 1442)),
    (Category.PAYOUT, 300, "payout:txn_a", ("stripe", "in_transit", 300)),
    (Category.PAYOUT_RETURNED, 1442, "payout_failed:txn_a", ("stripe", "in_transit", 1442)),
    (Category.PAYOUT_RETURNED, -300, "payout_failed:txn_a", ("in_transit", "stripe", 300)),
    (Category.STRIPE_FEE, -250, "stripe_fee:txn_a", ("fees", "stripe", 250)),
    (Category.STRIPE_FEE, 250, "stripe_fee:txn_a", ("stripe", "fees", 250)),
    (Category.TOP_UP, 5000, "top_up:txn_a", ("stripe", "bank", 5000)),
    (Category.TOP_UP, -5000, "top_up:txn_a", ("bank", "stripe", 5000)),
    (Category.ADJUSTMENT, -700, "adjustment:txn_a", ("adjustments", "stripe", 700)),
    (Category.ADJUSTMENT, 700, "adjustment:txn_a", ("stripe", "adjustments", 700)),
    (Category.OTHER, -90, "other:txn_a", ("other", "stripe", 90)),
    (Category.OTHER, 90, "other:txn_a", ("stripe", "other", 90)),
    (Category.UNKNOWN, -1, "suspense:txn_a", ("suspense", "stripe", 1)),
    (Category.UNKNOWN, 1, "suspense:txn_a", ("stripe", "suspense", 1)),
]


def stripe(books: Books, of: str = "GBP") -> int:
    """What the account `stripe` holds."""
    with reading(books.engine) as conn:
        return balance(conn, Account.STRIPE, {"GBP": GBP, "EUR": EUR, "USD": USD}[of]).minor


def open_subjects(books: Books) -> dict[str, int]:
    """What has not met in clearing, by subject."""
    with reading(books.engine) as conn:
        return {f"{row.subject} {row.balance.currency}": row.balance.minor for row in uncleared(conn)}


def decided(books: Books) -> dict[str, bool | None]:
    """Whether each line was found to be ours."""
    with reading(books.engine) as conn:
        rows = conn.execute(sa.select(balance_line.c.id, balance_line.c.ours))
        return {row.id: row.ours for row in rows}


@pytest.mark.parametrize(("category", "minor", "key", "booked"), EACH)
def test_each_kind_of_line_has_its_entry(
    books: Books, category: Category, minor: int, key: str, booked: tuple[object, ...]
) -> None:
    """Against the account that says what it was, turned round when it is negative."""
    apply_happenings(books, line("a", category, minor))
    assert posted(books) == {key: booked}
    assert stripe(books) == minor
    assert entry_field(books, key, "occurred_at") == later(120)
    assert entry_field(books, key, "campaign_id") == 0


def test_a_payouts_line_has_the_payout_as_its_subject_and_others_the_line(books: Books) -> None:
    """So that in_transit meets by payout."""
    apply_happenings(books, line("a", Category.PAYOUT, -10, subject="po_1"), line("b", Category.STRIPE_FEE, -2))
    assert entry_field(books, "payout:txn_a", "subject") == "po_1"
    assert entry_field(books, "stripe_fee:txn_b", "subject") == "txn_b"


def fees_by_campaign(books: Books, account: Account = Account.FEES) -> dict[int, int]:
    """What each campaign, or money without one (0), has paid in fees."""
    with reading(books.engine) as conn:
        sums = {(row.campaign, row.account): row.debit.minor - row.credit.minor for row in totals(conn, [account])}
    return {campaign: minor for (campaign, _), minor in sums.items() if minor}


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_gift_meets_its_line_in_clearing(books: Books, order: tuple[int, ...]) -> None:
    """£25 less 58p: Stripe holds £24.42, nothing is left between the two, and the campaign has paid the fee."""
    books.pledge()
    happenings: list[Happening] = [
        charged("1", gift=gift_id(1)),
        line("a", Category.PAYMENT, 2500, n="1", fee=58, marked=True),
        linked("1", gift_id(1)),
    ]
    for k in order:
        apply_happenings(books, happenings[k])
    assert stripe(books) == 2442
    assert open_subjects(books) == {}
    whole, undone = ("fee:txn_a", ("fees", "stripe", 58)), ("fee_shared:txn_a", ("stripe", "fees", 58))
    line_came_first = order.index(1) < order.index(0)
    assert posted(books, "settle", "fee", "fee_shared") == {
        "settle:txn_a": ("stripe", "clearing", 2500),
        "fee:txn_a:0": ("fees", "stripe", 58),
        **(dict([whole, undone]) if line_came_first else {}),
    }
    assert fees_by_campaign(books) == {1: 58}
    assert [entry_field(books, "fee:txn_a:0", name) for name in ("subject", "gift_id")] == ["pi_1", gift_id(1)]


def test_refunds_and_disputes_meet_their_lines(books: Books) -> None:
    """A refund that failed after it settled, and a dispute that was won, whose fee is a dispute's fee."""
    books.pledge()
    apply_happenings(books, charged("1", gift=gift_id(1)), line("p", Category.PAYMENT, 2500, n="1", marked=True))
    apply_happenings(
        books,
        refunded("a", "1", 1000),
        refund_failed("a", "1", 1000),
        dispute_moved("d", "1", -2500),
        dispute_moved("w", "1", 2500),
    )
    assert open_subjects(books) == {}  # what was taken and came back meets by itself
    more = {"n": "1", "marked": True}
    apply_happenings(
        books,
        line("r", Category.REFUND, -1000, subject="re_a", **more),
        line("f", Category.REFUND, 1000, subject="re_a", **more),
        line("d", Category.DISPUTE, -2500, subject="du_1", fee=2000, **more),
        line("w", Category.DISPUTE, 2500, subject="du_1", **more),
    )
    assert open_subjects(books) == {}
    assert stripe(books) == 2500 - 2000
    assert posted(books, "fee") == {"fee:txn_d:0": ("dispute_fees", "stripe", 2000)}
    assert entry_field(books, "fee:txn_d:0", "subject") == "du_1"
    assert (fees_by_campaign(books), fees_by_campaign(books, Account.DISPUTE_FEES)) == ({}, {1: 2000})


@ON_SQLITE
def test_a_fee_is_split_as_its_gift_is(books: Books) -> None:
    """£25 shared a third to two thirds: of 50p and of a pound given back each has its part, the rest to the larger."""
    books.pledge(shares=[(1, 833), (2, 1667)])
    apply_happenings(books, charged("1", gift=gift_id(1)), line("a", Category.PAYMENT, 2500, n="1", fee=50))
    assert fees_by_campaign(books) == {1: 17, 2: 33}
    apply_happenings(books, line("b", Category.REFUND, -1000, n="1", subject="re_a", fee=-100))
    assert fees_by_campaign(books) == {1: 17 - 33, 2: 33 - 67}
    assert posted(books, "fee")["fee:txn_b:1"] == ("stripe", "fees", 67)


@ON_SQLITE
def test_a_fee_that_a_version_before_booked_whole_is_shared_once(books: Books) -> None:
    """As reconcile reports it: to where the gift is now. Nothing of a payment without a gift."""
    books.pledge()
    apply_happenings(books, line("a", Category.PAYMENT, 2500, n="1", fee=58, marked=True))
    apply_happenings(books, FeeBookedWhole("txn_a", "pi_1"))
    assert fees_by_campaign(books) == {0: 58}
    apply_happenings(books, charged("1", gift=gift_id(1)), FeeBookedWhole("txn_a", "pi_1"))
    assert fees_by_campaign(books) == {1: 58}


def test_a_negative_fee_is_given_back(books: Books) -> None:
    """Stripe returns fees in some countries."""
    apply_happenings(books, line("a", Category.REFUND, -1000, n="1", marked=True, subject="re_a", fee=-58))
    assert posted(books, "fee") == {"fee:txn_a": ("stripe", "fees", 58)}
    assert stripe(books) == -942


def test_nothing_writes_no_row_but_the_line_is_kept(books: Books) -> None:
    """A line of zero, as Stripe makes of some adjustments."""
    apply_happenings(
        books, line("a", Category.ADJUSTMENT, 0), line("b", Category.PAYMENT, 0, n="1", marked=True, fee=20)
    )
    assert posted(books) == {"fee:txn_b": ("fees", "stripe", 20)}
    assert books.count(balance_line) == 2


def test_another_currency_goes_through_fx(books: Books) -> None:
    """$30 were given and £23.70 came; each side as Stripe counted it."""
    books.pledge(amount=3000)
    settled = line("a", Category.PAYMENT, 2370, n="1", fee=70, marked=True, original=Money(3000, USD))
    apply_happenings(books, charged("1", 3000, gift=gift_id(1), of=USD), settled)
    assert posted(books, "settle", "fee") == {
        "settle:txn_a:from": ("fx", "clearing", 3000),
        "settle:txn_a:to": ("stripe", "fx", 2370),
        "fee:txn_a:0": ("fees", "stripe", 70),
    }
    assert (open_subjects(books), stripe(books), stripe(books, "USD")) == ({}, 2300, 0)
    assert entry_field(books, "settle:txn_a:from", "currency") == "USD"


def test_a_refund_in_another_currency_goes_through_fx_the_other_way(books: Books) -> None:
    """The refund's subject comes to zero in the donor's currency."""
    books.pledge(amount=3000)
    more = {"n": "1", "marked": True, "subject": "re_a"}
    apply_happenings(
        books,
        charged("1", 3000, gift=gift_id(1), of=USD),
        refunded("a", "1", 1000, of=USD),
        line("r", Category.REFUND, -810, original=Money(-1000, USD), **more),
    )
    assert posted(books, "settle") == {
        "settle:txn_r:from": ("clearing", "fx", 1000),
        "settle:txn_r:to": ("fx", "stripe", 810),
    }
    assert open_subjects(books) == {"pi_1 USD": 3000}


def test_money_that_is_not_ours_keeps_the_balance_true(books: Books) -> None:
    """A ticket, its refund and its dispute: against `other`, under the line; the fees are ours to pay."""
    apply_happenings(
        books,
        charged("1", 4000),
        line("a", Category.PAYMENT, 4000, n="1", fee=80),
        line("b", Category.REFUND, -1000, n="1", subject="re_a"),
        line("c", Category.DISPUTE, -3000, n="1", subject="du_1", fee=2000),
    )
    assert posted(books) == {
        "other:txn_a": ("stripe", "other", 4000),
        "fee:txn_a": ("fees", "stripe", 80),
        "other:txn_b": ("other", "stripe", 1000),
        "other:txn_c": ("other", "stripe", 3000),
        "fee:txn_c": ("dispute_fees", "stripe", 2000),
    }
    assert entry_field(books, "fee:txn_c", "subject") == "txn_c"
    assert set(decided(books).values()) == {False}
    assert open_subjects(books) == {}


def test_money_that_is_not_ours_in_another_currency_needs_no_fx(books: Books) -> None:
    """What the other party was paid does not matter here."""
    apply_happenings(books, line("a", Category.PAYMENT, 2370, n="1", original=Money(3000, USD)))
    assert posted(books) == {"other:txn_a": ("stripe", "other", 2370)}


def test_a_line_is_ours_when_its_charge_has_a_gift_though_it_is_not_marked(books: Books) -> None:
    """Found by its session."""
    books.pledge()
    apply_happenings(books, charged("1"), linked("1", gift_id(1)))
    apply_happenings(books, line("a", Category.REFUND, -1000, n="1", subject="re_a"))
    assert posted(books, "settle") == {"settle:txn_a": ("clearing", "stripe", 1000)}


def test_a_line_read_again_posts_nothing_and_one_that_changed_is_an_alarm(books: Books) -> None:
    """A balance transaction never changes."""
    first_read = line("a", Category.PAYMENT, 4000, n="1", fee=80)
    apply_happenings(books, first_read, first_read)
    apply_happenings(books, first_read)
    assert len(posted(books)) == 2
    for changed in (line("a", Category.PAYMENT, 4000, n="1", fee=81), line("a", Category.OTHER, 4000, n="1", fee=80)):
        with pytest.raises(ConflictingEntry):
            apply_happenings(books, changed)


def test_a_line_that_was_taken_for_not_ours_is_corrected(books: Books) -> None:
    """Stripe makes the invoice after the payment: the balance may be read in between.

    The first entry is reversed, the line settles, and its fee is the campaign's. Reported again, nothing happens.
    """
    books.pledge(amount=1000)
    recurring = add_recurring_gift(books)
    apply_happenings(
        books, charged("2", 1000), line("a", Category.PAYMENT, 1000, n="2", fee=34), refunded("b", "2", 400)
    )
    apply_happenings(books, line("b", Category.REFUND, -400, n="2", subject="re_b"))
    assert set(posted(books)) == {"other:txn_a", "fee:txn_a", "other:txn_b"}
    late: list[Happening] = [InvoicePaid("in_2", "pi_2"), InvoiceReported("in_2", recurring, first=False)]
    for _ in range(2):
        apply_happenings(books, *late)
        assert posted(books, "ours", "settle") == {
            "ours:txn_a": ("other", "stripe", 1000),
            "ours:txn_b": ("stripe", "other", 400),
            "settle:txn_a": ("stripe", "clearing", 1000),
            "settle:txn_b": ("clearing", "stripe", 400),
        }
    assert (books.raised(), stripe(books), open_subjects(books)) == (600, 566, {})
    assert entry_field(books, "ours:txn_a", "reverses") == "other:txn_a"
    assert entry_field(books, "fee_shared:txn_a", "reverses") == "fee:txn_a"
    assert fees_by_campaign(books) == {1: 34}
    assert decided(books) == {"txn_a": True, "txn_b": True}


def test_the_balance_that_was_there_before_is_opened_once(books: Books) -> None:
    """Of each currency what was not nothing; a debt stands the other way round."""
    held = [Money(500, GBP), Money(0, USD), Money(-70, EUR)]
    for _ in range(2):
        with booking(books.engine) as conn:
            books.bookkeeper.open_balances(conn, held, NOON, "settle:1", NOON)
    assert posted(books) == {
        "opening:GBP": ("stripe", "opening", 500),
        "opening:EUR": ("opening", "stripe", 70),
    }
