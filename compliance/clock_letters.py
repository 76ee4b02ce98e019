"""Letters to the staff who may accept a gift: how many days are left of the clocks of its checks."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.engine import Connection, Engine

from compliance.check import Check
from compliance.clock_warnings import warned_on
from compliance.store import unended_checks
from database.instants import Clock
from database.transactions import reading, writing
from outbox.letters import Letter, letter_was_posted, post_letter
from outbox.worker import Chore
from staff.member import StaffMember
from staff.permissions import Permission
from staff.views import member_rows
from web.pages import Pages

WARN_EVERY = timedelta(hours=1)
# So many days are made up for when the worker did not run. What is over stands on the overview.
DAYS_BACK = 7


def warning_of_clocks(engine: Engine, pages: Pages, clock: Clock) -> Chore:
    """The worker's chore: posts each letter once."""

    def warn() -> None:
        now = clock()
        today = pages.wording.local_day(now)
        with reading(engine) as conn:
            letters = due_warnings(conn, pages, today)
        if letters:
            with writing(engine) as conn:
                for letter in letters:
                    post_letter(conn, letter, now)

    return Chore(WARN_EVERY, warn)


def due_warnings(conn: Connection, pages: Pages, today: date) -> list[Letter]:
    """The letters of today and the days before that were not posted: one a day for each who may accept."""
    pending = unended_checks(conn)
    if not pending:
        return []
    readers = [
        row.member for row in member_rows(conn) if row.disabled_at is None and row.member.may(Permission.END_CHECKS)
    ]
    days = [today - timedelta(days=back) for back in range(DAYS_BACK - 1, -1, -1)]
    return [
        _letter(pages, member, day, today, checks)
        for day in days
        if (checks := warned_on(pending, day))
        for member in readers
        if not letter_was_posted(conn, _key(day, member))
    ]


def _letter(pages: Pages, member: StaffMember, day: date, today: date, checks: Sequence[Check]) -> Letter:
    rows = [(check, (check.clock.last_day - today).days) for check in checks]
    words = pages.letter("treasury/letters/checks", name=member.name, rows=rows, count=len(rows))
    return Letter(_key(day, member), member.email, *words, to_name=member.name)


def _key(day: date, member: StaffMember) -> str:
    return f"check-clocks:{day.isoformat()}:{member.id}"
