"""The same year in four API versions is the same happenings."""

from typing import Any

import pytest

from payments.reading.events import EVENTS, read
from payments.reading.happenings import (
    BalanceChanged,
    Happening,
    InvoicePaid,
    PayoutArrived,
    RefundFailed,
    StatusChanged,
    StatusObject,
)
from payments.reading.invoices import read_invoice_payment
from sandbox.webhooks.endpoint import VERSIONS
from tests.payments.year_at_stripe import ENDIVE, Year, year_at_stripe

OLD, BASIL, DAHLIA, _ = VERSIONS
# Stripe pauses a subscription by itself only after a trial, which the twin does not play.
NEVER_SENT = {"customer.subscription.paused", "customer.subscription.resumed"}


@pytest.fixture(scope="module")
def year() -> Year:
    """The year."""
    return year_at_stripe()


def _by_event(year: Year, version: str) -> dict[str, tuple[Happening, ...]]:
    return {event["id"]: read(event) for event in year.events[version]}


def _facts(by_event: dict[str, tuple[Happening, ...]]) -> set[Happening]:
    return {happening for happenings in by_event.values() for happening in happenings}


def _links(facts: set[Happening]) -> set[Happening]:
    return {fact for fact in facts if isinstance(fact, InvoicePaid)}


def test_the_year_has_every_type_of_event_that_we_subscribe_to(year: Year) -> None:
    """What is compared below is all that there is."""
    types = {event["type"] for event in year.events[ENDIVE]}
    assert set(EVENTS) - types == NEVER_SENT


def test_the_year_has_every_kind_of_happening(year: Year) -> None:
    """Without lines, which no event reports."""
    kinds = {type(fact).__name__ for fact in _facts(_by_event(year, ENDIVE))}
    assert kinds == {
        "BalanceChanged", "ChargeSucceeded", "CheckoutReported", "DisputeFundsMoved", "InvoicePaid", "InvoiceReported",
        "PaymentFailed", "PayoutArrived", "PayoutReturned", "RefundAgreed", "RefundFailed", "StatusChanged",
        "SubscriptionReported",
    }  # fmt: skip


def test_dahlia_reports_what_endive_reports(year: Year) -> None:
    """Event by event."""
    assert _by_event(year, DAHLIA) == _by_event(year, ENDIVE)


@pytest.mark.parametrize("version", [OLD, BASIL])
def test_older_versions_report_the_same_without_links(year: Year, version: str) -> None:
    """Event by event, leaving out which payment paid which invoice: its event came later than they."""

    def without_links(by_event: dict[str, tuple[Happening, ...]]) -> list[tuple[str, Happening]]:
        return [(id_, fact) for id_, facts in by_event.items() for fact in facts if not isinstance(fact, InvoicePaid)]

    assert without_links(_by_event(year, version)) == without_links(_by_event(year, ENDIVE))


def test_the_oldest_version_reports_the_links_with_its_charges_and_invoices(year: Year) -> None:
    """`charge.invoice`, `invoice.payment_intent`: the same links as `invoice_payment.paid` reports today."""
    links = _links(_facts(_by_event(year, ENDIVE)))
    assert len(links) > 8
    assert _links(_facts(_by_event(year, OLD))) == links


def test_for_basil_the_list_completes_the_links(year: Year) -> None:
    """Its first version reports none; `invoice_payments` with the invoice expanded has them, and whose they are."""
    assert _links(_facts(_by_event(year, BASIL))) == set()
    listed = {fact for payment in year.invoice_payments for fact in read_invoice_payment(payment)}
    facts = _facts(_by_event(year, ENDIVE))
    assert _links(listed) == _links(facts)
    assert listed <= facts


def test_a_charge_says_that_the_balance_moved_once_it_has(year: Year) -> None:
    """A card's with charge.updated, a debit's at once."""
    by_event = _by_event(year, ENDIVE)

    def moving(kind: str, method: str) -> set[bool]:
        return {
            BalanceChanged() in by_event[event["id"]]
            for event in year.events[ENDIVE]
            if event["type"] == kind and event["data"]["object"]["payment_method_details"]["type"] == method
        }

    assert (moving("charge.succeeded", "card"), moving("charge.updated", "card")) == ({False}, {True})
    assert moving("charge.succeeded", "bacs_debit") == {True}


def test_a_card_that_is_declined_is_no_fact_and_a_debit_that_fails_is_one(year: Year) -> None:
    """Whether it fails at once or after it had succeeded."""
    by_event = _by_event(year, ENDIVE)
    failed: dict[str, list[Any]] = {"card": [], "bacs_debit": []}
    for event in year.events[ENDIVE]:
        if event["type"] == "charge.failed":
            failed[event["data"]["object"]["payment_method_details"]["type"]].append(by_event[event["id"]])
    assert failed["card"]
    assert set(failed["card"]) == {()}
    assert [BalanceChanged() in happenings for happenings in failed["bacs_debit"]] == [False, True]


def test_a_refund_is_undone_by_the_event_that_undid_it_alone(year: Year) -> None:
    """Failing and cancelled: each at one instant, however many events of the refund come afterwards."""
    facts = _facts(_by_event(year, ENDIVE))
    failed_refunds = {(fact.refund, fact.at) for fact in facts if isinstance(fact, RefundFailed)}
    assert len(failed_refunds) == len({refund for refund, _ in failed_refunds}) == 2


def test_payouts_arrive_on_their_day_and_may_be_negative(year: Year) -> None:
    """The day is the payout's arrival date; the bank was debited once."""
    arrived = [fact for fact in _facts(_by_event(year, ENDIVE)) if isinstance(fact, PayoutArrived)]
    assert [payout.amount.minor < 0 for payout in sorted(arrived, key=lambda payout: payout.day)][-1]
    watched = {fact.what for fact in _facts(_by_event(year, ENDIVE)) if isinstance(fact, StatusChanged)}
    assert watched == set(StatusObject) - {StatusObject.LINK_SESSION}  # its messages are of gifts by link
