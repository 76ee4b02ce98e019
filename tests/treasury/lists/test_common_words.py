"""Many people who have one word are asked for in another way than few. Which way never shows, in no row and no sum."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from database import lists
from database.bulk import insert_rows
from database.lists import ListChoice, ListTotal, ListWindow, list_rows, list_rows_and_total, list_total
from database.transactions import reading, writing
from donors import word_store
from donors.store import find_or_add_donors
from ledger.money import Money
from payments.gifts import gift_list_views
from payments.gifts.tables import gift
from tests.ledger.samples import NOON
from tests.payments.organisation_books import gift_id
from tests.proof.books import Desk
from tests.proof.settled_books import dispute, refund, settle_gift
from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.desk_list import DeskList, Shown
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.list_filter import ListSort

TEXTS = ("donor", "arc", "baker ann", "example", "euro", "nobody")
WAYS = ((2000, 10_000, 2000), (0, 10_000, 3), (0, 0, 2000))  # donors that are many, gifts looked up, rows asked
ASKED_ROW_AFTER_ROW = [
    desk_list for desk_list in DESK_LISTS if desk_list.name in ("gifts", "donors", "documents", "letters", "entries")
]
FOUND_BY_PEOPLE = [desk_list for desk_list in DESK_LISTS if desk_list.name not in ("payouts", "credit-notes")]


def books_of_namesakes(desk: Desk, engine: Engine, seed: int) -> None:
    """Gifts and what went back of some, of people who share their names, in two currencies, paid or not."""
    for n in range(1, 6):
        settle_gift(desk, n, 1000 + 100 * n, 20, days_ago=n % 3)
    refund(desk, "re_1", 1, 400)
    refund(desk, "re_2", 3, 250)
    dispute(desk, "du_1", 4, 600, answer_by=NOON)
    random = Random(seed)
    names = [f"{first} {last}" for first in ("Ann", "Anna", "Bob") for last in ("Archer", "Baker", "Euro")]
    with writing(engine) as conn:
        people = find_or_add_donors(conn, [(name, f"{name.replace(' ', '.')}@example.org") for name in names], NOON)
        givers = [(n, random.choice(people)) for n in range(100, 130)]
        insert_rows(conn, gift, [_gift(n, giver.id, giver.name, random) for n, giver in givers])


def _gift(n: int, donor_id: str, name: str, random: Random) -> dict[str, Any]:
    at, is_paid = NOON - timedelta(days=random.randrange(9)), random.random() < 0.8
    return {
        "id": gift_id(n), "state": "received" if is_paid else "pending", "donor_id": donor_id, "donor_name": name,
        "currency": "EUR" if name.endswith("Euro") else random.choice(("GBP", "GBP", "EUR")),
        "amount_minor": random.randrange(100, 9000, 100), "donor_email": "", "message": "", "created_at": at,
        "received_at": at if is_paid else None, "received_on": at.date() if is_paid else None, "attempts": 1,
        "attempted_at": at, "return_token": f"token-{n}",
    }  # fmt: skip


def set_way(monkeypatch: pytest.MonkeyPatch, many_donors: int, looked_up: int, asked_rows: int) -> None:
    """From how many donors on they are many, how many gifts are looked up, and how many rows are asked."""
    for most in ("MANY_DONORS", "LISTED_DONORS"):
        monkeypatch.setattr(word_store, most, many_donors)
    monkeypatch.setattr(gift_list_views, "LOOKED_UP", looked_up)
    monkeypatch.setattr(lists, "ASKED_ROWS", asked_rows)


def rows_of(conn: Connection, desk_list: DeskList[Any], choice: ListChoice) -> Sequence[Any]:
    """Every row of a choice."""
    sort = desk_list.sort
    return list_rows(conn, desk_list.question, choice, ListWindow(sort.name, sort.descending, 1000))


@pytest.mark.parametrize("seed", range(2))
def test_totals_are_the_plain_sums_of_their_rows(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """In each currency, and what went back of them too; whichever way they are asked for."""
    books_of_namesakes(desk, engine, seed)
    for text, way in product(TEXTS, WAYS):
        set_way(monkeypatch, *way)
        with reading(engine) as conn:
            for desk_list in FOUND_BY_PEOPLE:
                choice = desk_list.form.read({"find": text}).choice(UTC)
                rows, total = rows_of(conn, desk_list, choice), list_total(conn, desk_list.question, choice)
                page = ListWindow(desk_list.sort.name, desk_list.sort.descending, 3)
                assert list_rows_and_total(conn, desk_list.question, choice, page) == (rows[:3], total)
                assert total == plain_total(desk_list, rows, total), (desk_list.name, text, way)


def plain_total(desk_list: DeskList[Any], rows: Sequence[Any], total: ListTotal) -> ListTotal:
    """The sum of what stands in the rows; of lists that have no sum, their number alone."""
    amounts, back = Counter[str](), Counter[str]()
    summed = [column for column in desk_list.columns_in(Shown.BOTH) if column.heading == "Amount" and total.minor]
    for row in rows:
        for amount in (column.value(row) for column in summed):
            assert isinstance(amount, Money)
            amounts[amount.currency.code] += amount.minor
        if desk_list is GIFT_LIST and row.went_back:
            back[row.went_back.currency.code] += row.went_back.minor
    return ListTotal(len(rows), dict(amounts), dict(back))


def test_pages_are_the_same_however_far_a_word_is_looked_for(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every order and direction, a page at a time; by a word that nearly all have, and one that some have."""
    books_of_namesakes(desk, engine, seed=7)
    plain: dict[tuple[str, str, str, bool], list[Sequence[Any]]] = {}
    for way in ((2000, 10_000, 2000), (0, 0, 0), (0, 0, 5), (0, 0, 2000)):
        set_way(monkeypatch, *way)
        with reading(engine) as conn:
            for desk_list, text in product(ASKED_ROW_AFTER_ROW, ("example", "arc")):
                choice = desk_list.form.read({"find": text}).choice(UTC)
                for sort, descending in product(desk_list.sorts, (True, False)):
                    pages = pages_of(conn, desk_list, choice, ListSort(sort, descending))
                    assert plain.setdefault((desk_list.name, text, sort, descending), pages) == pages
    assert sum(len(rows) for pages in plain.values() for rows in pages) > 50


def pages_of(conn: Connection, desk_list: DeskList[Any], choice: ListChoice, sort: ListSort) -> list[Sequence[Any]]:
    """The pages of a list, four rows each, and then the one before the last again, which is read backwards."""
    window = ListWindow(sort.name, sort.descending, 4)
    pages = [list_rows(conn, desk_list.question, choice, window)]
    while len(pages[-1]) == 4:
        window = replace(window, beside=str(desk_list.row_id(pages[-1][-1])))
        pages.append(list_rows(conn, desk_list.question, choice, window))
    return [*pages, list_rows(conn, desk_list.question, choice, replace(window, backwards=True))]
