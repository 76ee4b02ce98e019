"""Plays the demonstration month through Stripe's twin, by the way that every gift takes: form, checkout, webhook."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.engine import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign, campaign_by_slug, campaigns
from database.transactions import reading, writing
from payments.books.bookkeeper import Bookkeeper
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.recurring import Rhythm
from payments.giving.form import Pledge
from payments.giving.pledges import Pledges
from payments.inbox.delivery import parse
from payments.inbox.keep import take_in
from payments.settlement.reconcile import Reconciliation
from setup.demo_story import ASK, DAYS, DemoGift, Fate, demo_gifts, demo_groups

REFUND_AFTER = timedelta(days=2)
SETTLE_EVERY = timedelta(days=1)

ShowDay = Callable[[int, int], None]
"""Is told how many days have passed, and of how many."""


class DemoStripe(Protocol):
    """Stripe's twin, with a clock that stands still until it is advanced."""

    def now(self) -> datetime:
        """Its time."""

    def advance_to(self, at: datetime) -> None:
        """Let everything happen that is due by then."""

    def pay(self, session_id: str, card: str, donor: DonorDetails) -> str:
        """Press Pay on a checkout's page; the id of the charge."""

    def refund(self, charge_id: str) -> None:
        """Refund a charge."""

    def take_messages(self) -> Sequence[bytes]:
        """The bodies of the webhooks since the last time."""


@dataclass
class DemoMonth:
    """One demonstration: the product's own parts, and the twin that they speak to."""

    engine: Engine
    bookkeeper: Bookkeeper
    pledges: Pledges
    reconciliation: Reconciliation
    stripe: DemoStripe
    refunds: list[tuple[datetime, str]] = field(default_factory=list)

    def play(self, now: datetime, timezone: str, show: ShowDay) -> int:
        """Play every day until `now`; returns how many gifts were pledged."""
        campaigns_by_slug = self.campaigns_by_slug()
        gifts = demo_gifts(now, timezone)
        waiting = list(gifts)
        begin = self.stripe.now()
        for day in range(DAYS + 1):
            until = min(begin + timedelta(days=day + 1), now)
            while waiting and waiting[0].at <= until:
                self.give(waiting.pop(0), campaigns_by_slug)
            self.pass_time(until)
            show(day + 1, DAYS + 1)
        return len(gifts)

    def campaigns_by_slug(self) -> Mapping[str, Campaign]:
        """The campaigns by their addresses, with the two groups of one of them."""
        with writing(self.engine) as conn:
            parent = campaign_by_slug(conn, ASK)
            for group in demo_groups(parent) if parent else ():
                if campaign_by_slug(conn, group.slug) is None:
                    add_campaign(conn, group)
        with reading(self.engine) as conn:
            return {campaign.slug: campaign for campaign in campaigns(conn)}

    def give(self, demo: DemoGift, campaigns_by_slug: Mapping[str, Campaign]) -> None:
        """Give it by form and checkout, at its hour. Its message is applied at once."""
        self._refund_what_is_due(demo.at)
        self.stripe.advance_to(demo.at)
        rhythm = Rhythm(demo.interval) if demo.interval else None
        token = f"demonstration:{demo.at.isoformat()}:{demo.donor.email}"
        gift = self.pledges.save(campaigns_by_slug[demo.slug], Pledge(demo.amount, demo.donor, rhythm), token)
        assert isinstance(gift, Gift), "each gift of the demonstration has a token of its own"
        session = self._checkout(gift)
        if demo.fate is not Fate.ABANDONED:
            charge = self.stripe.pay(session, demo.card, demo.donor)
            if demo.fate is Fate.REFUNDED:
                self.refunds.append((demo.at + REFUND_AFTER, charge))
        self._deliver()

    def _checkout(self, gift: Gift) -> str:
        """Open the checkout of a gift; the id of its session, which ends the address of Stripe's page."""
        return self.pledges.open_checkout(gift).rstrip("/").rpartition("/")[2].partition("#")[0]

    def _refund_what_is_due(self, until: datetime) -> None:
        while self.refunds and self.refunds[0][0] <= until:
            at, charge = self.refunds.pop(0)
            self.stripe.advance_to(at)
            self.stripe.refund(charge)

    def pass_time(self, until: datetime) -> None:
        """Advance to the end of a day; what has happened is delivered, and the new lines of the balance are read."""
        self._refund_what_is_due(until)
        self.stripe.advance_to(until)
        self._deliver()
        self.reconciliation.settle()

    def _deliver(self) -> None:
        deliveries = [parse(body) for body in self.stripe.take_messages()]
        if deliveries:
            take_in(self.engine, self.bookkeeper, deliveries, self.stripe.now(), look=False)
