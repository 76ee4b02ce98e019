"""Numbers without a gap, snapshots that stay, links that only their holder has."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from database.transactions import booking, reading, writing
from receipts import tables
from receipts.receipt import Draft
from receipts.store import (
    LINK_LIFETIME,
    NoReceipt,
    NumberGap,
    gaps,
    issue_receipts,
    leave_out,
    left_out_numbers,
    mint_token,
    pdf_of,
    receipt_by_number,
    receipt_by_token,
    receipt_of_gift,
    save_pdf,
)
from tests.receipts.samples import NOON, TODAY, draft, receipt


class Mishap(Exception):
    """Something went wrong between a number and its commit."""


def issue_all(engine: Engine, drafts: Sequence[Draft], on: date = TODAY, *, mishap: bool = False) -> list[str]:
    """Issue in a transaction of its own, which a mishap undoes."""
    with booking(engine) as conn:
        numbers = issue_receipts(conn, drafts, issued_on=on, now=NOON)
        if mishap:
            raise Mishap
        return numbers


def gifts(*ids: str) -> list[Draft]:
    """One draft a gift."""
    return [draft(gift_id=gift_id) for gift_id in ids]


def test_numbers_follow_each_other(engine: Engine) -> None:
    """Within a batch and from one batch to the next."""
    assert [issue_all(engine, gifts("a", "b")), issue_all(engine, gifts("c"))] == [
        ["2026-000001", "2026-000002"],
        ["2026-000003"],
    ]


def test_a_year_begins_at_one(engine: Engine) -> None:
    """The year is that of the issue, and an old year can still go on."""
    years = [date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 31)]

    numbers = [issue_all(engine, gifts(str(n)), on)[0] for n, on in enumerate(years)]

    assert numbers == ["2026-000001", "2027-000001", "2026-000002"]


def test_nothing_to_issue_takes_no_number(engine: Engine) -> None:
    """A batch without gifts leaves the series alone."""
    assert (issue_all(engine, []), issue_all(engine, gifts("a"))) == ([], ["2026-000001"])


def test_a_rollback_gives_its_numbers_back(engine: Engine) -> None:
    """What was not committed was not numbered."""
    with pytest.raises(Mishap):
        issue_all(engine, gifts("a", "b", "c"), mishap=True)

    assert issue_all(engine, gifts("d")) == ["2026-000001"]


def test_many_at_once_leave_no_gap(engine: Engine) -> None:
    """Eight writers, some of whose transactions fail: the numbers run from one to the last."""

    def write(writer: int) -> list[str]:
        taken = list[str]()
        for batch in range(6):
            drafts = gifts(*(f"{writer}-{batch}-{n}" for n in range(1 + (writer + batch) % 5)))
            with suppress(Mishap):
                taken += issue_all(engine, drafts, mishap=(writer + 3 * batch) % 4 == 0)
        return taken

    with ThreadPoolExecutor(8) as writers:
        numbers = sorted(number for taken in writers.map(write, range(8)) for number in taken)

    with reading(engine) as conn:
        assert (numbers, gaps(conn)) == ([f"2026-{n:06d}" for n in range(1, len(numbers) + 1)], [])


def test_the_audit_sees_a_gap(engine: Engine) -> None:
    """A series that ran ahead of its receipts is reported with what is there."""
    issue_all(engine, gifts("a", "b"))
    with booking(engine) as conn:
        conn.execute(sa.update(tables.receipt_series).values(last_number=4))
    issue_all(engine, gifts("c"))

    with reading(engine) as conn:
        assert gaps(conn) == [NumberGap(2026, last_number=5, highest=5, receipts=3, left_out=0, inside=0)]


def test_numbers_that_a_restore_leaves_out_are_never_given_out_and_no_fault(engine: Engine) -> None:
    """The next receipt has the number after them; a receipt inside such a gap is a fault."""
    issue_all(engine, gifts("a", "b"))
    with booking(engine) as conn:
        assert leave_out(conn, 2026, 5, backup_made_at=NOON, now=NOON) == range(3, 6)
        assert leave_out(conn, 2026, 5, backup_made_at=NOON, now=NOON) == range(0)
        assert leave_out(conn, 2027, 1, backup_made_at=NOON, now=NOON) == range(1, 2)

    assert issue_all(engine, gifts("c")) == ["2026-000006"]
    assert issue_all(engine, gifts("d"), date(2027, 1, 1)) == ["2027-000002"]
    with booking(engine) as conn:
        assert (gaps(conn), left_out_numbers(conn)) == ([], {2026: 3, 2027: 1})
        leave_out(conn, 2026, 8, backup_made_at=NOON, now=NOON)
        values = {"year": 2026, "first_number": 2, "last_number": 2, "backup_made_at": NOON, "recorded_at": NOON}
        conn.execute(sa.insert(tables.receipt_gap).values(values))
        assert [(year.left_out, year.inside) for year in gaps(conn)] == [(6, 1)]


def test_a_gift_has_one_original_receipt(engine: Engine) -> None:
    """A second one is an alarm, and takes no number."""
    issue_all(engine, gifts("a"))

    with pytest.raises(DBAPIError):
        issue_all(engine, gifts("b", "a"))

    assert issue_all(engine, gifts("c")) == ["2026-000002"]


@pytest.mark.parametrize(
    "change",
    [
        sa.update(tables.receipt).values(snapshot="{}"),
        sa.update(tables.receipt).values(issued_on=date(2026, 1, 1)),
        sa.delete(tables.receipt),
        sa.update(tables.receipt_series).values(last_number=1),
        sa.delete(tables.receipt_series),
        sa.update(tables.receipt_pdf).values(pdf=b"%PDF forged"),
        sa.delete(tables.receipt_pdf),
    ],
    ids=str,
)
def test_the_database_refuses_to_change_a_receipt(engine: Engine, change: sa.Executable) -> None:
    """Neither its words, nor its number, nor the paper that was handed out."""
    issue_all(engine, gifts("a", "b"))
    with writing(engine) as conn:
        save_pdf(conn, _id_of(conn, "a"), b"%PDF", NOON)

    with pytest.raises(DBAPIError), writing(engine) as conn:
        conn.execute(change)


def test_a_receipt_is_found_by_gift_and_by_number(engine: Engine) -> None:
    """Both lead to the same frozen receipt."""
    issue_all(engine, [replace(draft(), gift_id="other"), draft()])

    with reading(engine) as conn:
        by_gift, by_number = receipt_of_gift(conn, "gift-1"), receipt_by_number(conn, "2026-000002")

    assert by_gift is not None
    assert by_gift == by_number
    assert by_gift.receipt == receipt(number="2026-000002")


def test_unknown_gifts_and_numbers_have_no_receipt(engine: Engine) -> None:
    """Asking is not an error."""
    with reading(engine) as conn:
        assert [receipt_of_gift(conn, "gift-1"), receipt_by_number(conn, "2026-000001")] == [None, None]


def test_a_link_opens_its_own_receipt(engine: Engine) -> None:
    """And no other."""
    issue_all(engine, gifts("a", "b"))
    with writing(engine) as conn:
        token = mint_token(conn, "b", NOON)

    with reading(engine) as conn:
        opened = receipt_by_token(conn, token, NOON)

    assert opened is not None
    assert opened.gift_id == "b"


def test_a_link_works_until_its_time_is_over(engine: Engine) -> None:
    """Then it opens nothing, like a wrong one."""
    issue_all(engine, gifts("a"))
    with writing(engine) as conn:
        token = mint_token(conn, "a", NOON)
    instants = [NOON + LINK_LIFETIME - timedelta(seconds=1), NOON + LINK_LIFETIME]

    with reading(engine) as conn:
        opened = [receipt_by_token(conn, token, now) is not None for now in instants]

    assert opened == [True, False]


@pytest.mark.parametrize("token", ["", "A" * 22, "\ud800", "%", "ü" * 10_000])
def test_a_wrong_link_opens_nothing(engine: Engine, token: str) -> None:
    """Whatever was put in its place."""
    issue_all(engine, gifts("a"))
    with writing(engine) as conn:
        mint_token(conn, "a", NOON)

    with reading(engine) as conn:
        assert receipt_by_token(conn, token, NOON) is None


def test_the_database_does_not_know_the_link(engine: Engine) -> None:
    """Whoever steals the database cannot open a receipt with it; 128 bits cannot be guessed."""
    issue_all(engine, gifts("a"))
    with writing(engine) as conn:
        tokens = {mint_token(conn, "a", NOON) for _ in range(3)}

    with reading(engine) as conn:
        kept = {value for row in conn.execute(sa.select(tables.receipt_token)) for value in map(str, row)}

    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {22}
    assert not [value for value in kept for token in tokens if token in value]


def test_there_is_no_link_without_a_receipt(engine: Engine) -> None:
    """A gift that is not received yet has nothing to show."""
    with pytest.raises(NoReceipt), writing(engine) as conn:
        mint_token(conn, "gift-1", NOON)


def test_a_pdf_is_kept_as_it_was_made(engine: Engine) -> None:
    """Byte for byte, with its digest."""
    issue_all(engine, gifts("a", "b"))
    with writing(engine) as conn:
        save_pdf(conn, _id_of(conn, "a"), b"%PDF \x00\xff", NOON)

    with reading(engine) as conn:
        digest = conn.scalar(sa.select(tables.receipt_pdf.c.sha256))
        kept = [pdf_of(conn, _id_of(conn, gift)) for gift in ("a", "b")]

    assert kept == [b"%PDF \x00\xff", None]
    assert digest == "046b23d09e95f4b1d303e4e8ad0d9abb14318813a74aa9ed07ece38c9a21a4e6"


def _id_of(conn: Connection, gift_id: str) -> int:
    issued = receipt_of_gift(conn, gift_id)
    assert issued is not None
    return issued.id
