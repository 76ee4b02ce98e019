"""What was received each month is added up as it is received."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from database.transactions import reading
from ledger.giving_kind import GivingKind
from ledger.giving_total_store import giving_totals
from ledger.money import GBP, Money
from payments.gifts.gift import DonorDetails, Share, pledge
from payments.gifts.giving import giving_rows
from payments.gifts.receiving import Received
from tests.payments.organisation_books import NOON
from tests.proof.books import open_desk

NOBODY = DonorDetails("", "")


def test_each_gift_is_added_once_to_its_month(engine: Engine) -> None:
    """A message that comes again adds nothing; the totals of an earlier month can be left out."""
    desk = open_desk(engine)
    desk.give(1, 2500)
    desk.give(2, 1000)
    desk.give(2, 1000)
    desk.give(3, 700, days_ago=40)

    with reading(engine) as conn:
        totals, newest = giving_totals(conn, date(2026, 1, 1)), giving_totals(conn, date(2026, 11, 1))

    assert [(total.month.month, total.kind, total.gifts, total.amount.minor) for total in totals] == [
        (10, GivingKind.ONCE, 1, 700),
        (11, GivingKind.ONCE, 2, 3500),
    ]
    assert newest == totals[1:]


def test_an_instalment_counts_for_the_link_of_its_first_gift() -> None:
    """And an offline gift for none; two gifts with one key are one row. In the amount that was asked for."""

    def came(n: int, **changes: object) -> Received:
        gift = replace(pledge(Money(1000, GBP), [Share(0, 1, 1)], NOBODY, NOON), **changes)  # type: ignore[arg-type]
        subject = f"offline:{n}" if n == 4 else f"pi_{n}"
        return Received(gift, Money(900, GBP), NOON, date(2026, 11, 21), "Visa", subject, f"ch_{n}", "test", "en")

    payments = [came(1, source="stall"), came(2, source="stall"), came(3, recurring_id="re-1"), came(4)]

    rows = giving_rows(payments, {"re-1": "leaflet-7"})

    november = {"month": "2026-11", "currency": "GBP"}
    assert rows == [
        november | {"kind": "once", "source": "stall", "gifts": 2, "amount_minor": 2000},
        november | {"kind": "recurring", "source": "leaflet-7", "gifts": 1, "amount_minor": 1000},
        november | {"kind": "offline", "source": "", "gifts": 1, "amount_minor": 1000},
    ]
