"""Each type of event, in its least shape, is exactly these happenings."""

from collections.abc import Mapping
from typing import Any

import pytest

from database.instants import from_unix
from ledger.money import GBP, USD, Money, UnknownCurrency
from payments.gifts.gift import GiftState
from payments.reading.events import read
from payments.reading.fields import LARGEST_NUMBER, UnexpectedShape
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    BalanceChanged,
    ChargeSucceeded,
    CheckoutReported,
    DisputeFundsMoved,
    Happening,
    InvoicePaid,
    InvoiceReported,
    PaymentFailed,
    PayoutArrived,
    PayoutReturned,
    RefundAgreed,
    RefundFailed,
    StatusChanged,
    StatusObject,
    SubscriptionReported,
)
from tests.payments.messages import CREATED, charge, event, session
from tests.payments.things import RECURRING, dispute, invoice, line, old_invoice, payout, refund

GIFT = "00000000-0000-0000-0000-000000000001"
AT, TOLD = from_unix(CREATED), from_unix(CREATED + 60)
BACS: dict[str, Any] = {"payment_method_details": {"type": "bacs_debit"}}
FIVE = Money(500, GBP)
LOOK = StatusChanged(StatusObject.SUBSCRIPTION, "sub_1")
BELONGS = SubscriptionReported("sub_1", RECURRING)


def _heard(kind: str, thing: Mapping[str, Any], **before: Any) -> list[Happening]:
    told = event(kind, thing, name="1", created=CREATED + 60)
    if before:
        told["data"]["previous_attributes"] = before
    return list(read(told))


def test_a_charge_that_succeeds_is_a_fact_of_its_own_instant() -> None:
    """A card's: when it was charged. The payment is the intent, else the charge."""
    paid = Money(2500, GBP)
    told = ChargeSucceeded("ch_1", "pi_1", "pi_1", paid, "Visa ending 4242", AT, GIFT)
    assert _heard("charge.succeeded", charge(gift=GIFT)) == [told]
    bare = charge(payment_intent=None, payment_method_details=None)
    assert _heard("charge.succeeded", bare) == [ChargeSucceeded("ch_1", "ch_1", None, paid, "Card", AT, None)]
    assert _heard("charge.succeeded", charge(captured=False)) == []


def test_a_debit_succeeds_when_its_event_says_so() -> None:
    """It was created days before; its money is in the balance already."""
    told = _heard("charge.succeeded", charge(balance_transaction="txn_1", **BACS))
    assert told == [
        ChargeSucceeded("ch_1", "pi_1", "pi_1", Money(2500, GBP), "Bacs Direct Debit", TOLD, None),
        BalanceChanged(),
    ]


def test_an_old_charge_names_its_invoice() -> None:
    """Before 2025-03-31.basil."""
    assert _heard("charge.succeeded", charge(invoice="in_1"))[1:] == [InvoicePaid("in_1", "pi_1")]


def test_a_charge_that_changes_moved_the_balance_only_if_that_is_what_changed() -> None:
    """A new description is no reason to read Stripe's lists."""
    settled = charge(balance_transaction="txn_1")
    assert _heard("charge.updated", settled, balance_transaction=None) == [BalanceChanged()]
    assert _heard("charge.updated", settled, description="") == []
    assert _heard("charge.updated", charge(balance_transaction=None), balance_transaction="txn_1") == []


def test_a_debit_that_fails_is_a_fact_and_a_declined_card_is_none() -> None:
    """At the event's instant; the balance moved if it had succeeded before."""
    failed = charge(gift=GIFT, status="failed", captured=False, amount_captured=0, **BACS)
    fact = PaymentFailed("ch_1", "pi_1", Money(2500, GBP), TOLD, GIFT)
    assert _heard("charge.failed", failed) == [fact]
    assert _heard("charge.failed", failed | {"balance_transaction": "txn_1"}) == [fact, BalanceChanged()]
    assert _heard("charge.failed", charge(gift=GIFT, status="failed", captured=False)) == []


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("completed", "paid", None),
        ("completed", "unpaid", GiftState.PROCESSING),
        ("async_payment_succeeded", "paid", None),
        ("async_payment_failed", "unpaid", GiftState.FAILED),
        ("expired", "unpaid", GiftState.EXPIRED),
    ],
)
def test_a_session_says_whose_it_is_and_how_it_stands(kind: str, status: str, state: GiftState | None) -> None:
    """In both modes; in subscription mode also which subscription came of it."""
    once = session(gift=GIFT, payment_status=status)
    assert _heard(f"checkout.session.{kind}", once) == [CheckoutReported("cs_test_1", GIFT, "pi_1", state)]
    marks = {"gift_id": GIFT, "recurring_id": RECURRING}
    monthly = once | {"mode": "subscription", "metadata": marks, "payment_intent": None, "subscription": "sub_1"}
    told = CheckoutReported("cs_test_1", GIFT, None, state)
    assert _heard(f"checkout.session.{kind}", monthly) == [told, BELONGS]
    assert _heard(f"checkout.session.{kind}", monthly | {"subscription": None}) == [told]
    assert _heard(f"checkout.session.{kind}", once | {"mode": "setup"}) == []
    assert _heard(f"checkout.session.{kind}", once | {"metadata": {"gift_id": "ours, surely"}}) == []


def test_an_invoice_says_whose_it_is() -> None:
    """Paid or not; the first one, a later one, somebody else's, and one without a subscription."""
    later, first = InvoiceReported("in_1", RECURRING, first=False), InvoiceReported("in_1", RECURRING, first=True)
    strange = [InvoiceReported("in_1", NO_RECURRING_GIFT, first=False)]
    for kind in ("invoice.paid", "invoice.payment_failed"):
        assert _heard(kind, invoice()) == [later, BELONGS, LOOK]
        assert _heard(kind, invoice(billing_reason="subscription_create"))[0] == first
        others = {"subscription_details": {"metadata": {"team": "7"}, "subscription": "sub_2"}}
        assert _heard(kind, invoice(parent=others)) == strange
        assert _heard(kind, invoice(parent=None)) == strange


def test_an_old_invoice_names_its_payment_and_subscription_itself() -> None:
    """Before 2025-03-31.basil; when it is paid."""
    whose = [InvoiceReported("in_1", RECURRING, first=True), BELONGS, LOOK]
    assert _heard("invoice.paid", old_invoice()) == [InvoicePaid("in_1", "pi_1"), *whose]
    assert _heard("invoice.paid", old_invoice(payment_intent=None))[0] == InvoicePaid("in_1", "ch_1")
    assert _heard("invoice.paid", old_invoice(payment_intent=None, charge=None)) == whose
    assert _heard("invoice.payment_failed", old_invoice()) == whose
    alone = old_invoice(subscription=None, subscription_details=None)
    assert _heard("invoice.payment_failed", alone) == [InvoiceReported("in_1", NO_RECURRING_GIFT, first=False)]


@pytest.mark.parametrize(
    ("means", "told"),
    [
        ({"type": "payment_intent", "payment_intent": "pi_1"}, [InvoicePaid("in_1", "pi_1")]),
        ({"type": "charge", "charge": "ch_1"}, [InvoicePaid("in_1", "ch_1")]),
        ({"type": "payment_record", "payment_record": "pr_1"}, []),
    ],
)
def test_an_invoice_payment_links_two(means: dict[str, str], told: list[Happening]) -> None:
    """A payment record is money from outside Stripe; an attempt that is open or was cancelled paid nothing."""
    payment = {"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "payment": means, "status": "paid"}
    assert _heard("invoice_payment.paid", payment) == told
    assert _heard("invoice_payment.paid", payment | {"status": "canceled"}) == []


@pytest.mark.parametrize("what", ["created", "updated", "deleted", "paused", "resumed"])
def test_a_subscription_of_ours_is_to_be_looked_at(what: str) -> None:
    """Whatever happened to it; another's is left alone."""
    ours = {"id": "sub_1", "object": "subscription", "metadata": {"recurring_id": RECURRING}}
    assert _heard(f"customer.subscription.{what}", ours) == [BELONGS, LOOK]
    assert _heard(f"customer.subscription.{what}", ours | {"metadata": {}}) == []


def test_a_refund_is_agreed_when_it_is_made() -> None:
    """At its own instant, whichever event tells of it; one of no charge is nobody's gift."""
    agreed = [RefundAgreed("re_1", "pi_1", FIVE, AT), BalanceChanged()]
    assert _heard("refund.created", refund()) == agreed
    assert _heard("refund.updated", refund(), destination_details={}) == agreed
    assert _heard("refund.created", refund(payment_intent=None))[0] == RefundAgreed("re_1", "ch_1", FIVE, AT)
    assert _heard("refund.created", refund(payment_intent=None, charge=None)) == [BalanceChanged()]


def test_a_refund_is_undone_by_the_change_that_undid_it() -> None:
    """At the instant of that event; a later change of a refund that had failed undoes nothing again."""
    both = [RefundAgreed("re_1", "pi_1", FIVE, AT), RefundFailed("re_1", "pi_1", FIVE, TOLD), BalanceChanged()]
    for status in ("failed", "canceled"):
        assert _heard("refund.updated", refund(status=status), status="pending") == both
        assert _heard("refund.updated", refund(status=status), metadata={}) == [both[0], both[2]]
        with pytest.raises(UnexpectedShape, match="what changed"):
            _heard("refund.updated", refund(status=status))
    assert _heard("refund.failed", refund(status="failed")) == both


@pytest.mark.parametrize("what", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"])
def test_a_dispute_is_the_money_that_it_moved(what: str) -> None:
    """None for an inquiry; each movement by itself; what Stripe charges for it is no movement."""
    look = StatusChanged(StatusObject.DISPUTE, "du_1")
    assert _heard(f"charge.dispute.{what}", dispute()) == [look]
    out = line(-500, fee=2000, net=-2500)
    back = line(200, "dispute_reversal", id="txn_2")
    fees = line(-300, "fee", id="txn_3"), line(0, fee=2000, net=-2000, id="txn_4")
    moved = [
        DisputeFundsMoved("txn_1", "du_1", "pi_1", Money(-500, GBP), from_unix(CREATED + 5)),
        DisputeFundsMoved("txn_2", "du_1", "pi_1", Money(200, GBP), from_unix(CREATED + 5)),
    ]
    assert _heard(f"charge.dispute.{what}", dispute(out, back, *fees)) == [*moved, look, BalanceChanged()]


def test_a_dispute_moves_money_of_the_donors_currency() -> None:
    """Where the balance is kept in another, the dispute's own amount, by the line's sign."""
    lines = line(-380), line(380, "dispute_reversal", id="txn_2")
    told = _heard("charge.dispute.closed", dispute(*lines, currency="usd"))
    assert [one.amount for one in told if isinstance(one, DisputeFundsMoved)] == [Money(-500, USD), Money(500, USD)]


def test_a_payout_arrives_on_its_day_and_comes_back_when_its_event_says_so() -> None:
    """Negative when Stripe debits the bank."""
    look = StatusChanged(StatusObject.PAYOUT, "po_1")
    for what in ("created", "updated", "reconciliation_completed"):
        assert _heard(f"payout.{what}", payout()) == [look, BalanceChanged()]
    assert _heard("payout.paid", payout()) == [PayoutArrived("po_1", FIVE, from_unix(CREATED + 30)), look]
    debited = PayoutArrived("po_1", -FIVE, from_unix(CREATED + 30))
    assert _heard("payout.paid", payout(amount=-500))[0] == debited
    for what in ("failed", "canceled"):
        assert _heard(f"payout.{what}", payout()) == [PayoutReturned("po_1", FIVE, TOLD), look, BalanceChanged()]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "ch_\x00"}, {"id": "ch_\ud800"}, {"id": "c" * 256}, {"id": ""}, {"amount_captured": LARGEST_NUMBER + 1},
        {"amount_captured": 0}, {"amount_captured": -1}, {"amount_captured": True}, {"amount_captured": 25.0},
        {"created": -1}, {"created": 2**40}, {"status": None}, {"captured": None}, {"payment_intent": 7},
        {"payment_intent": {"object": "payment_intent"}}, {"payment_method_details": "card"},
    ],
)  # fmt: skip
def test_what_no_database_would_keep_is_misshapen(wrong: dict[str, Any]) -> None:
    """Odd characters, numbers and instants out of bounds, amounts that are none."""
    with pytest.raises(UnexpectedShape):
        _heard("charge.succeeded", charge(**wrong))


def test_a_currency_that_we_keep_no_books_in_is_named() -> None:
    """So that the dead letter says which."""
    with pytest.raises(UnknownCurrency, match="zzz"):
        _heard("charge.succeeded", charge(currency="zzz"))
