"""A trace holds the whole way of money, under each of its identifiers, and lists what is missing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from database.transactions import reading
from ledger.money import Money
from payments.reading.happenings import Category, RefundAgreed
from proof.trace import NoTrace, SeveralTraces, Trace, trace
from tests.payments.messages import charged, completed
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import NOON, dispute, everything, line, pay_out, pounds, refund, settle_gift, tell
from web.wording import Wording

LONDON = Wording("en_GB", "Europe/London")


def traced(engine: Engine, asked: str) -> Trace:
    """The trace behind an identifier."""
    with reading(engine) as conn:
        return trace(conn, asked)


def texts(shown: Trace) -> list[tuple[str, Money | None]]:
    """Each step's words and amount."""
    return [(step.text, step.amount) for step in shown.steps]


def test_a_gift_is_followed_from_the_form_to_the_bank(desk: Desk, engine: Engine) -> None:
    """Every step in its order, with the entries that book it."""
    everything(desk)

    shown = traced(engine, gift_id(1))

    assert texts(shown) == [
        ("Asked for, to go to Save our libraries", pounds(2500)),
        ("Charged: Visa ending 4242", pounds(2500)),
        ("Counted for Save our libraries", pounds(2500)),
        ("Receipt 2026-000001", None),
        ("Seen in Stripe's balance", pounds(2500)),
        ("Stripe's fee", pounds(-58)),
        ("Refund agreed: taken off Save our libraries", pounds(-1000)),
        ("Left Stripe's balance", pounds(-1000)),
        ("Sent to the bank", pounds(1442)),
        ("Arrived at the bank", pounds(1442)),
    ]
    assert [entry.key for entry in shown.entries] == [
        "gift:ch_1:0", "settle:txn_1", "fee:txn_1:0", "refund:re_1:0", "settle:txn_re_1", "payout:txn_po_1",
        "paid:po_1",
    ]  # fmt: skip


def test_every_entry_says_what_made_us_post_it(desk: Desk, engine: Engine) -> None:
    """A delivery with its type, or the run that read Stripe's lists."""
    everything(desk)

    causes = {posted.key: (posted.cause, posted.delivery_type) for posted in traced(engine, "pi_1").entries}

    assert causes["gift:ch_1:0"] == ("evt_charge_1", "charge.succeeded")
    assert causes["settle:txn_1"] == ("settle:0f3b", None)


@pytest.mark.parametrize(
    "name",
    ["pi_1", "ch_1", "re_1", "txn_1", "txn_re_1", "cs_test_1", "2026-000001", "2026-1", " pi_1 ", "gift:ch_1:0"],
)
def test_money_goes_by_many_names(desk: Desk, engine: Engine, name: str) -> None:
    """Whatever a treasurer can read at Stripe or on a receipt leads to the same gift."""
    everything(desk)
    desk.books.deliver(completed("1", gift=gift_id(1)))

    assert traced(engine, name).id == gift_id(1)


def test_a_reference_is_read_in_either_case(desk: Desk, engine: Engine) -> None:
    """As a donor reads it out on the telephone; two that begin alike are both named."""
    desk.books.pledge(0xABCDEF01 << 96)
    desk.give(1, 2500)

    assert traced(engine, "ABCDEF01").id == "abcdef01-0000-0000-0000-000000000000"
    desk.give(2, 2500)
    with pytest.raises(SeveralTraces, match=gift_id(2)):
        traced(engine, "00000000")


@pytest.mark.parametrize("name", ["", "pi_9", "%", "2026-000009", "' OR 1=1 --", "0" * 200])
def test_what_is_not_here_has_no_trace(desk: Desk, engine: Engine, name: str) -> None:
    """Nothing is guessed."""
    desk.give(1, 2500)

    with pytest.raises(NoTrace):
        traced(engine, name)


def test_a_payout_tells_what_it_consists_of(desk: Desk, engine: Engine) -> None:
    """By its own id or its line's; each part leads on."""
    everything(desk)

    shown = traced(engine, "po_1")

    assert [(part.id, part.amount) for part in shown.parts] == [("pi_1", pounds(2442)), ("pi_1", pounds(-1000))]
    assert (shown.parts_in_all, shown.missing) == (2, ())
    assert traced(engine, "txn_po_1") == shown


def test_a_gift_in_a_payout_with_others_says_how_much_of_it_is_its_own(desk: Desk, engine: Engine) -> None:
    """The bank statement shows the whole."""
    settle_gift(desk, 1, 2500, 58)
    settle_gift(desk, 2, 1000, 35)
    pay_out(desk, "po_1", 3407, ["txn_1", "txn_2"])

    last = traced(engine, gift_id(1)).steps[-1]

    assert (last.text, last.amount, last.whole) == ("Arrived at the bank", pounds(2442), pounds(3407))


def test_what_went_back_before_a_payout_does_not_lie_at_stripe(desk: Desk, engine: Engine) -> None:
    """Its fee alone is left, which the next payout pays."""
    settle_gift(desk, 1, 2500, 58)
    refund(desk, "re_1", 1, 2500)

    gaps = traced(engine, gift_id(1)).missing

    assert any("It went back before it was paid out" in gap for gap in gaps)
    assert not any("still lies at Stripe" in gap for gap in gaps)


def test_a_dispute_tells_what_it_took(desk: Desk, engine: Engine) -> None:
    """The money and the fee."""
    settle_gift(desk, 1, 2500, 58)
    dispute(desk, "du_1", 1, 2500)

    shown = traced(engine, "du_1")

    assert ("Disputed: taken off Save our libraries", pounds(-2500)) in texts(shown)
    assert ("Stripe's fee for a dispute", pounds(-2000)) in texts(shown)


@pytest.mark.parametrize(
    ("happened", "gaps"),
    [
        ("pledged", ["Not paid: the donor has not finished Stripe's page, or Stripe has not told us yet."]),
        ("charged", ["is not printed yet", "The payment has not been seen in Stripe's balance yet."]),
        ("settled", ["is not printed yet", "Not in a payout"]),
        ("refunded", ["is not printed yet", "Refund re_1 has not been seen", "Not in a payout"]),
        ("sent", ["is not printed yet", "Payout po_1: it has not arrived"]),
        ("arrived", ["is not printed yet"]),
    ],
)
def test_what_is_missing_is_said_with_the_reason(desk: Desk, engine: Engine, happened: str, gaps: list[str]) -> None:
    """At every stage of the way."""
    stages = ["pledged", "charged", "settled", "refunded", "sent", "arrived"].index(happened)
    desk.books.pledge(1)
    if stages >= 1:
        desk.books.deliver(charged("1", gift=gift_id(1)))
    if stages >= 2:
        tell(desk, line("txn_1", Category.PAYMENT, 2500, "pi_1", "pi_1", 58))
    if happened == "refunded":
        refund(desk, "re_1", 1, 1000, settled=False)
    if stages >= 4:
        pay_out(desk, "po_1", 2442, ["txn_1"], arrived=happened == "arrived")

    missing = traced(engine, gift_id(1)).missing

    assert len(missing) == len(gaps)
    assert [gap for gap, sentence in zip(gaps, missing, strict=True) if gap not in sentence] == []


def test_a_refund_of_a_payment_that_nobody_knows_says_that_it_waits(desk: Desk, engine: Engine) -> None:
    """And since when."""
    tell(desk, RefundAgreed("re_7", "pi_7", pounds(500), NOON))

    shown = traced(engine, "re_7")

    assert (shown.kind, shown.id) == ("payment", "pi_7")
    assert any("has waited since 21 November 2026" in gap for gap in shown.missing)


def test_the_desk_says_instants_and_amounts_as_it_says_them_everywhere(desk: Desk, engine: Engine) -> None:
    """In June a London clock is an hour before UTC."""
    june = datetime(2026, 6, 5, 12, 30, tzinfo=UTC)
    tell(desk, RefundAgreed("re_7", "pi_7", pounds(500), june), now=june)
    with reading(engine) as conn:
        at_the_desk, on_the_server = (trace(conn, "re_7", *wording).missing for wording in ((LONDON,), ()))
    assert any("since 5 June 2026 at 13:30 for" in gap for gap in at_the_desk)
    assert any("since 05 June 2026, 12:30 UTC for" in gap for gap in on_the_server)


def test_a_payment_whose_gift_was_lost_says_which(desk: Desk, engine: Engine) -> None:
    """So that it can be looked for in another backup."""
    desk.books.deliver(charged("9", gift=gift_id(9)))

    assert gift_id(9) in traced(engine, "ch_9").missing[0]


def test_a_line_of_no_payment_stands_for_itself(desk: Desk, engine: Engine) -> None:
    """Stripe's own fee, a reserve."""
    tell(desk, line("txn_fee", Category.STRIPE_FEE, -300, "txn_fee"))

    shown = traced(engine, "txn_fee")

    assert texts(shown) == [("Stripe's own fee", pounds(-300))]
