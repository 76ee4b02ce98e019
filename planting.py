"""Plants the demonstration month in a new sandbox: serves the twin to itself alone, and plays the month through it.

Web and worker do not run yet. The twin's clock begins more than a month ago, and shows the machine's time at the end.
"""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from backup.place import TWIN
from database.instants import Clock, utc_now
from database.transactions import reading, writing
from installation import open_installation, open_sandbox
from outbox.jobs import space_out
from payments.gifts.gift import DonorDetails
from payments.gifts.store import first_gift_at
from payments.giving.pledges import Pledges
from payments.settlement.reconcile import Reconciliation
from payments.stripe.gateway import Gateway
from payments.stripe.lists import StripeLists
from receipts.jobs import PRINT
from sandbox.controls import run_control
from sandbox.twin import Twin
from sandbox.webhooks.sender import KeepingSender
from settings import Settings
from setup.demo_month import DemoMonth, ShowDay
from setup.demo_story import DAYS

START_SECONDS = 10.0
PRINT_EVERY = timedelta(seconds=1)
# A file in the var folder for as long as the month is being played, so that a start after one that was cut short
# finishes it.
UNFINISHED = "planting"


@dataclass
class PlantedTwin:
    """The twin as the demonstration uses it (setup.demo_month.DemoStripe)."""

    twin: Twin
    sender: KeepingSender

    def now(self) -> datetime:
        """Its time."""
        return self.twin.now()

    def advance_to(self, at: datetime) -> None:
        """Let everything happen that is due by then."""
        self.twin.advance(max(timedelta(0), at - self.twin.now()))

    def pay(self, session_id: str, card: str, donor: DonorDetails) -> str:
        """Press Pay on a checkout's page; the id of the charge."""
        charge = self.twin.pay(session_id, card=card, email=donor.email, name=donor.name)
        return str(charge["id"])

    def refund(self, charge_id: str) -> None:
        """Refund a charge."""
        self.twin.refund(charge_id)
        self.twin.settle()

    def take_messages(self) -> Sequence[bytes]:
        """The bodies of the webhooks since the last time."""
        self.twin.settle()
        return self.sender.take()


def is_new_sandbox(settings: Settings) -> bool:
    """Whether a sandbox has never been started, or was cut short while its month was played. Ask before `prepare`."""
    if settings.mode != "sandbox":
        return False
    return _unfinished(settings).exists() or not (settings.var_dir / TWIN).exists()


def plant(settings: Settings, address: str, show: ShowDay, clock: Clock = utc_now) -> None:
    """Play the month, unless there are gifts already; afterwards the twin's clock runs, and shows our time."""
    _unfinished(settings).touch(mode=0o600)
    sender = KeepingSender()
    installation = open_installation(settings, address)
    twin = open_sandbox(installation, sender)
    assert twin is not None, "only a sandbox is planted"
    planted = PlantedTwin(twin, sender)
    with served_twin(twin) as api_base:
        key = twin.settings.api_key
        gateway = Gateway(key, address, api_base=api_base, mark=installation.bookkeeper.rules.mark)
        lists = StripeLists(key, api_base=api_base)
        month = DemoMonth(
            installation.engine,
            installation.bookkeeper,
            Pledges(installation.engine, gateway, twin.now),
            Reconciliation(installation.engine, installation.bookkeeper, lists, twin.now),
            planted,
        )
        with reading(installation.engine) as conn:
            is_empty = first_gift_at(conn) is None
        if is_empty:
            _begin(twin, clock())
            month.play(clock(), settings.timezone, show)
        _catch_up(planted, month, clock)
    twin.close()
    installation.engine.dispose()
    _unfinished(settings).unlink()


def _begin(twin: Twin, now: datetime) -> None:
    twin.world.clock.set((now - timedelta(days=DAYS)).timestamp())
    run_control(twin.clock_control, "schedule", {"every": "weekly"})


def _catch_up(planted: PlantedTwin, month: DemoMonth, clock: Clock) -> None:
    """Bring the twin's clock to ours, and let it run."""
    month.pass_time(clock())
    month.reconciliation.reconcile()
    planted.twin.world.clock.advance_to(clock().timestamp())
    planted.twin.world.clock.run()
    with writing(month.engine) as conn:  # a newcomer's own gift must not wait for a month of receipts
        space_out(conn, PRINT, clock(), PRINT_EVERY)


def _unfinished(settings: Settings) -> Path:
    return settings.var_dir / UNFINISHED


@contextmanager
def served_twin(twin: Twin) -> Iterator[str]:
    """The address of this twin's API on a port that nobody else knows, until the block ends."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(twin.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        bound.close()
