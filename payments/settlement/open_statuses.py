"""Asks Stripe about everything that is still open here: recurring gifts, disputes and payouts.

Messages and the list of events say what has changed, but Stripe deletes an event after 30 days. What was not heard
until then stays open here for ever unless it is asked about. Each object is asked about once a day at most: what
happened since is in the list of events. A list costs one call for 100 objects; what is not in it costs one call each,
and MOST_OBJECTS of those are made in one run; so does listing the lines of a payout.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from payments.books import store_open
from payments.books.bookkeeper import Bookkeeper
from payments.books.jobs import queue_statuses
from payments.gifts import recurring_store
from payments.gifts.recurring import Recurring, RecurringState, SubscriptionStatus
from payments.reading.happenings import StatusChanged, StatusObject
from payments.reading.statuses import read_subscription
from payments.settlement.list_reader import ROW_ERRORS, ListReader, NotApplied, describe_error
from payments.settlement.statuses import StatusFetcher
from payments.settlement.unreported import MOST_OBJECTS
from payments.stripe.lists import ListPage, NoSuchObject, StripeLists
from payments.stripe.objects import StripeObject

ASK_AGAIN_AFTER = timedelta(days=1)
MOST_PAYOUTS = 50
# A payout is made at the instant of its line, or a moment before.
BEFORE_LINE = timedelta(hours=1)

log = structlog.get_logger()


class OpenStatuses:
    """Asks about open objects for one run. No transaction is open while Stripe is asked.

    A run that is interrupted between two pages goes on there: what was answered is saved.
    """

    def __init__(
        self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock, reader: ListReader
    ) -> None:
        self._engine, self._lists, self._clock, self._reader = engine, lists, clock, reader
        self._statuses = StatusFetcher(engine, bookkeeper, lists, clock)
        self._after_subscription: str | None = None

    def ask(self, since: datetime) -> None:
        """Ask about everything that is open. `since`: nothing at Stripe concerns us that is older."""
        self._ask_about_subscriptions()
        self._ask_about_disputes(since)
        self._ask_about_payouts()
        for name in ("subscriptions", "disputes", "payouts"):
            if name in self._reader.rows:
                self._reader.progress(name, self._reader.rows[name], 1.0)

    def _ask_about_subscriptions(self) -> None:
        """Recurring gifts whose subscription is not in the list have ended: the list leaves those out."""
        with reading(self._engine) as conn:
            remaining = recurring_store.open_subscriptions(conn, self._due())
        pages = self._pages("subscriptions", self._lists.subscriptions, self._after_subscription)
        while remaining and (page := next(pages, None)) is not None:
            asked_at, listed = page
            ours = {str(row["id"]): row for row in listed.rows if row["id"] in remaining}
            self._save_subscriptions(ours, remaining, asked_at)
            remaining = {name: gift for name, gift in remaining.items() if name not in ours}
            self._after_subscription = listed.rows[-1]["id"] if listed.rows else None
        for name in take_turns(sorted(remaining), MOST_OBJECTS, self._clock()):
            asked_at = self._clock()
            if subscription := self._object(self._lists.subscription, name):
                self._save_subscriptions({name: subscription}, remaining, asked_at)

    def _save_subscriptions(
        self, subscriptions: Mapping[str, StripeObject], gift_of: Mapping[str, str], asked_at: datetime
    ) -> None:
        """Save the statuses; where the end that the donor chose is not set yet, queue the job that sets it."""
        statuses = {name: status for name, row in subscriptions.items() if (status := self._read(name, row))}
        with writing(self._engine) as conn:
            recurring = recurring_store.recurring_of(conn, [gift_of[name] for name in statuses])
            for name, status in statuses.items():
                recurring_store.save_status(conn, gift_of[name], status, asked_at)
            endless = [name for name, status in statuses.items() if _lacks_end(recurring[gift_of[name]], status)]
            changed = [StatusChanged(StatusObject.SUBSCRIPTION, name) for name in endless]
            queue_statuses(conn, changed, self._clock())

    def _read(self, name: str, subscription: StripeObject) -> SubscriptionStatus | None:
        try:
            return read_subscription(subscription)
        except ROW_ERRORS as error:
            self._reader.errors[name] = describe_error(error)
            return None

    def _ask_about_disputes(self, since: datetime) -> None:
        """The latest disputes, and further down as long as one is new to us or an open one is missing.

        They are saved together when all were read, so that an interrupted run leaves no gap below a known one.
        """
        with reading(self._engine) as conn:
            due = store_open.open_disputes(conn, self._due())
        now, remaining, changed = self._clock(), set(due), dict[str, StripeObject]()
        for _, page in self._pages("disputes", self._lists.disputes, None, created={"gte": int(since.timestamp())}):
            new = self._changed_disputes(page, due)
            changed |= new
            remaining -= {row["id"] for row in page.rows}
            if not new and not remaining:
                break
        for name in take_turns(sorted(remaining), MOST_OBJECTS, now):
            if dispute := self._object(self._lists.dispute, name):
                changed[name] = dispute
        for name, dispute in changed.items():
            self._save(name, partial(self._statuses.save_dispute, dispute, now))

    def _changed_disputes(self, page: ListPage, due: set[str]) -> dict[str, StripeObject]:
        """The disputes of a page whose status is not what we have, and those that are due."""
        with reading(self._engine) as conn:
            known = store_open.statuses_of_disputes(conn, [str(row["id"]) for row in page.rows])
        return {row["id"]: row for row in page.rows if known.get(row["id"]) != row["status"] or row["id"] in due}

    def _ask_about_payouts(self) -> None:
        """Each payout costs a further call when its lines are listed, so that only some are done in one run."""
        with reading(self._engine) as conn:
            due = store_open.open_payouts(conn, self._due())
        oldest_first = sorted(due, key=lambda name: str(due[name]))
        remaining = {name: due[name] for name in take_turns(oldest_first, MOST_PAYOUTS, self._clock())}
        instants = [at for at in remaining.values() if at is not None]
        if instants:
            floor = int((min(instants) - BEFORE_LINE).timestamp())
            for asked_at, page in self._pages("payouts", self._lists.payouts, None, created={"gte": floor}):
                for payout in page.rows:
                    if payout["id"] in remaining:
                        del remaining[payout["id"]]
                        self._save_payout(payout, asked_at)
                if not remaining:
                    break
        for name in sorted(remaining):
            asked_at = self._clock()
            if missing := self._object(self._lists.payout, name):
                self._save_payout(missing, asked_at)

    def _save_payout(self, payout: StripeObject, asked_at: datetime) -> None:
        self._save(payout["id"], partial(self._statuses.save_payout, payout, asked_at))

    def _save(self, name: str, save: Callable[[], None]) -> None:
        """Save it; what is wrong with one object is its own, and keeps no other from being saved."""
        try:
            save()
        except (*ROW_ERRORS, NotApplied) as error:
            self._reader.errors[name] = describe_error(error)

    def _object(self, ask: Callable[[str], StripeObject], name: str) -> StripeObject | None:
        try:
            return ask(name)
        except NoSuchObject:
            log.warning("nothing_to_look_at", id=name)
            return None

    def _pages(
        self, name: str, ask: Callable[..., ListPage], after: str | None, **params: Any
    ) -> Iterator[tuple[datetime, ListPage]]:
        """The pages of a list from its newest row down, each with the instant at which it was asked for."""
        more = True
        while more:
            asked_at = self._clock()
            page = ask(**params, **({"starting_after": after} if after else {}))
            self._reader.rows[name] = self._reader.rows.get(name, 0) + len(page.rows)
            yield asked_at, page
            more = page.has_more and bool(page.rows)
            after = page.rows[-1]["id"] if page.rows else None
            if more:
                self._reader.progress(name, self._reader.rows[name], 0.0)

    def _due(self) -> datetime:
        return self._clock() - ASK_AGAIN_AFTER


def take_turns(names: Sequence[str], most: int, now: datetime) -> list[str]:
    """At most so many of the names; another part of them each hour, so that all are asked about in time.

    Of an object that Stripe does not have any more nothing is saved, so it stays due.
    """
    parts = -(-len(names) // most)
    part = int(now.timestamp() // 3600) % parts if parts else 0
    return list(names[part * most : (part + 1) * most])


def _lacks_end(recurring: Recurring, status: SubscriptionStatus) -> bool:
    """Whether its donor chose an end that is not set at Stripe."""
    chosen = recurring.ends_at is not None or recurring.instalments is not None
    return chosen and status.ends_at is None and status.state is not RecurringState.ENDED
