"""The list of checks, on both engines: its order, its filters, and what stands in a row."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from compliance.check import CheckState
from compliance.check_list_views import CHECKS, CheckListRow
from compliance.check_steps import Acceptance, CheckStep, ReturnProof
from compliance.donor_types import DonorType
from compliance.due_checks import due_checks
from compliance.regime import Regime
from compliance.store import open_checks, take_check_step
from compliance.thresholds import shipped_rules
from database.lists import ListChoice, ListWindow, list_rows, list_total
from database.transactions import booking
from donors.tables import donor
from donors.word_store import add_words
from ledger.store import open_accounts
from payments.gifts.tables import gift as gift_table
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, FOREVER, decision, gift, lookup, record
from tests.database.made_rows import row
from treasury.lists.list_filter import typed_amount

MAY, NOON = date(2024, 5, 1), datetime(2024, 5, 2, 12, tzinfo=UTC)
TODAY = MAY + timedelta(days=29)  # the last day of the oldest
STEPS: dict[str, tuple[CheckStep, ...]] = {
    "oldest": (),
    "company": (record(), record(DonorType.COMPANY, name="Mill Ltd", address="Leeds", number="1")),
    "leaving": (record(), decision(TODAY)),
    "accepted": (record(), lookup(TODAY), Acceptance(ASHA, TODAY)),
    "returned": (
        record(DonorType.TRUST, name="A", address="B", trust="C"),
        decision(TODAY),
        ReturnProof(ASHA, TODAY, "x"),
    ),
}


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """Five checks, each of a gift of the next day and a pound more than the one before."""
    with booking(engine) as connection:
        open_accounts(connection)
        staff = {"id": ASHA.staff_id, "name": ASHA.name, "role": "treasurer", "disabled_at": None, "removed_at": None}
        connection.execute(sa.insert(staff_member).values(row(staff_member, staff)))
        connection.execute(sa.insert(donor).values(row(donor, {"id": "donor"})))
        add_words(connection, [("donor", "Ann Evans")])
        gifts = []
        for number, name in enumerate(STEPS):
            keys = dict.fromkeys(("session_id", "payment", "invoice_id", "recurring_id", "fee_cover_minor"))
            own = {
                "id": name,
                "donor_id": "donor",
                "currency": "GBP",
                "state": "received",
                "donor_name": f"Donor {name}",
            }
            connection.execute(sa.insert(gift_table).values(row(gift_table, keys | own)))
            gifts.append(gift(str(600 + number), MAY + timedelta(days=number), gift_id=name))
        open_checks(connection, due_checks(gifts, [], FOREVER[Regime.PARTY], shipped_rules()), MAY)
        for name, steps in STEPS.items():
            for step in steps:
                take_check_step(connection, name, step, NOON, today=TODAY)
        yield connection


def listed(conn: Connection, find: str = "", today: date = TODAY, **words: str) -> list[CheckListRow]:
    """The rows of a choice, as the list is sorted."""
    choice = ListChoice(find, typed_amount(find), words=words, today=today)
    rows = list_rows(conn, CHECKS, choice, ListWindow("left", descending=False, limit=9))
    assert list_total(conn, CHECKS, choice).rows == len(rows)
    return list(rows)


def ids(rows: list[CheckListRow]) -> list[str]:
    """Which checks they are."""
    return [each.gift_id for each in rows]


def test_those_that_wait_stand_first_with_the_fewest_days_left(conn: Connection) -> None:
    """Then those that have ended; each row says how its check stands, and who ended it."""
    rows = listed(conn)
    assert ids(rows) == ["oldest", "company", "leaving", "accepted", "returned"]
    assert [each.state for each in rows] == [
        CheckState.OPEN, CheckState.OPEN, CheckState.TO_RETURN, CheckState.ACCEPTED, CheckState.RETURNED,
    ]  # fmt: skip
    assert [each.days_left for each in rows] == [0, 1, 2, 3, 4]
    assert (rows[0].last_day, rows[0].donor_type, rows[0].ended_on, rows[0].ended_by) == (TODAY, None, None, "")
    assert (rows[3].donor_type, rows[3].ended_on, rows[3].ended_by) == (DonorType.INDIVIDUAL, TODAY, "Asha Rao")
    assert list_total(conn, CHECKS, ListChoice()).minor == {"GBP": 60000 + 60100 + 60200 + 60300 + 60400}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"state": "waiting"}, ["oldest", "company", "leaving"]),
        ({"state": "open"}, ["oldest", "company"]),
        ({"state": "to_return"}, ["leaving"]),
        ({"state": "accepted"}, ["accepted"]),
        ({"state": "returned"}, ["returned"]),
        ({"state": "all", "left": "3"}, ["oldest", "company", "leaving"]),
        ({"left": "1"}, ["oldest", "company"]),
        ({"left": "over"}, []),
        ({"type": "company"}, ["company"]),
        ({"type": "individual"}, ["leaving", "accepted"]),
        ({"type": "nobody"}, ["oldest"]),
        ({"campaign": "1"}, []),
        ({"state": "waiting", "text": "evans AN"}, ["oldest", "company", "leaving"]),
        ({"text": "bo"}, []),
        ({"text": "602"}, ["leaving"]),
    ],
)
def test_a_filter_means_exactly_these(conn: Connection, words: dict[str, str], expected: list[str]) -> None:
    """By the newest record of the donor, the days that are left, and how it stands."""
    assert ids(listed(conn, words.get("text", ""), TODAY, **words)) == expected


def test_a_day_later_the_oldest_is_over(conn: Connection) -> None:
    """And no ended check ever is."""
    rows = listed(conn, today=TODAY + timedelta(days=30), left="over")
    assert [(each.gift_id, each.days_left) for each in rows] == [("oldest", -30), ("company", -29), ("leaving", -28)]
