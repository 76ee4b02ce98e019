"""A running Farthing with its twin on another port, for tests in a browser."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.types import ASGIApp

from installation import Installation, open_installation, prepare
from main import build_web
from outbox.worker import Worker
from payments.inbox.webhook import PATH as WEBHOOK
from sandbox.twin import Twin, TwinSettings, open_twin
from settings import read_settings
from tests.browser import served
from worker import build_worker


@dataclass
class Place:
    """Where it runs, and what runs there."""

    address: str
    house: Installation
    twin: Twin

    def print_receipts(self) -> int:
        """Do what the worker does."""
        return self.worker.run_due()

    @cached_property
    def worker(self) -> Worker:
        """One for all receipts: its printing process takes seconds to start."""
        return build_worker(self.house, self.twin)


@contextmanager
def open_place(database_url: str, var_dir: Path) -> Iterator[Place]:
    """Everything up, in sandbox mode, until the block ends."""
    houses: list[Installation] = []
    twins: list[Twin] = []

    def build_pages(address: str) -> ASGIApp:
        settings = read_settings(database_url=database_url, var_dir=var_dir, base_url=address)
        prepare(settings, durable=False)
        houses.append(open_installation(settings, durable=False))
        # The twin's own port comes first, so its address is known; ours is told to it now.
        twins[0].attach(endpoint_url=address + WEBHOOK)
        return build_web(houses[0], twins[0])

    def build_twin(address: str) -> ASGIApp:
        keys = TwinSettings(address, "sk_test_sandbox_journey", None, "whsec_journey", "Every Branch Open")
        twins.append(open_twin(keys))
        return twins[0].app

    with ExitStack() as stack:
        stack.enter_context(served(build_twin))
        address = stack.enter_context(served(build_pages))
        place = Place(address, houses[0], twins[0])
        stack.callback(place.worker.end)
        yield place
