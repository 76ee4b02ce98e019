"""What is missing or wrong in a message is never guessed at: it is misshapen, or it tells the same without."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.money import Money, UnknownCurrency
from payments.reading.balance_lines import read_line
from payments.reading.events import EVENTS, read
from payments.reading.fields import LARGEST_NUMBER, LONGEST_ID, UnexpectedShape
from payments.reading.happenings import BalanceChanged, Happening
from payments.reading.invoices import read_invoice_payment
from payments.reading.statuses import read_dispute, read_payout, read_subscription
from tests.examples import examples
from tests.payments.year_at_stripe import ENDIVE, year_at_stripe

Path = tuple[str | int, ...]

# Missing means that it has not happened: these only make us read Stripe's lists sooner.
# When Stripe's balance has changed, the name on a card, which is for a receipt, and why a refund failed, which is for
# the desk. There may be none of them.
HINTS = {
    ("data", "object", "failure_reason"),
    ("data", "object", "balance_transaction"),
    ("data", "object", "failure_balance_transaction"),
    ("data", "object", "billing_details"),
    ("data", "object", "billing_details", "name"),
}

words = st.text(max_size=8) | st.sampled_from(["paid", "succeeded", "gbp", "card", "bacs_debit", "\x00", "\ud800"])
numbers = st.integers() | st.sampled_from([0, -1, 2**70]) | st.floats()
anything = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)


def _samples() -> list[Mapping[str, Any]]:
    """One event of each type, in each version: the last of the year."""
    return [
        last
        for events in year_at_stripe().events.values()
        for last in {event["type"]: event for event in events}.values()
    ]


SAMPLES = _samples()


def _paths(node: object, here: Path = ()) -> Iterator[Path]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in inner:
        yield (*here, name)
        yield from _paths(value, (*here, name))


def _changed(event: Mapping[str, Any], path: Path, *new: object) -> dict[str, Any]:
    """A copy with another value at this path, or with none there."""
    changed: Any = copy.deepcopy(event)
    node = changed
    for step in path[:-1]:
        node = node[step]
    if new:
        node[path[-1]] = new[0]
    else:
        del node[path[-1]]
    return dict(changed)


def _read_or_refused(event: Mapping[str, Any]) -> tuple[Happening, ...] | None:
    """The happenings of an event; None when it is refused."""
    try:
        return read(event)
    except (UnexpectedShape, UnknownCurrency):
        return None


def _without_hints(happenings: tuple[Happening, ...]) -> list[Happening]:
    return [happening for happening in happenings if happening != BalanceChanged()]


@pytest.mark.parametrize(
    "event",
    [event for event in SAMPLES if event["api_version"] == ENDIVE and event["type"] in EVENTS],
    ids=lambda event: event["type"],
)
def test_a_field_that_is_missing_is_never_guessed(event: Mapping[str, Any]) -> None:
    """With any one field of its object taken away, an event reports the same as before, or is refused."""
    for path in [path for path in _paths(event) if path[:2] == ("data", "object") and len(path) > 2]:
        happenings = _read_or_refused(_changed(event, path))
        same = happenings is not None and _without_hints(happenings) == _without_hints(read(event))
        assert happenings is None or same or _may_be_missing(path), path


def _may_be_missing(path: Path) -> bool:
    """Words for people; our own metadata, without which an object is not ours; a whole element of a list."""
    return path in HINTS or "card" in path or path[-1] in ("gift_id", "recurring_id") or isinstance(path[-1], int)


def test_the_law_above_is_not_empty() -> None:
    """Most types have fields that they cannot do without."""
    needed = {
        event["type"]
        for event in SAMPLES
        for name in event["data"]["object"]
        if _read_or_refused(_changed(event, ("data", "object", name))) is None
    }
    assert set(EVENTS) - needed == {"customer.subscription.paused", "customer.subscription.resumed", "charge.updated"}


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_an_event_with_anything_at_any_place_is_read_or_refused(event: Mapping[str, Any], data: st.DataObject) -> None:
    """Never another exception; and what is read, a database can keep."""
    path = data.draw(st.sampled_from(sorted(_paths(event), key=str)))
    for happening in _read_or_refused(_changed(event, path, data.draw(anything))) or ():
        assert list(_unkeepable(happening)) == []


@settings(max_examples=examples(30), deadline=None)
@given(st.sampled_from(EVENTS), anything, st.dictionaries(words, anything, max_size=4))
def test_any_json_under_a_known_type_is_read_or_refused(kind: str, value: object, more: dict[str, object]) -> None:
    """Any object, also none."""
    _read_or_refused({**more, "type": kind, "created": 1, "data": {"object": value}})


@settings(max_examples=examples(50), deadline=None)
@given(st.data())
def test_whatever_a_list_brings_is_read_or_refused(data: st.DataObject) -> None:
    """Lines, links, and objects for their status."""
    year = year_at_stripe()
    reader, samples = data.draw(
        st.sampled_from([
            (read_line, year.lines), (read_invoice_payment, year.invoice_payments),
            (read_subscription, year.subscriptions), (read_dispute, year.disputes), (read_payout, year.payouts),
        ])
    )  # fmt: skip
    value = data.draw(st.sampled_from(samples))
    path = data.draw(st.sampled_from(sorted(_paths(value), key=str)))
    try:
        reader(_changed(value, path, data.draw(anything)))
    except (UnexpectedShape, UnknownCurrency):
        return


def _unkeepable(happening: Happening) -> Iterator[object]:
    """What one of our databases would refuse: text with odd characters, numbers and instants out of bounds."""
    for value in (getattr(happening, field.name) for field in fields(happening)):
        match value:
            case Money():
                fits = abs(value.minor) <= LARGEST_NUMBER
            case str():
                fits = value.isprintable() and len(value) <= LONGEST_ID
            case datetime() | date():
                fits = 1970 <= value.year < 2100
            case tuple():  # what a refund takes from which share
                fits = all(number <= LARGEST_NUMBER for part in value for number in part)
            case _:
                fits = value is None or isinstance(value, bool)
        if not fits:
            yield value


@pytest.mark.parametrize("kind", ["invoice.created", "charge.refunded", "product.created"])
def test_what_we_keep_no_books_of_tells_nothing(kind: str) -> None:
    """Whatever its object looks like."""
    assert read({"type": kind, "data": None}) == ()
    assert kind not in EVENTS
