"""The ground for tests of recurring gifts: our books on one side, Stripe's twin over HTTP on the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaigns.store import campaign_by_id
from database.transactions import reading, writing
from ledger.money import GBP, Money
from outbox.worker import Worker
from payments import store, tables
from payments.form import Pledged
from payments.gifts import Allocation, Donor, Gift, GiftState
from payments.giving import Giving
from payments.happenings import Watched
from payments.inbox.delivery import parse
from payments.jobs import SETTLE
from payments.recurring.acting import Acting, wish
from payments.recurring.acts import Act, Wish
from payments.recurring.jobs import recurring_jobs
from payments.recurring.looking import Looking
from payments.recurring.recurring import Interval, Recurring, Rhythm, begin, recurring_id_of
from payments.recurring.store import add_recurring, recurring_of
from payments.recurring.tables import recurring as recurring_table
from payments.settlement.jobs import stripe_jobs
from payments.settlement.settling import Settling
from payments.settlement.watching import Watching
from payments.stripe_checkout import Purpose
from payments.stripe_gateway import Gateway
from payments.stripe_lists import Lists
from payments.stripe_recurring import RecurringGateway
from receipts.jobs import PRINT
from sandbox.twin import Twin, open_twin
from sandbox.webhooks.letter import Letter
from sandbox.webhooks.queue import Attempt
from tests.payments.house import Books, gift_id
from tests.sandbox.loopback import KEY, START, served, settings

ENDPOINT = "https://endpoint.invalid/webhooks"
DAY, MONTH = timedelta(days=1), timedelta(days=31)
CARD, FAILS_LATER, DEBIT = "4242424242424242", "4000000000000341", "00012345"


@dataclass
class Ear:
    """Carries each letter straight into the books."""

    books: Books
    now: Any = None
    dropped: set[str] = field(default_factory=set)
    """Types of event that never arrive."""

    def carry(self, letter: Letter, url: str) -> Attempt:
        """Keep and apply what was told."""
        assert url == ENDPOINT
        told = parse(letter.body)
        if told.type not in self.dropped:
            self.books.hear(told, now=self.now())
        return Attempt(200, "kept")

    def hang_up(self) -> None:
        """There is no line."""


@dataclass
class Ground:
    """What a test stands on. Its clock is the twin's, and moves only by `wait`."""

    books: Books
    twin: Twin
    url: str
    ear: Ear

    @property
    def engine(self) -> Engine:
        """Our database."""
        return self.books.engine

    @property
    def gateway(self) -> RecurringGateway:
        """How we change what runs at Stripe."""
        return RecurringGateway(KEY, api_base=self.url)

    @property
    def lists(self) -> Lists:
        """How we read there."""
        return Lists(KEY, api_base=self.url)

    @property
    def looking(self) -> Looking:
        """Looks at a subscription."""
        return Looking(self.engine, self.lists, self.gateway, self.twin.now)

    @property
    def acting(self) -> Acting:
        """Fulfils wishes."""
        return Acting(self.engine, self.lists, self.gateway, self.twin.now)

    def pledge(self, rhythm: Rhythm | None = None, *, pence: int = 1000, token: str = "token") -> Gift:  # noqa: S107
        """A form that was sent: kept, and its checkout is open."""
        giving = Giving(self.engine, Gateway(KEY, "http://give.invalid", api_base=self.url), self.twin.now)
        with reading(self.engine) as conn:
            campaign = campaign_by_id(conn, 1)
        assert campaign is not None
        donor = Donor("Zoë", "zoe@example.org")
        kept = giving.keep(campaign, Pledged(Money(pence, GBP), donor, rhythm), token)
        assert isinstance(kept, Gift)
        giving.open_checkout(kept)
        return self.gift(kept.id)

    def begin(self, rhythm: Rhythm | None = None, *, pence: int = 1000, card: str = CARD) -> Recurring:
        """A recurring gift whose first instalment was paid, heard of and looked at."""
        gift = self.pledge(rhythm or Rhythm(Interval.MONTH), pence=pence)
        assert gift.session_id is not None
        self.twin.pay(gift.session_id, card=card)
        self.hear()
        assert gift.recurring_id is not None
        return self.recurring(gift.recurring_id)

    def begin_split(self) -> Recurring:
        """£15.01 a month for two campaigns, as a page for several would ask for it; paid once."""
        shares = (Allocation(0, 1, Money(1001, GBP)), Allocation(1, 2, Money(500, GBP)))
        first = Gift(
            id=gift_id(7),
            state=GiftState.PENDING,
            amount=Money(1501, GBP),
            allocations=shares,
            donor=Donor("Zoë", "zoe@example.org"),
            created_at=self.twin.now(),
            recurring_id=recurring_id_of(gift_id(7)),
        )
        standing = begin(first, Rhythm(Interval.MONTH))
        with writing(self.engine) as conn:
            store.add_gift(conn, first)
            add_recurring(conn, standing)
        purposes = {1: Purpose("libraries", "Save our libraries"), 2: Purpose("buses", "Bring back the bus")}
        opened = Gateway(KEY, "http://give.invalid", api_base=self.url).open_checkout(first, purposes, standing)
        self.twin.pay(opened.session_id)
        self.hear()
        return self.recurring(standing.id)

    def hear(self) -> None:
        """Let Stripe tell what it has to tell, and the worker do what follows."""
        self.twin.settle()
        self.work()
        self.twin.settle()
        self.work()

    def wait(self, by: timedelta) -> None:
        """Let time pass, day by day, as a running installation would live through it."""
        end = self.twin.now() + by
        while self.twin.now() < end:
            self.twin.advance(min(DAY, end - self.twin.now()))
            self.work()

    def work(self) -> int:
        """What the worker does; receipts are printed elsewhere."""
        settling = Settling(self.engine, self.books.bookkeeper, self.lists, self.twin.now)
        looks = Watching(self.engine, self.books.bookkeeper, self.lists, self.twin.now).looks
        looks |= {Watched.SUBSCRIPTION: self.acting.look}
        handlers = stripe_jobs(self.engine, settling, looks, self.twin.now)
        handlers |= recurring_jobs(self.engine, self.acting, self.twin.now)
        handlers |= {PRINT: lambda _payload: None, SETTLE: lambda _payload: None}
        return Worker(self.engine, handlers, self.twin.now).run_due()

    def wish(self, recurring: Recurring, act: Act, pence: int | None = None) -> Wish:
        """What the desk does when a button is pressed."""
        amount = None if pence is None else Money(pence, GBP)
        wanted = Wish(uuid4().hex, recurring.id, act, amount, "ada@example.org", self.twin.now())
        with writing(self.engine) as conn:
            wish(conn, self.recurring(recurring.id), wanted)
        return wanted

    def gift(self, identity: str) -> Gift:
        """A gift as it is kept."""
        return {gift.id: gift for gift in self.gifts()}[identity]

    def gifts(self) -> list[Gift]:
        """Every gift, the oldest first."""
        with reading(self.engine) as conn:
            ids = conn.scalars(sa.select(tables.gift.c.id)).all()
            found = store.gifts(conn, ids)
        return sorted(found.values(), key=lambda gift: (gift.created_at, gift.id))

    def recurring(self, identity: str) -> Recurring:
        """A recurring gift as it is kept."""
        with reading(self.engine) as conn:
            return recurring_of(conn, [identity])[identity]

    def row(self, recurring: Recurring) -> sa.Row[Any]:
        """Everything that is kept of a recurring gift, Stripe's part included."""
        with reading(self.engine) as conn:
            return conn.execute(sa.select(recurring_table).where(recurring_table.c.id == recurring.id)).one()

    def received(self) -> list[int]:
        """Pence of each gift that was received, the oldest first."""
        return [gift.amount.minor for gift in self.gifts() if gift.state is GiftState.RECEIVED]

    def charges(self) -> list[int]:
        """Pence that Stripe took, the first first."""
        listed = self.ask("GET", "/v1/charges", limit=100)["data"]
        return [one["amount"] for one in reversed(listed) if one["status"] == "succeeded"]

    def subscription(self, recurring: Recurring) -> Any:
        """The subscription as Stripe has it now."""
        return self.lists.subscription(str(self.recurring(recurring.id).subscription))

    def ask(self, method: str, path: str, **params: Any) -> Any:
        """Ask the twin beside our gateway."""
        status, answer = self.twin.door.ask(method, path, params)
        assert status == 200, answer
        return answer


@contextmanager
def ground(books: Books) -> Iterator[Ground]:
    """A twin whose clock stands still, telling these books."""
    ear = Ear(books)
    twin = open_twin(settings(ENDPOINT), courier=ear)
    twin.world.clock.set(START)
    ear.now = twin.now
    try:
        with served(twin) as url:
            yield Ground(books, twin, url, ear)
    finally:
        twin.close()
