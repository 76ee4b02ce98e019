"""A treasurer's first Monday: a sandbox after nine weeks in which everything went wrong that can.

Run it as `./farthing soak monday FOLDER`, then `./farthing run --var-dir FOLDER` and sit down at the desk. The folder
gets the bank's file (bank.csv) and a file of offline gifts (offline.csv), both with lines that cannot be taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from database.instants import utc_now
from database.transactions import booking, reading, writing
from installation import open_installation, open_sandbox, prepare
from ledger.money import GBP, Money
from ledger.period_store import close_month, first_book_date
from ledger.periods import month_after, month_of
from outbox.letters import Letter, LetterState, mark_sending, note_end, post_letter
from payments.books.tables import payout
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.recurring import Interval
from payments.giving.form import Pledge
from payments.giving.pledges import Pledges
from payments.inbox.keep import take_in
from payments.settlement.reconcile import Reconciliation
from payments.stripe.gateway import Gateway
from payments.stripe.lists import StripeLists
from planting import PlantedTwin, plant, served_twin
from sandbox.lifecycle.unrelated_money import add_unrelated_charge
from sandbox.webhooks.sender import KeepingSender
from settings import Settings, read_settings
from setup.demo_month import DemoMonth
from setup.demo_story import CARD, DISPUTED_CARD, FAILING_CARD, VAN, DemoGift
from tests.payments.messages import charge, delivery, event
from treasury.books.month_report import frozen_report
from treasury.books.months import report_now
from webhooks.event import EventType
from webhooks.store import add_endpoint, pause_endpoint

SINCE_THE_STORY = timedelta(days=28)
DAY = "%d/%m/%Y"
BROKEN_CHARGE = {"object": "charge", "id": "ch_broken", "status": "succeeded", "currency": "gbp"}


@dataclass
class Trouble:
    """The weeks after the demonstration month, up to now."""

    month: DemoMonth
    twin: PlantedTwin
    settings: Settings
    organisation: str

    @property
    def engine(self) -> Engine:
        """The books."""
        return self.month.engine

    def play(self, now: datetime) -> None:
        """Everything that waits for a treasurer; the newest of it of yesterday."""
        self._close_first_month()
        by_slug = self.month.campaigns_by_slug()
        self._refund_of_closed_month()
        story = sorted(self._gifts(now), key=lambda demo: demo.at)
        for demo in story:
            self.month.pass_time(demo.at - timedelta(minutes=1))
            self.month.give(demo, by_slug)
        self.month.pass_time(now - timedelta(hours=26))
        self._never_settled(by_slug[VAN])
        self._charge_without_gift()
        self.month.pass_time(now)
        self.month.reconciliation.reconcile()
        self._dead_letter(now)
        self._refused_letter(now)
        self._stopped_endpoint(now)
        self._payout_unlike_its_lines()

    def _gifts(self, now: datetime) -> Iterator[DemoGift]:
        def given(days: float, pounds: int, name: str, card: str = CARD, every: Interval | None = None) -> DemoGift:
            donor = DonorDetails(name, f"{name.lower().replace(' ', '.')}@example.org")
            return DemoGift(now - timedelta(days=days), VAN, Money(pounds * 100, GBP), donor, every, card)

        yield given(27.5, 15, "Mary Poor", FAILING_CARD, Interval.WEEK)
        yield given(12, 20, "Edith Marsh")
        yield given(9, 35, "Arthur Pym", every=Interval.MONTH)
        yield given(8, 250, "Joan Bright", DISPUTED_CARD)
        yield given(6.2, 12, "Lionel Fail", FAILING_CARD, Interval.WEEK)
        yield given(8.2, 14, "Nora Short", FAILING_CARD, Interval.WEEK)
        yield given(2.1, 50, "Winifred Twice")
        yield given(2.09, 50, "Winifred Twice")
        yield given(1.5, 120, "Oswald Nett")

    def _close_first_month(self) -> None:
        zone, now = ZoneInfo(self.settings.timezone), self.twin.now()
        with booking(self.engine) as conn:
            first = first_book_date(conn)
            assert first is not None
            month = month_of(first)
            assert month_after(month) <= now.astimezone(zone).date()
            report = frozen_report(report_now(conn, month, self.organisation))
            close_month(conn, month, report, "Treasurer", (now, now.astimezone(zone).date()))

    def _refund_of_closed_month(self) -> None:
        with reading(self.engine) as conn:
            charge_id = conn.exec_driver_sql("SELECT id FROM charge ORDER BY succeeded_at LIMIT 1").scalar_one()
        self.twin.refund(charge_id)

    def _deliver(self, kind: str, body: dict[str, object], created: datetime) -> None:
        made = event(kind, body, name=uuid4().hex, created=int(created.timestamp()))
        take_in(self.engine, self.month.bookkeeper, [delivery(made)], self.twin.now(), look=False)

    def _never_settled(self, campaign: Campaign) -> None:
        """Stripe told us of a charge that its balance never shows."""
        donor = DonorDetails("Victor Unseen", "victor.unseen@example.org")
        gift = self.month.pledges.save(campaign, Pledge(Money(3300, GBP), donor, None), uuid4().hex)
        assert isinstance(gift, Gift)
        at = int(self.twin.now().timestamp())
        paid = charge("unseen", gift=gift.id, amount=3300, created=at)
        paid["metadata"]["installation"] = self.month.bookkeeper.rules.mark
        self._deliver("charge.succeeded", paid, self.twin.now())

    def _charge_without_gift(self) -> None:
        metadata = {"gift_id": str(uuid4()), "app": "farthing", "installation": self.month.bookkeeper.rules.mark}
        with self.twin.twin.world.step():
            add_unrelated_charge(self.twin.twin.world, 2750, **metadata)

    def _dead_letter(self, now: datetime) -> None:
        self._deliver("charge.succeeded", dict(BROKEN_CHARGE), now)

    def _refused_letter(self, now: datetime) -> None:
        with writing(self.engine) as conn:
            words = "Thank you. We wrote to tell you where your gift went."
            letter = Letter("monday:refused", "arthur.pym@example.org", "What your gift did", words, words)
            post_letter(conn, letter, now)
            mark_sending(conn, letter.id, now)
            reason = "550 5.1.1 The email account that you tried to reach does not exist"
            note_end(conn, letter.id, LetterState.SENDING, LetterState.REFUSED, reason, now)

    def _stopped_endpoint(self, now: datetime) -> None:
        with writing(self.engine) as conn:
            types = [str(each) for each in EventType]
            identity = f"we_{uuid4().hex}"
            add_endpoint(conn, identity, "https://crm.example.org/farthing", types, "x", now - timedelta(days=20))
            pause_endpoint(conn, identity, now - timedelta(days=2), by_itself=True)

    def _payout_unlike_its_lines(self) -> None:
        has_lines = sa.select(payout.c.id).where(payout.c.lines_minor > 0).order_by(payout.c.looked_at.desc())
        less = sa.update(payout).values(lines_minor=payout.c.lines_minor - 250)
        with booking(self.engine) as conn:
            conn.execute(less.where(payout.c.id == conn.scalar(has_lines.limit(1))))


@contextmanager
def _stopped_twin(settings: Settings, address: str) -> Iterator[Trouble]:
    sender = KeepingSender()
    installation = open_installation(settings, address)
    twin = open_sandbox(installation, sender)
    assert twin is not None
    planted = PlantedTwin(twin, sender)
    twin.world.clock.stop()
    with served_twin(twin) as api_base:
        key = twin.settings.api_key
        gateway = Gateway(key, address, api_base=api_base, mark=installation.bookkeeper.rules.mark)
        lists = StripeLists(key, api_base=api_base)
        engine = installation.engine
        books = Reconciliation(engine, installation.bookkeeper, lists, twin.now)
        month = DemoMonth(engine, installation.bookkeeper, Pledges(engine, gateway, twin.now), books, planted)
        yield Trouble(month, planted, settings, installation.organisation.profile.organisation.name)
        twin.world.clock.advance_to(utc_now().timestamp())
        twin.world.clock.run()
    twin.close()
    installation.engine.dispose()


def bank_file(engine: Engine, today: date) -> str:
    """The bank's statement: each payout that arrived, transfers, a bank charge, and a line without an amount."""
    arrived = sa.select(payout.c.arrived_at, payout.c.amount_minor).where(payout.c.arrived_at.is_not(None))
    with reading(engine) as conn:
        rows = conn.execute(arrived.order_by(payout.c.arrived_at)).all()
    payouts = [f"{at:{DAY}},STRIPE PAYMENTS UK LTD,{Money(minor, GBP).decimal}," for at, minor in rows]
    day = f"{today - timedelta(days=2):{DAY}}"  # after the gifts of the other file were given
    others = (
        "MRS D HALE TFR,40.00,", "CASH PAID IN HIGH ST,65.00,", "BANK CHARGES,,8.00", "HALL HIRE CHQ 000231,,120.00",
        "PENDING,,",
    )  # fmt: skip
    return _file("Date,Description,Paid in,Paid out", *payouts, *(f"{day},{other}" for other in others))


def offline_file(today: date) -> str:
    """Gifts on paper: five good ones, one of them a cheque that stands there twice, and four that are no gift."""
    day = f"{today - timedelta(days=3):{DAY}}"
    return _file(
        "Date,Name,Email,Amount,How,Campaign,Reference",
        f"{day},Dorothy Hale,dorothy.hale@example.org,40.00,Bank transfer,the-thornby-van,MRS D HALE TFR",
        f"{day},,,25.00,Cash,the-thornby-van,Tin at the fair",
        f"{day},Kofi Mensah,,40.00,Cash,the-thornby-van,",
        f"{day},Ruth Pemberton,ruth.pemberton@example.org,100.00,Cheque,Ask every candidate,000412",
        f"{day},Ruth Pemberton,ruth.pemberton@example.org,100.00,Cheque,Ask every candidate,000412",
        f"{day},Alan Stokes,,,Cash,Ask every candidate,",
        f"{today + timedelta(days=30):{DAY}},Beth Winter,,10.00,Cash,Ask every candidate,",
        f"{day},Colin Yates,,10.00,Cash,The roof,",
        f"{day},Iain Fraser,iain.fraser@example,15.00,Cheque,Ask every candidate,000413",
    )


def _file(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def main(folder: Annotated[Path, typer.Argument(help="An empty folder for the sandbox.")]) -> None:
    """Make the sandbox and the two files."""
    settings = read_settings(var_dir=folder)
    address = f"http://{settings.host}:{settings.port}"
    prepare(settings, lambda: utc_now() - SINCE_THE_STORY)
    plant(settings, address, lambda _day, _days: None, lambda: utc_now() - SINCE_THE_STORY)
    with _stopped_twin(settings, address) as trouble:
        trouble.play(utc_now())
        (folder / "bank.csv").write_text(bank_file(trouble.engine, utc_now().date()))
    (folder / "offline.csv").write_text(offline_file(utc_now().date()))
    print(f"Now: ./farthing run --var-dir {folder}")


if __name__ == "__main__":
    typer.run(main)
