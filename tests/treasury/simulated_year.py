"""A year at the twin, fortnight by fortnight: gifts, refunds, disputes, and months that are closed meanwhile.

The suite plays a small one; `./farthing soak year` one of 100,000 gifts.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.transactions import booking, reading
from donors.merge_store import merge_donors
from ledger.money import GBP, Money
from ledger.period_store import close_month
from ledger.periods import month_after
from payments.gifts.gift import Allocation, DonorDetails, Gift, GiftState
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.offline_store import enter_offline, giver
from payments.gifts.recurring import Interval
from sandbox.lifecycle.disputes import decide, open_dispute
from sandbox.webhooks.endpoint import CURRENT
from tests.books.product_books import ProductBooks
from tests.books.simulation import DAY, Simulation, simulate
from treasury.books.month_report import frozen_report
from treasury.books.months import report_now

ZONE = ZoneInfo("Europe/London")
FORTNIGHT = 14 * DAY
STEPS = 31
SOURCES = ("", "", "", "leaflet", "stall-7")
GOOD, FAILS_LATER = "4242424242424242", "4000000000000341"
BY_DEBIT = "00012345"
Measure = Callable[["SimulatedYear"], None]


@dataclass
class SimulatedYear:
    """The books so far. `frozen` are the reports of the months that were closed, by month."""

    simulation: Simulation
    engine: Engine
    gifts_a_step: int
    chance: random.Random
    payments: list[str] = field(default_factory=list)
    frozen: dict[date, tuple[str, str]] = field(default_factory=dict)
    product: ProductBooks = field(init=False)

    def __post_init__(self) -> None:
        self.product = ProductBooks(self.engine, self.simulation)

    @property
    def now(self) -> datetime:
        """The twin's clock."""
        return self.simulation.twin.now()

    @property
    def today(self) -> date:
        """The organisation's day."""
        return self.now.astimezone(ZONE).date()

    def play(self) -> None:
        """Four months and a year; a month is closed once three weeks have passed since its end."""
        for step in range(STEPS):
            self._give()
            if step % 2 == 1:
                self._take_back()
            if step % 6 == 3:
                self._enter_offline(step)
            self.simulation.wait(FORTNIGHT)
            self._deliver()
            if step % 2 == 1:
                self.product.settle()
                self._close()
        self._end_one()
        self._promise()
        self._deliver()
        self.product.do_stripe_jobs()
        self._merge()

    def _give(self) -> None:
        for _ in range(self.gifts_a_step):
            minor = self.chance.choice((500, 1000, 2500, 7000))
            shares = ((self.chance.randint(1, 3), 1),)
            if self.chance.random() < 0.15:
                interval = self.chance.choice((Interval.MONTH, Interval.MONTH, Interval.MONTH, Interval.YEAR))
                started = self.simulation.pledge_recurring(minor, shares, interval)
                self._describe()
                self.simulation.start(started, FAILS_LATER if self.chance.random() < 0.3 else GOOD)
                continue
            self.simulation.pledge(minor, shares)
            self._describe()
            if self.chance.random() < 0.9:
                self.payments.append(self.simulation.pay(self.simulation.gifts[-1]))

    def _promise(self) -> None:
        """A form that nobody pays, and a debit that the bank works on."""
        self.simulation.pledge(1500)
        self.simulation.pay(self.simulation.pledge(2500), BY_DEBIT)

    def _describe(self) -> None:
        """One of a few donors, by one of a few links."""
        gift = self.simulation.gifts[-1]
        n = self.chance.randint(1, 25 * self.gifts_a_step)
        donor = DonorDetails(f"Donor {n}", f"donor{n}@example.org")
        self.simulation.gifts[-1] = replace(gift, donor=donor, source=self.chance.choice(SOURCES))
        if gift.recurring_id:
            self.simulation.recurring[-1] = replace(self.simulation.recurring[-1], donor=donor)

    def _take_back(self) -> None:
        """A refund and a dispute of any gift so far: many are of months that are closed."""
        if len(self.payments) < 2:
            return
        refunded = self.payments.pop(self.chance.randrange(len(self.payments)))
        self.simulation.ask("POST", "/v1/refunds", payment_intent=refunded)
        disputed = self.payments.pop(self.chance.randrange(len(self.payments)))
        charge = self.simulation.stored(self.simulation.charge_of(disputed))
        dispute = self.simulation.step(open_dispute, charge)
        if self.chance.random() < 0.5:
            self.simulation.step(decide, dispute, won=self.chance.random() < 0.5)

    def _enter_offline(self, step: int) -> None:
        details = DonorDetails(f"Donor {step}", "")
        amount = Money(4000, GBP)
        with booking(self.engine) as conn:
            donor = giver(conn, details, None, self.now)
            share = (Allocation(0, 1, amount),)
            gift = Gift(f"offline-{step}", GiftState.PENDING, amount, share, details, self.now, donor_id=donor.id,
                        attempted_at=self.now, return_token=f"offline-{step}")  # fmt: skip
            entered = OfflineGift(gift, Means.CASH, self.today, "", counts=True, who="ada")
            enter_offline(conn, entered, None, (self.now, ZONE))

    def _deliver(self) -> None:
        self.product.add_gifts()
        self.product.deliver(self.simulation.deliveries())
        self.simulation.recorded.by_version.clear()

    def _close(self) -> None:
        """The oldest month that is open, once three weeks have passed since its end."""
        month = max(self.frozen, default=None)
        month = date(2026, 11, 1) if month is None else month_after(month)
        if (self.today - month_after(month)).days < 21:
            return
        with booking(self.engine) as conn:
            report = frozen_report(report_now(conn, month, DEMO_ORGANISATION.name))
            close_month(conn, month, report, "ada", (self.now, self.today))
        self.frozen[month] = report

    def reports_again(self) -> dict[date, tuple[str, str]]:
        """The reports of the closed months, made anew from the books as they are now."""
        with reading(self.engine) as conn:
            return {month: frozen_report(report_now(conn, month, DEMO_ORGANISATION.name)) for month in self.frozen}

    def _end_one(self) -> None:
        """Somebody ends a recurring gift that runs, at Stripe's own pages."""
        subscriptions = [self.simulation.subscription_of(recurring) for recurring in self.simulation.recurring]
        running = next(each for each in subscriptions if self.simulation.stored(each)["status"] == "active")
        self.simulation.ask("DELETE", f"/v1/subscriptions/{running}")

    def _merge(self) -> None:
        """Three donors were one person."""
        with booking(self.engine) as conn:
            rows = conn.exec_driver_sql("SELECT DISTINCT donor_id FROM gift WHERE received_on IS NOT NULL ORDER BY 1")
            first, second, third = [row[0] for row in rows][:3]
            merge_donors(conn, first, second, "ada", self.now)
            merge_donors(conn, second, third, "ada", self.now)


def play_year(engine: Engine, gifts_a_step: int, seed: int = 7) -> SimulatedYear:
    """Play it into books that have accounts and campaigns."""
    with simulate(seed, [CURRENT]) as simulation:
        year = SimulatedYear(simulation, engine, gifts_a_step, random.Random(seed))
        year.play()
        return year
