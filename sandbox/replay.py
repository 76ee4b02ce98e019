"""Replay: a whole random history of one seed, every letter to the endpoint included, as the same bytes each time."""

import json
from collections.abc import Iterator

from sandbox.chaos import WILD, set_chaos
from sandbox.random_activity import RandomActivity
from sandbox.twin import TwinSettings, open_twin
from sandbox.webhooks.letter import Letter
from sandbox.webhooks.queue import Attempt

START = 1_767_225_600.0
"""1 January 2026, where every replayed history begins."""
_SETTINGS = TwinSettings(
    public_url="https://twin.example",
    api_key="sk_test_sandbox_replay",
    endpoint_url="https://endpoint.example/webhooks",
    endpoint_secret="whsec_replay",  # noqa: S106  (it signs nothing that anybody trusts)
    organisation="Replay",
)


class Scribe:
    """A courier that carries nothing: it writes down each letter, and every seventh endpoint's answer is a 500."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._carried = 0

    def carry(self, letter: Letter, url: str) -> Attempt:
        """Keep the letter."""
        assert url == _SETTINGS.endpoint_url, "the twin delivers nowhere else"
        self.letters.append(letter)
        self._carried += 1
        return Attempt(500, "out of order") if self._carried % 7 == 0 else Attempt(200, "")

    def hang_up(self) -> None:
        """There is no line."""


def replay(seed: int, steps: int = 200) -> Iterator[bytes]:
    """The history of a seed, one line of JSON for each letter, in the order in which they were carried."""
    scribe = Scribe()
    twin = open_twin(_SETTINGS, seed=seed, real_time=lambda: START, courier=scribe)
    try:
        twin.world.clock.set(START)
        with twin.world.step():
            set_chaos(twin.world, WILD)
        life = RandomActivity(twin, seed)
        for _ in range(steps):
            life.step()
            twin.settle()
            for letter in scribe.letters:
                line = {"at": twin.world.clock.now(), "signature": letter.headers["Stripe-Signature"],
                        "event": json.loads(letter.body)}  # fmt: skip
                yield json.dumps(line, separators=(",", ":")).encode() + b"\n"
            scribe.letters.clear()
    finally:
        twin.close()
