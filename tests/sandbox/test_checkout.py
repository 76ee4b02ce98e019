"""The payment page: a payer chooses a test card, pays or is declined, and is redirected back."""

from typing import Any

import pytest
import requests
import stripe

from sandbox.twin import Twin

FORM = {"card": "4242424242424242", "email": "giver@example.org", "name": "Ada Giver"}


@pytest.fixture
def session(client: stripe.StripeClient, gift: Any) -> Any:
    """An open session."""
    return client.v1.checkout.sessions.create(gift)


def _post(session: Any, **changes: str) -> requests.Response:
    return requests.post(session.url, data={**FORM, **changes}, timeout=10, allow_redirects=False)


def test_the_page_says_what_is_paid_to_whom_and_that_it_is_a_test(session: Any) -> None:
    """Amount, organisation, cards, the link back; no JavaScript and nothing from other sites."""
    answer = requests.get(session.url, timeout=5)

    assert answer.status_code == 200
    for shown in ("£25.00", "The Alliance", "TEST", "A gift", "insufficient", "Donate £25.00", "cancelled=1"):
        assert shown.lower() in answer.text.lower()
    assert answer.text.count('type="radio"') >= 3
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_paying_completes_the_session_and_goes_back(session: Any, client: stripe.StripeClient) -> None:
    """The success address has the session's id filled in; the gift's metadata is on the charge."""
    answer = _post(session)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1/thanks?session_id={session.id}"
    seen = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]}).to_dict()
    assert (seen["status"], seen["payment_status"], seen["url"]) == ("complete", "paid", None)
    assert seen["customer_details"]["email"] == "giver@example.org"
    charge = seen["payment_intent"]["latest_charge"]
    assert (charge["amount"], charge["status"], charge["balance_transaction"]) == (2500, "succeeded", None)
    assert charge["metadata"] == {"gift_id": "1", "7": "seven"}
    assert charge["billing_details"]["name"] == "Ada Giver"


@pytest.mark.parametrize(
    ("card", "decline", "message"),
    [
        ("4000000000000002", "generic_decline", "Your card was declined."),
        ("4000000000009995", "insufficient_funds", "Your card has insufficient funds."),
    ],
)
def test_a_declined_card_stays_on_the_page(
    session: Any, client: stripe.StripeClient, card: str, decline: str, message: str
) -> None:
    """With a message and the payer's entries, open for another card; one intent has both attempts."""
    answer = _post(session, card=card)

    assert answer.status_code == 402
    assert message in answer.text
    assert 'value="Ada Giver"' in answer.text
    seen = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).to_dict()
    assert seen["status"] == "open"
    assert seen["payment_intent"]["status"] == "requires_payment_method"
    assert seen["payment_intent"]["last_payment_error"]["decline_code"] == decline
    assert _post(session).status_code == 303
    charges = client.v1.charges.list({"payment_intent": seen["payment_intent"]["id"]}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_mistakes_are_named_and_nothing_is_charged(session: Any, client: stripe.StripeClient) -> None:
    """No card, no email, no name."""
    for field, message in (("card", "Choose one"), ("email", "email address"), ("name", "name on the card")):
        answer = _post(session, **{field: ""})
        assert (answer.status_code, message in answer.text) == (422, True)
    assert client.v1.charges.list().data == []


def test_an_email_in_the_session_cannot_be_changed_on_the_page(client: stripe.StripeClient, gift: Any) -> None:
    """As with Stripe: customer_email is shown and fixed."""
    session = client.v1.checkout.sessions.create(gift | {"customer_email": "known@example.org"})

    assert "readonly" in requests.get(str(session.url), timeout=5).text
    _post(session, email="other@example.org")
    assert client.v1.charges.list().data[0].billing_details.email == "known@example.org"


def test_paying_twice_charges_once(session: Any, client: stripe.StripeClient) -> None:
    """The second press shows that the session is complete, and the link back."""
    _post(session)
    again = _post(session)

    assert "This payment is complete" in again.text
    assert len(client.v1.charges.list().data) == 1


def test_an_expired_session_cannot_be_paid(twin: Twin, session: Any, client: stripe.StripeClient) -> None:
    """Neither after its time nor after the API expired it."""
    twin.advance(24 * 3600)

    assert "has expired" in requests.get(session.url, timeout=5).text
    assert "has expired" in _post(session).text
    assert client.v1.charges.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_an_unknown_page_is_404(address: str) -> None:
    """With a page that says so."""
    assert requests.get(f"{address}/checkout/cs_test_none", timeout=5).status_code == 404


def test_a_payers_entries_are_escaped(session: Any) -> None:
    """A name cannot become markup."""
    assert "<b>bold</b>" not in _post(session, name="<b>bold</b>", card="4000000000000002").text


def test_a_callers_clock_may_be_behind_the_twins(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """The twin's clock may be weeks ahead; a caller's expiry in one hour is counted from the twin's clock."""
    real = int(twin.world.real_time())
    session = client.v1.checkout.sessions.create(gift | {"expires_at": real + 3600})

    assert abs(session.expires_at - twin.world.clock.now() - 3600) < 5


def test_the_panel_shows_sessions_charges_and_deliveries(twin: Twin, session: Any, address: str) -> None:
    """On one page."""
    twin.attach(endpoint_url="http://127.0.0.1:9/none")
    _post(session)
    twin.settle()
    page = requests.get(f"{address}/", timeout=5).text

    for shown in ("checkout.session.completed", "£25.00", "complete, paid", "succeeded", "ConnectionRefusedError"):
        assert shown in page


def test_capture_that_is_not_asynchronous_settles_at_once(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """capture_method=automatic: the balance transaction is on the charge at once."""
    intent_data = gift["payment_intent_data"] | {"capture_method": "automatic"}
    charge = twin.pay(client.v1.checkout.sessions.create(gift | {"payment_intent_data": intent_data}).id)

    assert charge["balance_transaction"].startswith("txn_")
    twin.advance(2)
    assert len(client.v1.balance_transactions.list().data) == 1


def test_a_payer_may_choose_another_card_before_approving(
    twin: Twin, session: Any, client: stripe.StripeClient
) -> None:
    """Back on the payment page, without an answer on the bank's page."""
    locations = [_post(session, card=card).headers["Location"] for card in (
        "4000002500003155", "4000002760003184", "4242424242424242",
    )]  # fmt: skip

    assert ["/approve/" in location for location in locations] == [True, True, False]
    assert [charge.status for charge in client.v1.charges.list().data] == ["succeeded"]
