"""Replay: a random history of one seed, every webhook message included, as the same bytes each time."""

import json
from collections.abc import Iterator

from sandbox.chaos import WILD, set_chaos
from sandbox.random_activity import RandomActivity
from sandbox.twin import TwinSettings, open_twin
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage

START = 1_767_225_600.0
"""1 January 2026, the second at which every replayed history begins."""
_SETTINGS = TwinSettings(
    public_url="https://twin.example",
    api_key="sk_test_sandbox_replay",
    endpoint_url="https://endpoint.example/webhooks",
    endpoint_secret="whsec_replay",  # noqa: S106  (no receiver trusts it)
    organisation="Replay",
)


class RecordingSender:
    """A sender that keeps each message and sends nothing. Every seventh attempt fails with status 500."""

    def __init__(self) -> None:
        self.messages: list[SignedMessage] = []
        self._count = 0

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep the message."""
        assert url == _SETTINGS.endpoint_url, "the twin delivers to its endpoint only"
        self.messages.append(message)
        self._count += 1
        return DeliveryAttempt(500, "out of order") if self._count % 7 == 0 else DeliveryAttempt(200, "")

    def close(self) -> None:
        """Nothing is open."""


def replay(seed: int, steps: int = 200) -> Iterator[bytes]:
    """The history of a seed, one line of JSON for each message, in the order of sending."""
    sender = RecordingSender()
    twin = open_twin(_SETTINGS, seed=seed, real_time=lambda: START, sender=sender)
    try:
        twin.world.clock.set(START)
        with twin.world.step():
            set_chaos(twin.world, WILD)
        activity = RandomActivity(twin, seed)
        for _ in range(steps):
            activity.step()
            twin.settle()
            for message in sender.messages:
                line = {"at": twin.world.clock.now(), "signature": message.headers["Stripe-Signature"],
                        "event": json.loads(message.body)}  # fmt: skip
                yield json.dumps(line, separators=(",", ":")).encode() + b"\n"
            sender.messages.clear()
    finally:
        twin.close()
