"""A day as people type it into a search or a form: pure."""

from datetime import date

import pytest

from web.typed_day import typed_day

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 March", date(2026, 3, 3)), ("3rd of March", date(2026, 3, 3)), ("3 mar 2025", date(2025, 3, 3)),
        ("March 3, 2025", date(2025, 3, 3)), ("2026-03-03", date(2026, 3, 3)), ("03/03/2026", date(2026, 3, 3)),
        ("3.12.26", date(2026, 12, 3)), ("1 December", date(2025, 12, 1)), ("28 NOVEMBER", TODAY),
        ("29 February", date(2024, 2, 29)), ("9 sept", date(2026, 9, 9)), ("6 Mai 2027", date(2027, 5, 6)),
        ("1 ion", date(2026, 1, 1)),
        ("31 February", None), ("2026-13-01", None), ("2026-000001", None), ("25", None), ("£25", None), ("", None),
        ("May", None), ("12 Oak", None), ("March 3 2026 x", None), ("03/03-2026", None), ("٣ March", None),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_type_it(text: str, day: date | None) -> None:
    """Without a year it is the last such day; what is no day is a name, an amount or a reference."""
    assert typed_day(text, TODAY) == day


def test_in_a_form_the_year_is_typed() -> None:
    """A form books on that day: none is guessed."""
    assert (typed_day("6 May"), typed_day("6 May 2027"), typed_day("0000-01-01")) == (None, date(2027, 5, 6), None)
