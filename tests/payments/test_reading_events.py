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
from tests.payments.messages import CREATED, MARK, charge, event, session
from tests.payments.stripe_objects import RECURRING, dispute, invoice, line, old_invoice, payout, refund

GIFT = "00000000-0000-0000-0000-000000000001"
AT, AT_EVENT = from_unix(CREATED), from_unix(CREATED + 60)
DAYS_BEFORE = CREATED - 3 * 86_400
BACS: dict[str, Any] = {"payment_method_details": {"type": "bacs_debit"}, "created": DAYS_BEFORE}
FIVE = Money(500, GBP)
STATUS = StatusChanged(StatusObject.SUBSCRIPTION, "sub_1")
BELONGS = SubscriptionReported("sub_1", RECURRING)


def _read(kind: str, stripe_object: Mapping[str, Any], **before: Any) -> list[Happening]:
    happenings = event(kind, stripe_object, name="1", created=CREATED + 60)
    if before:
        happenings["data"]["previous_attributes"] = before
    return list(read(happenings))


def test_a_charge_that_succeeds_is_a_fact_of_its_own_instant() -> None:
    """A card's: when it was charged. The payment is the intent, else the charge."""
    paid = Money(2500, GBP)
    happenings = ChargeSucceeded("ch_1", "pi_1", "pi_1", paid, "Visa ending 4242", AT, GIFT, MARK)
    assert _read("charge.succeeded", charge(gift=GIFT)) == [happenings]
    bare = charge(payment_intent=None, payment_method_details=None)
    assert _read("charge.succeeded", bare) == [ChargeSucceeded("ch_1", "ch_1", None, paid, "Card", AT, None)]
    assert _read("charge.succeeded", charge(captured=False)) == []


@pytest.mark.parametrize(
    ("details", "payer"),
    [
        ({"name": " Ada\u200b  Lovelace "}, "Ada Lovelace"),
        ({"name": None}, ""),
        (None, ""),
        ({"name": "x" * 500}, "x" * 100),
    ],
    ids=str,
)
def test_a_charge_tells_the_name_on_the_card_or_in_the_wallet(details: dict[str, Any] | None, payer: str) -> None:
    """Tidied as what donors type; it stands in no log."""
    [success] = _read("charge.succeeded", charge(gift=GIFT, billing_details=details))
    assert isinstance(success, ChargeSucceeded)
    assert (success.payer, "Lovelace" in repr(success)) == (payer, False)


@pytest.mark.parametrize("method", ["bacs_debit", "nz_bank_account", "a_method_of_next_year"])
def test_a_payment_that_was_pending_succeeds_when_its_event_says_so(method: str) -> None:
    """It was created days before, whatever the method; its money is in the balance already."""
    pending = charge(balance_transaction="txn_1", payment_method_details={"type": method}, created=DAYS_BEFORE)
    success, *more = _read("charge.succeeded", pending)
    assert isinstance(success, ChargeSucceeded)
    assert (success.at, more) == (AT_EVENT, [BalanceChanged()])


@pytest.mark.parametrize("method", ["bacs_debit", "nz_bank_account", "a_method_of_next_year"])
def test_a_payment_that_was_pending_or_had_succeeded_may_fail(method: str) -> None:
    """A card that is declined at once is no fact of the books."""
    details = {"type": method}
    [failure] = _read("charge.failed", charge(payment_method_details=details, created=DAYS_BEFORE))
    assert failure == PaymentFailed("ch_1", "pi_1", Money(2500, GBP), AT_EVENT, None)
    assert _read("charge.failed", charge(payment_method_details=details)) == []


def test_a_payment_that_was_pending_for_an_hour_succeeds_when_its_event_says_so() -> None:
    """It may have been another day, or another year."""
    [success] = _read("charge.succeeded", charge(payment_method_details={"type": "blik"}, created=CREATED - 3600))
    assert isinstance(success, ChargeSucceeded)
    assert success.at == AT_EVENT


@pytest.mark.parametrize("field", ["balance_transaction", "failure_balance_transaction"])
def test_a_payment_that_is_in_the_balance_may_fail_within_minutes(field: str) -> None:
    """As debits of Stripe's test mode do after three. Nothing of a declined payment is ever in the balance."""
    debit = charge(payment_method_details={"type": "us_bank_account"}, created=CREATED - 120)
    failure = PaymentFailed("ch_1", "pi_1", Money(2500, GBP), AT_EVENT, None)
    assert _read("charge.failed", debit | {field: "txn_1"}) == [failure, BalanceChanged()]
    assert _read("charge.failed", debit) == []


def test_an_old_charge_names_its_invoice() -> None:
    """Before 2025-03-31.basil."""
    assert _read("charge.succeeded", charge(invoice="in_1"))[1:] == [InvoicePaid("in_1", "pi_1")]


def test_a_charge_that_changes_moved_the_balance_only_if_that_is_what_changed() -> None:
    """A new description is no reason to read Stripe's lists."""
    settled = charge(balance_transaction="txn_1")
    assert _read("charge.updated", settled, balance_transaction=None) == [BalanceChanged()]
    assert _read("charge.updated", settled, description="") == []
    assert _read("charge.updated", charge(balance_transaction=None), balance_transaction="txn_1") == []


def test_a_debit_that_fails_is_a_fact_and_a_declined_card_is_none() -> None:
    """At the event's instant; the balance moved if it had succeeded before."""
    failed = charge(gift=GIFT, status="failed", captured=False, amount_captured=0, **BACS)
    fact = PaymentFailed("ch_1", "pi_1", Money(2500, GBP), AT_EVENT, GIFT)
    assert _read("charge.failed", failed) == [fact]
    assert _read("charge.failed", failed | {"balance_transaction": "txn_1"}) == [fact, BalanceChanged()]
    assert _read("charge.failed", charge(gift=GIFT, status="failed", captured=False)) == []


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
    assert _read(f"checkout.session.{kind}", once) == [CheckoutReported("cs_test_1", GIFT, "pi_1", state)]
    marks = {"gift_id": GIFT, "recurring_id": RECURRING}
    monthly = once | {"mode": "subscription", "metadata": marks, "payment_intent": None, "subscription": "sub_1"}
    happenings = CheckoutReported("cs_test_1", GIFT, None, state)
    assert _read(f"checkout.session.{kind}", monthly) == [happenings, BELONGS]
    assert _read(f"checkout.session.{kind}", monthly | {"subscription": None}) == [happenings]
    assert _read(f"checkout.session.{kind}", once | {"mode": "setup"}) == []
    assert _read(f"checkout.session.{kind}", once | {"metadata": {"gift_id": "ours, surely"}}) == []


def test_an_invoice_says_whose_it_is() -> None:
    """Paid or not; the first one, a later one, one that is not ours, and one without a subscription."""
    later, first = InvoiceReported("in_1", RECURRING, first=False), InvoiceReported("in_1", RECURRING, first=True)
    strange = [InvoiceReported("in_1", NO_RECURRING_GIFT, first=False)]
    for kind in ("invoice.paid", "invoice.payment_failed"):
        assert _read(kind, invoice()) == [later, BELONGS, STATUS]
        assert _read(kind, invoice(billing_reason="subscription_create"))[0] == first
        others = {"subscription_details": {"metadata": {"team": "7"}, "subscription": "sub_2"}}
        assert _read(kind, invoice(parent=others)) == strange
        assert _read(kind, invoice(parent=None)) == strange


def test_an_old_invoice_names_its_payment_and_subscription_itself() -> None:
    """Before 2025-03-31.basil; when it is paid."""
    whose = [InvoiceReported("in_1", RECURRING, first=True), BELONGS, STATUS]
    assert _read("invoice.paid", old_invoice()) == [InvoicePaid("in_1", "pi_1"), *whose]
    assert _read("invoice.paid", old_invoice(payment_intent=None))[0] == InvoicePaid("in_1", "ch_1")
    assert _read("invoice.paid", old_invoice(payment_intent=None, charge=None)) == whose
    assert _read("invoice.payment_failed", old_invoice()) == whose
    alone = old_invoice(subscription=None, subscription_details=None)
    assert _read("invoice.payment_failed", alone) == [InvoiceReported("in_1", NO_RECURRING_GIFT, first=False)]


@pytest.mark.parametrize(
    ("payment_of_invoice", "happenings"),
    [
        ({"type": "payment_intent", "payment_intent": "pi_1"}, [InvoicePaid("in_1", "pi_1")]),
        ({"type": "charge", "charge": "ch_1"}, [InvoicePaid("in_1", "ch_1")]),
        ({"type": "payment_record", "payment_record": "pr_1"}, []),
    ],
)
def test_an_invoice_payment_links_two(payment_of_invoice: dict[str, str], happenings: list[Happening]) -> None:
    """A payment record is money from outside Stripe; an attempt that is open or was cancelled paid nothing."""
    payment = {
        "id": "inpay_1",
        "object": "invoice_payment",
        "invoice": "in_1",
        "payment": payment_of_invoice,
        "status": "paid",
    }
    assert _read("invoice_payment.paid", payment) == happenings
    assert _read("invoice_payment.paid", payment | {"status": "canceled"}) == []


@pytest.mark.parametrize("what", ["created", "updated", "deleted", "paused", "resumed"])
def test_a_subscription_of_ours_is_to_be_looked_at(what: str) -> None:
    """Whatever happened to it; another's is left alone."""
    ours = {"id": "sub_1", "object": "subscription", "metadata": {"recurring_id": RECURRING}}
    assert _read(f"customer.subscription.{what}", ours) == [BELONGS, STATUS]
    assert _read(f"customer.subscription.{what}", ours | {"metadata": {}}) == []


def test_a_refund_is_agreed_when_it_is_made() -> None:
    """At its own instant, whichever event reports it; one without a charge is no gift's."""
    agreed = [RefundAgreed("re_1", "pi_1", FIVE, AT), BalanceChanged()]
    assert _read("refund.created", refund()) == agreed
    assert _read("refund.updated", refund(), destination_details={}) == agreed
    assert _read("refund.created", refund(payment_intent=None))[0] == RefundAgreed("re_1", "ch_1", FIVE, AT)
    assert _read("refund.created", refund(payment_intent=None, charge=None)) == [BalanceChanged()]


def test_a_refund_is_undone_by_the_change_that_undid_it() -> None:
    """At the instant of that event; a later change of a refund that had failed undoes nothing again."""
    both = [RefundAgreed("re_1", "pi_1", FIVE, AT), RefundFailed("re_1", "pi_1", FIVE, AT_EVENT), BalanceChanged()]
    for status in ("failed", "canceled"):
        assert _read("refund.updated", refund(status=status), status="pending") == both
        assert _read("refund.updated", refund(status=status), metadata={}) == [both[0], both[2]]
        with pytest.raises(UnexpectedShape, match="what changed"):
            _read("refund.updated", refund(status=status))
    assert _read("refund.failed", refund(status="failed")) == both
    why = refund(status="failed", failure_reason="lost_or_stolen_card")
    assert RefundFailed("re_1", "pi_1", FIVE, AT_EVENT, (), "lost_or_stolen_card") in _read("refund.failed", why)


@pytest.mark.parametrize("what", ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"])
def test_a_dispute_is_the_money_that_it_moved(what: str) -> None:
    """None for an inquiry; each movement by itself; what Stripe charges for it is no movement."""
    status = StatusChanged(StatusObject.DISPUTE, "du_1")
    assert _read(f"charge.dispute.{what}", dispute()) == [status]
    out = line(-500, fee=2000, net=-2500)
    back = line(200, "dispute_reversal", id="txn_2")
    fees = line(-300, "fee", id="txn_3"), line(0, fee=2000, net=-2000, id="txn_4")
    moved = [
        DisputeFundsMoved("txn_1", "du_1", "pi_1", Money(-500, GBP), from_unix(CREATED + 5)),
        DisputeFundsMoved("txn_2", "du_1", "pi_1", Money(200, GBP), from_unix(CREATED + 5)),
    ]
    assert _read(f"charge.dispute.{what}", dispute(out, back, *fees)) == [*moved, status, BalanceChanged()]


def test_a_dispute_moves_money_of_the_donors_currency() -> None:
    """Where the balance is kept in another, the dispute's own amount, by the line's sign."""
    lines = line(-380), line(380, "dispute_reversal", id="txn_2")
    happenings = _read("charge.dispute.closed", dispute(*lines, currency="usd"))
    assert [happening.amount for happening in happenings if isinstance(happening, DisputeFundsMoved)] == [
        Money(-500, USD),
        Money(500, USD),
    ]


def test_a_payout_arrives_on_its_day_and_comes_back_when_its_event_says_so() -> None:
    """Negative when Stripe debits the bank."""
    status = StatusChanged(StatusObject.PAYOUT, "po_1")
    for what in ("created", "updated", "reconciliation_completed"):
        assert _read(f"payout.{what}", payout()) == [status, BalanceChanged()]
    assert _read("payout.paid", payout()) == [PayoutArrived("po_1", FIVE, from_unix(CREATED + 30).date()), status]
    debited = PayoutArrived("po_1", -FIVE, from_unix(CREATED + 30).date())
    assert _read("payout.paid", payout(amount=-500))[0] == debited
    for what in ("failed", "canceled"):
        assert _read(f"payout.{what}", payout()) == [PayoutReturned("po_1", FIVE, AT_EVENT), status, BalanceChanged()]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "ch_\x00"}, {"id": "ch_\ud800"}, {"id": "c" * 256}, {"id": ""}, {"amount_captured": LARGEST_NUMBER + 1},
        {"amount_captured": 0}, {"amount_captured": -1}, {"amount_captured": True}, {"amount_captured": 25.0},
        {"created": -1}, {"created": 2**40}, {"status": None}, {"captured": None}, {"payment_intent": 7},
        {"payment_intent": {"object": "payment_intent"}}, {"payment_method_details": "card"},
    ],
)  # fmt: skip
def test_what_no_database_would_keep_is_refused(wrong: dict[str, Any]) -> None:
    """Odd characters, numbers and instants out of bounds, amounts that are none."""
    with pytest.raises(UnexpectedShape):
        _read("charge.succeeded", charge(**wrong))


def test_a_currency_that_we_keep_no_books_in_is_named() -> None:
    """So that the dead letter says which."""
    with pytest.raises(UnknownCurrency, match="zzz"):
        _read("charge.succeeded", charge(currency="zzz"))
