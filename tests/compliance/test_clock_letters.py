"""Day 20, 27 and 30 of a clock are mailed to those who may accept, each once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from compliance.clock_letters import warning_of_clocks
from compliance.clock_warnings import warned_on
from compliance.due_checks import due_checks
from compliance.regime import Regime
from compliance.store import open_checks
from compliance.thresholds import shipped_rules
from database.transactions import booking, reading
from outbox.tables import letter
from staff.role import Role
from staff.tables import staff_member
from tests.clock import FixedClock
from tests.compliance.gifts import FOREVER, accepted, check_of, gift
from tests.database.made_rows import row
from tests.mailing.conftest import PAGES
from tests.payments.organisation_books import Books, gift_id

DAY = timedelta(days=1)
FIRST = date(2026, 11, 21)


def test_a_clock_is_mailed_on_its_three_days() -> None:
    """Not once the gift was accepted; of one that was opened late on the day after, and on what is left."""
    pending = check_of(gift("600", FIRST, gift_id="pending"))
    ended = accepted(gift("600", FIRST, gift_id="ended"), FIRST)
    assert [number for number in range(1, 40) if warned_on([pending, ended], FIRST + (number - 1) * DAY)] == [
        20,
        27,
        30,
    ]
    late = due_checks([gift("600", FIRST)], [], FOREVER[Regime.PARTY], shipped_rules())[0].opened(FIRST + 24 * DAY)
    assert [number for number in range(1, 40) if warned_on([late], FIRST + (number - 1) * DAY)] == [26, 27, 30]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Letters and checks are proved on both engines elsewhere."""
    return sqlite_url


def test_each_letter_goes_once_to_those_who_may_accept(books: Books) -> None:
    """A treasurer, and neither an auditor nor an organiser; after days without a worker what was missed."""
    books.pledge(1, amount=60_000)
    clock = FixedClock(datetime.combine(FIRST, time(12), tzinfo=UTC))
    with booking(books.engine) as conn:
        regulated = gift("600", FIRST, books.gift(1).donor_id or "", gift_id=gift_id(1))
        open_checks(conn, due_checks([regulated], [], FOREVER[Regime.PARTY], shipped_rules()), FIRST)
        for role in (Role.TREASURER, Role.AUDITOR, Role.ORGANISER):
            own = {"id": role.value, "email": f"{role.value}@example.org", "role": role.value}
            conn.execute(
                sa.insert(staff_member).values(row(staff_member, own | {"disabled_at": None, "removed_at": None}))
            )
    warn = warning_of_clocks(books.engine, PAGES, clock).do
    counts = []
    for number in (1, 19, 20, 20, 26, 29, 30, 31):
        clock.now = datetime.combine(FIRST + (number - 1) * DAY, time(12), tzinfo=UTC)
        warn()
        counts.append(len(letters(books.engine)))
    assert counts == [0, 0, 1, 1, 1, 2, 3, 3]
    assert {to for to, _, _ in letters(books.engine)} == {"treasurer@example.org"}
    _, subject, text = letters(books.engine)[0]
    assert subject == "1 gift waits for a check of the donor"
    assert "£600.00, received on 21 November 2026: 10 days left after today" in text
    assert f"/desk/checks/{gift_id(1)}" in text
    assert "Donor 1" not in text


def letters(engine: Engine) -> list[tuple[str, str, str]]:
    """To whom, about what, and what they say."""
    with reading(engine) as conn:
        rows = conn.execute(sa.select(letter.c.to_address, letter.c.subject, letter.c.text).order_by(letter.c.key))
        return [tuple(row) for row in rows]
