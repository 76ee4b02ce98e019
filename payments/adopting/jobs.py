"""Looks for supporters at Stripe, and writes our mark on those that were adopted. Neither charges anything."""

from collections.abc import Iterator

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from outbox.jobs import Payload
from outbox.worker import Handler
from payments.adopting.read_supporter import read_supporter
from payments.adopting.store import add_supporters
from payments.adopting.supporter import FIND_SUPPORTERS, MARK_SUPPORTER, Supporter
from payments.books.jobs import queue_statuses
from payments.gifts.recurring_store import recurring_of_subscription
from payments.reading.happenings import StatusChanged, StatusObject
from payments.settlement.stripe_contact import recording_contact
from payments.stripe.lists import StripeLists
from payments.stripe.subscriptions import RecurringGateway

MOST_PAGES = 100  # of a hundred subscriptions
log = structlog.get_logger()


class SupporterFinder:
    """Reads Stripe's list of subscriptions, and marks some of them. No transaction is open while Stripe is asked."""

    def __init__(self, engine: Engine, lists: StripeLists, gateway: RecurringGateway, clock: Clock, mark: str) -> None:
        """`mark` is this installation's, which its gifts carry at Stripe."""
        self._engine, self._lists, self._gateway, self._clock, self._mark = engine, lists, gateway, clock, mark

    def find(self) -> None:
        """Keep every running subscription that is not ours."""
        with recording_contact(self._engine, self._clock):
            supporters = list(self._running())
        with writing(self._engine) as conn:
            add_supporters(conn, supporters, self._clock())
        log.info("supporters_found", count=len(supporters))

    def _running(self) -> Iterator[Supporter]:
        after: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._lists.supporters(status="active", **after)
            yield from (supporter for row in page.rows if (supporter := read_supporter(row)))
            if not page.has_more or not page.rows:
                return
            after = {"starting_after": page.rows[-1]["id"]}

    def mark(self, subscription: str) -> None:
        """Write the recurring gift's id on the subscription, so that its next instalments are known to be ours."""
        with reading(self._engine) as conn:
            recurring = recurring_of_subscription(conn, subscription)
        if recurring is None:
            return
        with recording_contact(self._engine, self._clock):
            self._gateway.mark(subscription, {"recurring_id": recurring.id, "installation": self._mark})
        with writing(self._engine) as conn:
            queue_statuses(conn, [StatusChanged(StatusObject.SUBSCRIPTION, subscription)], self._clock())
        log.info("supporter_marked", recurring=recurring.id)


def adopting_jobs(finder: SupporterFinder) -> dict[str, Handler]:
    """The worker's handlers of FIND_SUPPORTERS and MARK_SUPPORTER."""

    def find(_payload: Payload) -> None:
        finder.find()

    def mark(payload: Payload) -> None:
        finder.mark(payload["subscription"])

    return {FIND_SUPPORTERS: find, MARK_SUPPORTER: mark}
