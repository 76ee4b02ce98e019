"""The setup for tests of recurring gifts: our books, and a twin over HTTP that delivers to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from campaigns.store import campaign_by_id
from database.transactions import reading, writing
from ledger.money import GBP, Money
from mailing.stop_links import StopLinks
from outbox.letters import SEND
from outbox.tables import letter as letter_table
from outbox.worker import Worker
from payments.books.jobs import SETTLE
from payments.gifts import store
from payments.gifts import tables as gift_tables
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.recurring import Interval, Recurring, Rhythm, begin, recurring_id_of
from payments.gifts.recurring_changes import ChangeKind, RecurringChange
from payments.gifts.recurring_store import add_recurring, recurring_of, request_change
from payments.gifts.tables import recurring as recurring_table
from payments.giving.form import Pledge
from payments.giving.pledges import Pledges
from payments.inbox.delivery import parse
from payments.letters.gift_letters import gift_letter_jobs
from payments.letters.recurring_letters import recurring_letter_jobs
from payments.letters.reminders import reminding
from payments.reading.happenings import StatusObject
from payments.settlement.jobs import recurring_jobs, stripe_jobs
from payments.settlement.reconcile import Reconciliation
from payments.settlement.recurring_changes import RecurringChanger
from payments.settlement.statuses import StatusFetcher
from payments.settlement.subscriptions import SubscriptionStatuses
from payments.stripe.checkout import Purpose
from payments.stripe.gateway import Gateway
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import RecurringGateway
from receipts.jobs import PRINT
from sandbox.twin import Twin, open_twin
from sandbox.webhooks.queue import DeliveryAttempt
from sandbox.webhooks.signed_message import SignedMessage
from tests.payments.organisation_books import Books, gift_id
from tests.receipts.samples import PAGES
from tests.sandbox.loopback import KEY, START, served, settings

ENDPOINT = "https://endpoint.invalid/webhooks"
DAY, MONTH = timedelta(days=1), timedelta(days=31)
CARD, FAILS_LATER, DEBIT = "4242424242424242", "4000000000000341", "00012345"


@dataclass
class DirectDelivery:
    """A sender that delivers each message straight to the books."""

    books: Books
    now: Any = None
    dropped: set[str] = field(default_factory=set)
    """Types of event that never arrive."""

    def send(self, message: SignedMessage, url: str) -> DeliveryAttempt:
        """Keep and apply a delivery."""
        assert url == ENDPOINT
        delivery = parse(message.body)
        if delivery.type not in self.dropped:
            self.books.deliver(delivery, now=self.now())
        return DeliveryAttempt(200, "kept")

    def close(self) -> None:
        """There is no connection to close."""


@dataclass
class RecurringSetup:
    """Our books and a twin. The clock is the twin's, and moves only by `wait`."""

    books: Books
    twin: Twin
    url: str
    endpoint: DirectDelivery

    @property
    def engine(self) -> Engine:
        """Our database."""
        return self.books.engine

    @property
    def zone(self) -> tzinfo:
        """The organisation's time zone."""
        return self.books.bookkeeper.rules.zone

    @property
    def gateway(self) -> RecurringGateway:
        """Our gateway, with the twin as Stripe."""
        return RecurringGateway(KEY, api_base=self.url)

    @property
    def lists(self) -> StripeLists:
        """Our lists, with the twin as Stripe."""
        return StripeLists(KEY, api_base=self.url)

    @property
    def statuses(self) -> SubscriptionStatuses:
        """Fetches the status of subscriptions."""
        return SubscriptionStatuses(self.engine, self.lists, self.gateway, self.twin.now, self.zone)

    @property
    def changer(self) -> RecurringChanger:
        """Makes changes at the twin."""
        return RecurringChanger(self.engine, self.lists, self.gateway, self.twin.now, self.zone)

    def pledge(self, rhythm: Rhythm | None = None, *, pence: int = 1000, token: str = "token") -> Gift:  # noqa: S107
        """Send the form: the gift is saved, and its checkout is open."""
        pledges = Pledges(self.engine, Gateway(KEY, "http://give.invalid", api_base=self.url), self.twin.now)
        with reading(self.engine) as conn:
            campaign = campaign_by_id(conn, 1)
        assert campaign is not None
        donor = DonorDetails("Zoë", "zoe@example.org")
        kept = pledges.save(campaign, Pledge(Money(pence, GBP), donor, rhythm), token)
        assert isinstance(kept, Gift)
        pledges.open_checkout(kept)
        return self.gift(kept.id)

    def begin(self, rhythm: Rhythm | None = None, *, pence: int = 1000, card: str = CARD) -> Recurring:
        """A recurring gift whose first instalment was paid, delivered, and its status fetched."""
        gift = self.pledge(rhythm or Rhythm(Interval.MONTH), pence=pence)
        assert gift.session_id is not None
        self.twin.pay(gift.session_id, card=card)
        self.deliver()
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
            donor=DonorDetails("Zoë", "zoe@example.org"),
            created_at=self.twin.now(),
            recurring_id=recurring_id_of(gift_id(7)),
        )
        recurring = begin(first, Rhythm(Interval.MONTH))
        with writing(self.engine) as conn:
            store.add_gift(conn, first)
            add_recurring(conn, recurring)
        purposes = {1: Purpose("libraries", "Save our libraries"), 2: Purpose("buses", "Bring back the bus")}
        opened = Gateway(KEY, "http://give.invalid", api_base=self.url).open_checkout(first, purposes, recurring)
        self.twin.pay(opened.session_id)
        self.deliver()
        return self.recurring(recurring.id)

    def deliver(self) -> None:
        """Deliver everything, and run the worker."""
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
        """Run the worker's jobs, without printing receipts."""
        reconciliation = Reconciliation(self.engine, self.books.bookkeeper, self.lists, self.twin.now)
        fetchers = StatusFetcher(self.engine, self.books.bookkeeper, self.lists, self.twin.now).fetchers
        fetchers |= {StatusObject.SUBSCRIPTION: self.statuses.fetch}
        handlers = stripe_jobs(self.engine, reconciliation, fetchers, self.twin.now)
        handlers |= recurring_jobs(self.engine, self.changer, self.twin.now)
        handlers |= recurring_letter_jobs(self.engine, PAGES, self.twin.now)
        handlers |= gift_letter_jobs(
            self.engine, PAGES, StopLinks(b"a key for tests", "http://give.invalid"), self.twin.now
        )
        handlers |= dict.fromkeys((PRINT, SETTLE, SEND), lambda _payload: None)
        reminding(self.engine, PAGES, self.twin.now).do()
        return Worker(self.engine, handlers, self.twin.now).run_due()

    def letters(self) -> dict[str, tuple[str, str]]:
        """Subject and text of every letter, by the first part of its key: what it is about."""
        with reading(self.engine) as conn:
            rows = conn.execute(sa.select(letter_table).order_by(letter_table.c.posted_at, letter_table.c.key)).all()
        assert len({row.key.partition(":")[0] for row in rows}) == len(rows), [row.key for row in rows]
        return {row.key.partition(":")[0]: (row.subject, " ".join(row.text.split())) for row in rows}

    def request_change(self, recurring: Recurring, kind: ChangeKind, pence: int | None = None) -> RecurringChange:
        """Request a change, as the desk does when a button is pressed."""
        amount = None if pence is None else Money(pence, GBP)
        change = RecurringChange(uuid4().hex, recurring.id, kind, amount, "ada@example.org", self.twin.now())
        with writing(self.engine) as conn:
            request_change(conn, self.recurring(recurring.id), change)
        return change

    def gift(self, identity: str) -> Gift:
        """A gift as it is kept."""
        return {gift.id: gift for gift in self.gifts()}[identity]

    def gifts(self) -> list[Gift]:
        """Every gift, the oldest first."""
        with reading(self.engine) as conn:
            ids = conn.scalars(sa.select(gift_tables.gift.c.id)).all()
            gifts = store.gifts(conn, ids)
        return sorted(gifts.values(), key=lambda gift: (gift.created_at, gift.id))

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
        """Pence of each charge, the oldest first."""
        listed = self.ask("GET", "/v1/charges", limit=100)["data"]
        return [charge["amount"] for charge in reversed(listed) if charge["status"] == "succeeded"]

    def subscription(self, recurring: Recurring) -> Any:
        """The subscription as Stripe has it now."""
        return self.lists.subscription(str(self.recurring(recurring.id).subscription))

    def ask(self, method: str, path: str, **params: Any) -> Any:
        """Call the twin's API directly."""
        status, answer = self.twin.api.request(method, path, params)
        assert status == 200, answer
        return answer


@contextmanager
def open_recurring_setup(books: Books) -> Iterator[RecurringSetup]:
    """A twin whose clock moves only by `wait`, and that delivers to these books."""
    endpoint = DirectDelivery(books)
    twin = open_twin(settings(ENDPOINT), sender=endpoint)
    twin.world.clock.set(START)
    endpoint.now = twin.now
    try:
        with served(twin) as url:
            yield RecurringSetup(books, twin, url, endpoint)
        assert twin.world.tasks.failed() == []
    finally:
        twin.close()
