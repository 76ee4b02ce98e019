"""The lists' questions on both engines: pages follow on, totals add up, texts find."""

from collections.abc import Sequence
from datetime import UTC, date
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from database.lists import ListChoice, ListTotal, ListWindow, list_counts, list_rows, list_total
from database.transactions import reading, writing
from donors import word_store
from donors.donor_words import name_words
from donors.merge_store import merge_donors
from donors.tables import donor, donor_word
from ledger.money import Money
from payments.gifts import gift_list_views
from payments.gifts.giver_views import givers_of
from payments.gifts.tables import gift
from tests.payments.messages import charged
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, Desk
from tests.proof.settled_books import NOON, dispute, everything, pay_out, refund, settle_gift
from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.desk_list import DeskList, Shown
from treasury.lists.donors_list import DONOR_LIST
from treasury.lists.gifts_list import GIFT_LIST

ALL_SORTS = ("number", "amount", "name", "since", "began", "next", "due")


def busy(desk: Desk) -> None:
    """Several rows on every list."""
    everything(desk)
    for n in range(2, 9):
        settle_gift(desk, n, 500 + 100 * (n % 3), 20, days_ago=n % 4)
    refund(desk, "re_2", 2, 100)
    refund(desk, "re_3", 3, 100, settled=False)
    dispute(desk, "du_1", 4, 600, answer_by=NOON)
    dispute(desk, "du_2", 5, 700)
    pay_out(desk, "po_2", 500, [], arrived=False)
    pay_out(desk, "po_3", 300, ["txn_2"])


def everything_in(engine: Engine, desk_list: DeskList[Any], choice: ListChoice | None = None) -> list[Any]:
    """The ids of all rows, in the order of the list."""
    with reading(engine) as conn:
        return ids_in(conn, desk_list, ListWindow(desk_list.sort.name, desk_list.sort.descending, 1000), choice)


def ids_in(
    conn: Connection, desk_list: DeskList[Any], window: ListWindow, choice: ListChoice | None = None
) -> list[Any]:
    """The ids of the rows of a part of a list."""
    return [desk_list.row_id(row) for row in list_rows(conn, desk_list.question, choice or ListChoice(), window)]


def test_pages_follow_on_without_gap_or_overlap(desk: Desk, engine: Engine) -> None:
    """Of every list, in every order, and backwards; by the id of the row alone."""
    busy(desk)
    with reading(engine) as conn:
        for desk_list, sort, descending in product(DESK_LISTS, ("day", *ALL_SORTS), (True, False)):
            if sort not in desk_list.sorts:
                continue
            whole = ids_in(conn, desk_list, ListWindow(sort, descending, 1000))
            seen: list[Any] = []
            while page := ids_in(conn, desk_list, ListWindow(sort, descending, 3, str(seen[-1]) if seen else None)):
                seen += page
            assert seen == whole, desk_list.name
            for row in whole[2:3]:
                back = ids_in(conn, desk_list, ListWindow(sort, descending, 2, str(row), backwards=True))
                assert back == whole[:2], desk_list.name


def test_a_total_is_the_sum_of_its_rows(desk: Desk, engine: Engine) -> None:
    """The menu counts the same rows, and each row has a value in every column."""
    busy(desk)
    with reading(engine) as conn:
        for desk_list in DESK_LISTS:
            choice = desk_list.form.read({}).choice(UTC)
            window = ListWindow(desk_list.sort.name, descending=True, limit=1000)
            rows = list_rows(conn, desk_list.question, choice, window)
            total = list_total(conn, desk_list.question, choice)
            counts = list_counts(conn, {"it": (desk_list.question, choice)}, 1000)
            cells = [column.value(row) for row in rows for column in desk_list.columns_in(Shown.BOTH)]
            amounts = [column.value(row) for row in rows for column in desk_list.columns if column.heading == "Amount"]

            assert (total.rows, counts, len(cells) >= len(rows)) == (len(rows), {"it": len(rows)}, True)
            if total.minor:
                assert total.minor == {"GBP": sum(amount.minor for amount in amounts if isinstance(amount, Money))}


def found(engine: Engine, desk_list: DeskList[Any], **query: str) -> Sequence[Any]:
    """The ids that an address finds."""
    choice = desk_list.form.read(query).choice(UTC)
    return everything_in(engine, desk_list, choice)


def test_gifts_are_found_by_whatever_is_known_of_them(desk: Desk, engine: Engine) -> None:
    """Name, address, amount, receipt number, id, payment; not by another's."""
    desk.give(1, 2500)
    desk.give(2, 1000, BUSES, days_ago=30)
    desk.books.pledge(3, amount=700)  # not paid
    first, second = gift_id(1), gift_id(2)

    for text in ("donor 1", "1 DON", "donor1@example.org", "25", "£25.00", "2026-000001", first, "pi_1"):
        assert found(engine, GIFT_LIST, find=text) == [first], text
    for text in ("nobody", "26", "2026-000009", "%", "_"):
        assert found(engine, GIFT_LIST, find=text) == [], text
    assert found(engine, GIFT_LIST, find="00000000") == [first, second]
    assert found(engine, GIFT_LIST, campaign=str(BUSES)) == [second]
    assert found(engine, GIFT_LIST, **{"from": "2026-11-01", "to": "2026-11-21"}) == [first]
    assert found(engine, GIFT_LIST, to="2026-11-20") == [second]
    assert found(engine, GIFT_LIST, state="not-paid") == [gift_id(3)]
    assert found(engine, GIFT_LIST, state="pending", find="donor 3") == [gift_id(3)]


def test_common_and_rare_names_find_the_same_rows(desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many people are asked for in another way than few: which way never shows in rows, totals or what went back."""
    busy(desk)
    few = [answers_to(engine, desk_list) for desk_list in DESK_LISTS]
    monkeypatch.setattr(word_store, "MANY_DONORS", 0)
    monkeypatch.setattr(gift_list_views, "LOOKED_UP", 0)
    assert [answers_to(engine, desk_list) for desk_list in DESK_LISTS] == few
    assert sum(len(ids) for ids, _ in few) > 20


def answers_to(engine: Engine, desk_list: DeskList[Any]) -> tuple[Sequence[Any], ListTotal]:
    """What a list says of everybody who has a word that begins with "dono"."""
    choice = desk_list.form.read({"find": "dono"}).choice(UTC)
    with reading(engine) as conn:
        return everything_in(engine, desk_list, choice), list_total(conn, desk_list.question, choice)


def test_a_whole_address_finds_nobody_elses_gifts(desk: Desk, engine: Engine) -> None:
    """A part of one finds everybody's who has it."""
    for n, address in ((1, "ann@example.org"), (2, "ann.lee@example.org")):
        desk.books.pledge(n, amount=1000, email=address)
        desk.books.deliver(charged(str(n), gift=gift_id(n), amount=1000))

    assert found(engine, GIFT_LIST, find="Ann@example.org") == [gift_id(1)]
    assert sorted(found(engine, GIFT_LIST, find="example ann")) == [gift_id(1), gift_id(2)]


def test_a_campaign_counts_its_own_share_of_a_gift(desk: Desk, engine: Engine) -> None:
    """Also of one that is split, or has two shares for it."""
    desk.books.pledge(1, amount=1000, shares=[(1, 300), (BUSES, 500), (1, 200)])
    desk.books.deliver(charged("1", gift=gift_id(1), amount=1000))
    choice = GIFT_LIST.form.read({"campaign": "1"}).choice(UTC)
    with reading(engine) as conn:
        [row] = list_rows(conn, GIFT_LIST.question, choice, ListWindow("day", descending=True, limit=9))
        total = list_total(conn, GIFT_LIST.question, choice)

    assert (row.amount.minor, total.rows, total.minor) == (500, 1, {"GBP": 500})
    assert row.campaigns == ("Save our libraries", "Bring back the bus")


def test_two_who_are_one_person_are_one_donor(desk: Desk, engine: Engine) -> None:
    """With the gifts of both, found by the address of either."""
    desk.give(1, 2500)
    desk.give(2, 1000)
    one, other = sorted(everything_in(engine, DONOR_LIST))
    with writing(engine) as conn:
        merge_donors(conn, other, one, "ada@example.org", NOON)
    with reading(engine) as conn:
        rows = list_rows(conn, DONOR_LIST.question, ListChoice(), ListWindow("name", descending=False, limit=9))

    assert [(row.id, row.gifts, [amount.minor for amount in row.given]) for row in rows] == [(one, 2, [3500])]
    assert found(engine, DONOR_LIST, find="donor1@example.org") == found(engine, DONOR_LIST, find="DONOR2@") == [one]


def test_a_count_stops_where_the_menu_stops_counting(desk: Desk, engine: Engine) -> None:
    """However long the list is."""
    for n in range(1, 6):
        desk.give(n, 100)
    with reading(engine) as conn:
        counts = list_counts(conn, {"/desk/gifts": (GIFT_LIST.question, GIFT_LIST.form.read({}).choice(UTC))}, 3)

    assert counts == {"/desk/gifts": 3}


@pytest.mark.parametrize("name", ["gifts", "donors", "documents", "letters", "entries"])
def test_a_page_of_a_long_list_reads_no_more_than_its_rows(desk: Desk, engine: Engine, name: str) -> None:
    """By an index in the list's own order: nothing is scanned and nothing sorted, however many rows there are."""
    [desk_list] = [desk_list for desk_list in DESK_LISTS if desk_list.name == name]
    asked: list[tuple[str, Any]] = []
    with reading(engine) as conn:
        if conn.dialect.name == "postgresql":  # its planner scans small tables, as it should
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                conn.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        event.listen(conn, "before_cursor_execute", lambda _c, _k, sql, parameters, *_: asked.append((sql, parameters)))
        choice = desk_list.form.read({}).choice(UTC)
        list_rows(conn, desk_list.question, choice, ListWindow(desk_list.sort.name, desk_list.sort.descending, 51))
        explain = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
        sql, parameters = asked[0]
        plan = "\n".join(str(row[-1]) for row in conn.exec_driver_sql(f"{explain} {sql}", parameters))

    # Letters of one instant are sorted among themselves; their index is older than this list.
    whole_sort = ("TEMP B-TREE FOR ORDER BY", "->  Sort  (")
    assert "Index" in plan or "INDEX" in plan or name == "documents", plan
    assert not any(sort in plan for sort in whole_sort), plan


def test_the_new_and_the_lapsed_are_as_many_as_the_overview_counts(desk: Desk, engine: Engine) -> None:
    """Of two who are one person, the gifts of both count."""
    for n, days_ago in enumerate((0, 0, 400, 370, 370, 5, 371), start=1):
        desk.give(n, 1000, days_ago=days_ago)
    with writing(engine) as conn:
        donors: dict[str, str] = dict(conn.exec_driver_sql("SELECT donor_name, donor_id FROM gift").all())
        for merged, into in ((3, 2), (6, 5), (7, 4)):
            merge_donors(conn, donors[f"Donor {merged}"], donors[f"Donor {into}"], "ada@example.org", NOON)
    with reading(engine) as conn:
        givers = givers_of(conn, date(2026, 11, 1))
    year_ago = {"kind": "lapsed", "from": "2025-11-01", "to": "2025-11-30"}

    new = found(engine, DONOR_LIST, kind="new", **{"from": "2026-11-01"})
    lapsed = found(engine, DONOR_LIST, **year_ago)

    assert (new, lapsed) == ([donors["Donor 1"]], [donors["Donor 4"]])
    assert (givers.new, givers.returning, givers.lapsed) == (len(new), 2, len(lapsed))


def test_a_donors_words_are_those_of_their_names_and_address(desk: Desk, engine: Engine) -> None:
    """Of every donor of busy books, and no others: what gifts come by keeps them."""
    busy(desk)
    with reading(engine) as conn:
        kept = {tuple(row) for row in conn.execute(sa.select(donor_word.c.word, donor_word.c.donor_id))}
        names = [
            *conn.execute(sa.select(donor.c.id, donor.c.name)),
            *conn.execute(sa.select(donor.c.id, donor.c.email)),
        ]
        names += conn.execute(sa.select(gift.c.donor_id, gift.c.donor_name)).all()
    assert kept == {(word, donor_id) for donor_id, name in names for word in name_words(name)}
    assert len(kept) > 20
