"""A filter of a list and its address: pure."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from treasury.lists.catalogue import DESK_LISTS
from treasury.lists.desk_list import DeskList
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.list_filter import ListFilter, ListSort, NotAFilter, typed_amount

FORM = GIFT_LIST.form
STATES = next(field.options for field in GIFT_LIST.fields if field.name == "state")
filters = some.builds(
    ListFilter,
    some.builds(ListSort, some.sampled_from(GIFT_LIST.sorts), some.booleans()),
    some.text("abc 25.£&=?%+é", max_size=20).map(str.strip),
    some.none() | some.dates(),
    some.none() | some.dates(),
    some.fixed_dictionaries(
        {
            "campaign": some.sampled_from(["", "1", "77"]),
            "donor": some.sampled_from(["", "00000000-0000-0000-0000-000000000001"]),
            "source": some.sampled_from(["", "poster"]),
            "kind": some.sampled_from(["", "once", "recurring"]),
            "state": some.sampled_from(list(STATES)),
            "currency": some.sampled_from(["", "GBP"]),
        }
    ),
    some.none() | some.just("00000000-0000-0000-0000-000000000001"),
)


@given(filters)
def test_an_address_says_the_filter_that_it_was_made_of(chosen: ListFilter) -> None:
    """Kept, shared or bookmarked, it shows the same rows."""
    address = FORM.address("/desk/gifts", chosen)

    assert FORM.read(dict(parse_qsl(urlsplit(address).query))) == chosen


def test_nothing_chosen_is_the_plain_address() -> None:
    """Also when a form sends its empty fields."""
    empty = {"find": "", "from": "", "to": "", "campaign": "", "kind": "", "state": "received", "currency": ""}

    assert [FORM.address("/desk/gifts", FORM.read(query)) for query in ({}, empty)] == ["/desk/gifts"] * 2


def test_a_month_is_all_of_its_days() -> None:
    """As the figures of the desk write it."""
    chosen = FORM.read({"month": "2028-02"})

    assert (chosen.first_day, chosen.last_day) == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    "query",
    [
        {"campaign": "-1"}, {"campaign": "1.5"}, {"campaign": "٣"}, {"campaign": "9999999999"}, {"state": "gone"},
        {"from": "2026-13-01"}, {"to": "20261101"}, {"month": "26-1"}, {"currency": "gbp"}, {"sort": "name"},
        {"sort": "--day"}, {"after": "a'b"}, {"after": "1", "before": "2"}, {"find": "x" * 201},
    ],
    ids=str,
)  # fmt: skip
def test_what_means_nothing_is_no_filter(query: dict[str, str]) -> None:
    """And never a guess."""
    with pytest.raises(NotAFilter) as mistake:
        FORM.read(query)
    assert mistake.value.name in query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "3 May"}, "“from” takes a day such as 2026-11-21 or 21 November 2026."),
        ({"kind": "x"}, "“kind” takes one of: once, recurring."),
        ({"campaign": "x"}, "“campaign” takes the number of a campaign."),
        ({"month": "x"}, "“month” takes a month such as 2026-11."),
    ],
    ids=str,
)
def test_a_bad_filter_is_named_with_what_it_takes(query: dict[str, str], words: str) -> None:
    """So that whoever mends the address knows where."""
    with pytest.raises(NotAFilter, match=words):
        FORM.read(query)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("25", "25"), ("25.00", "25.00"), ("£25", "25"), ("£ 1,250.50", "1250.50"), ("GBP 10", "10"), ("-5", "-5"),
        ("NOR 1", None),
        ("25 Main Street", None), ("2026-000001", None), ("", None), ("1,25", None), ("£", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(text: str, amount: str | None) -> None:
    """Anything else is a name, an address or a reference."""
    assert typed_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("desk_list", DESK_LISTS, ids=lambda desk_list: desk_list.name)
def test_every_list_is_described_wholly(desk_list: DeskList[Any]) -> None:
    """Its own sort is one of its sorts, its columns sort by those, and one column says what a row is."""
    sorts = {column.sort for column in desk_list.columns if column.sort}

    assert desk_list.sort.name in desk_list.sorts
    assert sorts <= set(desk_list.sorts)
    assert sum(column.is_main for column in desk_list.columns) == 1
