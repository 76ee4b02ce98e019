"""Stripe's lists as plain dicts, and its refusals by what must be done."""

from collections.abc import Iterator

import pytest
import stripe

from payments.stripe.gateway import API_VERSION, StripeRefused
from payments.stripe.lists import NoSuchObject, StripeLists
from tests.payments.settlement.account import HOUR, Account


def parts(value: object) -> Iterator[object]:
    """A value and all that is in it."""
    yield value
    if isinstance(value, dict):
        for part in value.values():
            yield from parts(part)
    if isinstance(value, list):
        for part in value:
            yield from parts(part)


def test_whatever_is_listed_stays_plain(account: Account) -> None:
    """Not one of the library's objects, however deep: they cost eleven times as much."""
    charge = account.give()
    account.give_monthly()
    account.wait(HOUR)
    account.ask("POST", "/v1/refunds", charge=charge["id"], amount=100)
    pages = [account.lists.balance_transactions(), account.lists.events(), account.lists.invoice_payments()]

    assert all(page.rows for page in pages)
    for page in pages:
        kinds = {type(part) for row in page.rows for part in parts(row)}
        assert not [kind for kind in kinds if issubclass(kind, stripe.StripeObject)]
        assert all(issubclass(kind, (dict, list, str, int, float, bool, type(None))) for kind in kinds)


def test_a_line_comes_with_its_source_and_the_charge_behind_it(account: Account) -> None:
    """Also on a page where some sources are charges, some refunds, and some nothing."""
    charge = account.give()
    account.wait()
    account.ask("POST", "/v1/refunds", charge=charge["id"], amount=100)
    account.do("line", category="fee", amount="-5")
    rows = account.lists.balance_transactions().rows

    assert [row["source"] and row["source"]["object"] for row in rows] == [None, "refund", "charge"]
    assert rows[1]["source"]["charge"]["metadata"] == rows[2]["source"]["metadata"]
    assert account.lists.balance_transaction(rows[1]["id"])["source"]["charge"]["id"] == charge["id"]


def test_pages_follow_each_other(account: Account) -> None:
    """A hundred rows a call unless fewer are asked for; bounded by instants."""
    for _ in range(3):
        account.give()
        account.wait(60)
    first = account.lists.balance_transactions(limit=2)
    rest = account.lists.balance_transactions(limit=2, starting_after=first.rows[-1]["id"])
    young = account.lists.balance_transactions(created={"gte": first.rows[1]["created"]})

    assert (len(first.rows), first.has_more, len(rest.rows), rest.has_more) == (2, True, 1, False)
    assert [row["id"] for row in young.rows] == [row["id"] for row in first.rows]


def test_refusals_say_what_must_be_done(account: Account) -> None:
    """A missing object is another error than a refusal."""
    with pytest.raises(NoSuchObject):
        account.lists.payout("po_nowhere")
    with pytest.raises(NoSuchObject):
        account.lists.balance_transactions(starting_after="txn_nowhere")
    with pytest.raises(StripeRefused) as refused:
        account.lists.events(colour="red")
    assert not isinstance(refused.value, NoSuchObject)
    with pytest.raises(StripeRefused, match="AuthenticationError"):
        StripeLists("sk_test_sandbox_wrong", api_base=account.twin.world.settings.public_url).balance()


def test_lists_are_asked_for_in_the_version_that_we_read(account: Account) -> None:
    """The library sends ours, not its own default."""
    assert account.lists._client._requestor._options.stripe_version == API_VERSION
