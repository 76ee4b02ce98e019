"""Our endpoint at Stripe is made, mended and replaced, at a twin that delivers to a real socket."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from payments.reading.events import EVENTS
from payments.stripe.endpoints import FINGERPRINT, MendedEndpoint, StripeEndpoints, WantedEndpoint, fingerprint
from payments.stripe.gateway import API_VERSION, StripeRefused
from sandbox.twin import Twin, open_twin
from tests.sandbox.loopback import KEY, SECRET, START, Endpoint, listening, served, settings, stripe_client

NOW = datetime.fromtimestamp(START, UTC)


@dataclass
class Ours:
    """An installation: its address, its secrets, and Stripe."""

    twin: Twin
    client: stripe.StripeClient
    port: StripeEndpoints
    receiver: Endpoint
    secrets: list[str] = field(default_factory=list)

    def mend(self, now: datetime = NOW) -> MendedEndpoint:
        """Make or mend the endpoint, and keep its secret in front of the others."""
        wanted = WantedEndpoint(self.receiver.url, EVENTS)
        return self.port.mend(wanted, self.secrets, lambda secret: self.secrets.insert(0, secret), now)

    def made_by_hand(self, **params: Any) -> stripe.WebhookEndpoint:
        """An endpoint that somebody made at Stripe."""
        wanted = {"url": self.receiver.url, "enabled_events": list(EVENTS), "api_version": API_VERSION}
        return self.client.v1.webhook_endpoints.create(wanted | params)  # type: ignore[arg-type]

    def listed(self) -> dict[str, stripe.WebhookEndpoint]:
        """Every endpoint at Stripe."""
        return {endpoint.id: endpoint for endpoint in self.client.v1.webhook_endpoints.list().data}


@pytest.fixture
def ours() -> Iterator[Ours]:
    """An account without an endpoint."""
    with listening() as receiver:
        twin = open_twin(replace(settings(receiver.url), registered=False))
        twin.world.clock.set(START)
        with served(twin) as url:
            yield Ours(twin, stripe_client(url), StripeEndpoints(KEY, api_base=url), receiver)
        twin.close()


def charge(ours: Ours) -> str:
    """A charge that somebody made; the id of its event."""
    ours.client.v1.products.create({"name": "A mug"})
    price: Any = {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "A mug"}}
    session = ours.client.v1.checkout.sessions.create(
        {"mode": "payment", "success_url": "https://x.example", "line_items": [{"quantity": 1, "price_data": price}]}
    )
    ours.twin.pay(session.id)
    ours.twin.settle()
    return ours.client.v1.events.list({"type": "charge.succeeded"}).data[0].id


def test_an_endpoint_is_made_once_and_delivers_with_the_kept_secret(ours: Ours) -> None:
    """Address, events and version are exact; the second run changes nothing."""
    made = ours.mend()
    endpoint = ours.listed()[made.id]

    assert (endpoint.url, endpoint.api_version, endpoint.status) == (ours.receiver.url, API_VERSION, "enabled")
    assert set(endpoint.enabled_events) == set(EVENTS)
    assert endpoint.metadata.to_dict() == {FINGERPRINT: fingerprint(ours.secrets[0])}
    assert ours.mend() == MendedEndpoint(made.id, ())
    assert (len(ours.listed()), len(ours.secrets)) == (1, 1)
    sent = charge(ours)
    ours.receiver.secret = ours.secrets[0]
    assert sent in [event["id"] for event in ours.receiver.events()]


@pytest.mark.parametrize(
    ("wrong", "act"),
    [
        ({"enabled_events": ["charge.succeeded"]}, "Set the"),
        ({"enabled_events": ["*"]}, "Set the"),
        ({"disabled": True}, "Switched the endpoint"),
    ],
)
def test_what_can_be_mended_is_mended(ours: Ours, wrong: Any, act: str) -> None:
    """The endpoint stays the same one, and so does its secret."""
    made = ours.mend()
    ours.client.v1.webhook_endpoints.update(made.id, wrong)

    mended = ours.mend()

    endpoint = ours.listed()[made.id]
    assert (mended.id, len(mended.acts), len(ours.secrets)) == (made.id, 1, 1)
    assert mended.acts[0].startswith(act)
    assert (set(endpoint.enabled_events), endpoint.status) == (set(EVENTS), "enabled")
    assert ours.mend().acts == ()


def test_an_endpoint_of_another_version_is_replaced(ours: Ours) -> None:
    """The old one's secret is kept, because what it has sent may still be on its way."""
    old = ours.made_by_hand(api_version="2024-06-20")
    ours.secrets.append(str(old.secret))

    mended = ours.mend()

    endpoints = ours.listed()
    assert mended.id != old.id
    assert [endpoints[old.id].status, endpoints[mended.id].status] == ["disabled", "enabled"]
    assert (len(ours.secrets), ours.secrets[1]) == (2, old.secret)
    assert ours.mend() == MendedEndpoint(mended.id, ())


def test_an_old_endpoint_stays_until_everything_has_arrived_through_it(ours: Ours) -> None:
    """Switched off at once, Stripe would stop trying, and the delivery would be lost."""
    old = ours.made_by_hand(api_version="2024-06-20")
    ours.secrets.append(str(old.secret))
    ours.receiver.secret = str(old.secret)
    ours.receiver.answers = [503] * 20
    waiting = charge(ours)
    ours.twin.world.clock.set(START + 5)

    mended = ours.mend()

    assert "stays" in mended.acts[-1]
    assert ours.listed()[old.id].status == "enabled"
    ours.receiver.answers = []
    ours.twin.advance(timedelta(hours=1))
    assert waiting in [event["id"] for event in ours.receiver.events()]
    assert "off" in ours.mend().acts[-1]
    assert ours.listed()[old.id].status == "disabled"
    assert ours.mend().acts == ()


def test_an_old_endpoint_that_never_succeeds_is_switched_off_when_its_tries_are_over(ours: Ours) -> None:
    """Another endpoint of the account may fail for ever; Stripe tries each delivery for three days."""
    old = ours.made_by_hand(api_version="2024-06-20")
    ours.secrets.append(str(old.secret))
    ours.receiver.answers = [503] * 1000
    charge(ours)
    ours.twin.world.clock.set(START + 5)
    ours.mend()

    assert "off" in ours.mend(NOW + timedelta(days=4)).acts[-1]


def test_an_endpoint_whose_secret_is_lost_is_replaced(ours: Ours) -> None:
    """Stripe shows a secret once: its messages could never be believed."""
    first = ours.mend()
    ours.secrets.clear()

    second = ours.mend()

    assert second.id != first.id
    assert ours.listed()[first.id].status == "disabled"
    assert ours.mend().acts == ()


def test_an_endpoint_made_by_hand_with_its_secret_is_kept(ours: Ours) -> None:
    """Somebody has followed the old README."""
    old = ours.made_by_hand()
    ours.secrets.append(str(old.secret))

    assert ours.mend() == MendedEndpoint(old.id, ())


def test_a_secret_that_cannot_be_kept_leaves_no_endpoint_behind(ours: Ours) -> None:
    """A full disk: nothing half done."""

    def full(secret: str) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        ours.port.mend(WantedEndpoint(ours.receiver.url, EVENTS), [], full, NOW)

    assert ours.listed() == {}


def test_an_address_that_stripe_does_not_take_is_said(ours: Ours) -> None:
    """In Stripe's words."""
    with pytest.raises(StripeRefused, match="delivers only to"):
        ours.port.mend(WantedEndpoint("http://elsewhere.example/x", EVENTS), [SECRET], lambda _: None, NOW)
