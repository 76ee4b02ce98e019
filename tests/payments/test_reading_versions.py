"""The same year, told in four API versions, is the same happenings."""

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
from tests.payments.twin_story import ENDIVE, Year, a_year

OLD, BASIL, DAHLIA, _ = VERSIONS
# Stripe pauses a subscription by itself only after a trial, which the twin does not play.
NEVER_TOLD = {"customer.subscription.paused", "customer.subscription.resumed"}


@pytest.fixture(scope="module")
def year() -> Year:
    """The year."""
    return a_year()


def _by_event(year: Year, version: str) -> dict[str, tuple[Happening, ...]]:
    return {event["id"]: read(event) for event in year.told[version]}


def _facts(found: dict[str, tuple[Happening, ...]]) -> set[Happening]:
    return {one for happenings in found.values() for one in happenings}


def _links(facts: set[Happening]) -> set[Happening]:
    return {one for one in facts if isinstance(one, InvoicePaid)}


def test_the_year_tells_of_every_type_that_we_subscribe_to(year: Year) -> None:
    """What is compared below is all that there is."""
    told = {event["type"] for event in year.told[ENDIVE]}
    assert set(EVENTS) - told == NEVER_TOLD


def test_the_year_has_every_kind_of_happening(year: Year) -> None:
    """But for lines, which no event tells."""
    kinds = {type(one).__name__ for one in _facts(_by_event(year, ENDIVE))}
    assert kinds == {
        "BalanceChanged", "ChargeSucceeded", "CheckoutReported", "DisputeFundsMoved", "InvoicePaid", "InvoiceReported",
        "PaymentFailed", "PayoutArrived", "PayoutReturned", "RefundAgreed", "RefundFailed", "StatusChanged",
        "SubscriptionReported",
    }  # fmt: skip


def test_dahlia_tells_what_endive_tells(year: Year) -> None:
    """Event by event."""
    assert _by_event(year, DAHLIA) == _by_event(year, ENDIVE)


@pytest.mark.parametrize("version", [OLD, BASIL])
def test_older_versions_tell_the_same_but_for_links(year: Year, version: str) -> None:
    """Event by event, leaving out which payment paid which invoice: its event came later than they."""

    def without_links(told: dict[str, tuple[Happening, ...]]) -> list[tuple[str, Happening]]:
        return [(id_, one) for id_, found in told.items() for one in found if not isinstance(one, InvoicePaid)]

    assert without_links(_by_event(year, version)) == without_links(_by_event(year, ENDIVE))


def test_the_oldest_version_tells_the_links_with_its_charges_and_invoices(year: Year) -> None:
    """`charge.invoice`, `invoice.payment_intent`: the same links as `invoice_payment.paid` tells today."""
    links = _links(_facts(_by_event(year, ENDIVE)))
    assert len(links) > 8
    assert _links(_facts(_by_event(year, OLD))) == links


def test_for_basil_the_list_completes_the_links(year: Year) -> None:
    """Its first version tells none; `invoice_payments` with the invoice expanded has them, and whose they are."""
    assert _links(_facts(_by_event(year, BASIL))) == set()
    listed = {one for payment in year.invoice_payments for one in read_invoice_payment(payment)}
    told = _facts(_by_event(year, ENDIVE))
    assert _links(listed) == _links(told)
    assert listed <= told


def test_a_charge_says_that_the_balance_moved_once_it_has(year: Year) -> None:
    """A card's with charge.updated, a debit's at once."""
    found = _by_event(year, ENDIVE)

    def moving(kind: str, method: str) -> set[bool]:
        return {
            BalanceChanged() in found[event["id"]]
            for event in year.told[ENDIVE]
            if event["type"] == kind and event["data"]["object"]["payment_method_details"]["type"] == method
        }

    assert (moving("charge.succeeded", "card"), moving("charge.updated", "card")) == ({False}, {True})
    assert moving("charge.succeeded", "bacs_debit") == {True}


def test_a_card_that_is_declined_is_no_fact_and_a_debit_that_fails_is_one(year: Year) -> None:
    """Whether it fails at once or after it had succeeded."""
    found = _by_event(year, ENDIVE)
    failed: dict[str, list[Any]] = {"card": [], "bacs_debit": []}
    for event in year.told[ENDIVE]:
        if event["type"] == "charge.failed":
            failed[event["data"]["object"]["payment_method_details"]["type"]].append(found[event["id"]])
    assert failed["card"]
    assert set(failed["card"]) == {()}
    assert [BalanceChanged() in told for told in failed["bacs_debit"]] == [False, True]


def test_a_refund_is_undone_by_the_event_that_undid_it_alone(year: Year) -> None:
    """Failing and cancelled: each at one instant, however many events tell of the refund afterwards."""
    told = _facts(_by_event(year, ENDIVE))
    undone = {(one.refund, one.at) for one in told if isinstance(one, RefundFailed)}
    assert len(undone) == len({refund for refund, _ in undone}) == 2


def test_payouts_arrive_on_their_day_and_may_be_negative(year: Year) -> None:
    """The instant is the payout's arrival date; the bank was debited once."""
    arrived = [one for one in _facts(_by_event(year, ENDIVE)) if isinstance(one, PayoutArrived)]
    assert all(one.at.hour == one.at.minute == 0 for one in arrived)
    assert [one.amount.minor < 0 for one in sorted(arrived, key=lambda one: one.at)][-1]
    watched = {one.what for one in _facts(_by_event(year, ENDIVE)) if isinstance(one, StatusChanged)}
    assert watched == set(StatusObject)
