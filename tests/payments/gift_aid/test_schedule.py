"""HMRC's schedule: what we write is what HMRC's own validator takes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.money import GBP, Money
from payments.gift_aid.latin_text import latin_text, unlatin_letters
from payments.gift_aid.schedule import ScheduleLine, line_faults, schedule_line, schedules
from payments.gift_aid.schedule_file import schedule_file
from payments.gift_aid.taxpayer import Taxpayer, tidy_postcode
from tests.payments.gift_aid.hmrc_validator import boxes, donations, errors_of
from tests.payments.gift_aid.samples import ADA, TODAY

TWENTY_FIVE = Money(2500, GBP)
LINE = schedule_line(ADA, TODAY, TWENTY_FIVE)
PARIS = Taxpayer("Zoë", "Żak", "100", "Champs Élysées\n75008 Paris", "X")


def file_of(*lines: ScheduleLine, too_much: Money | None = None) -> bytes:
    """The first file of a claim."""
    return schedule_file(schedules(lines, min(line.day for line in lines), too_much)[0])


def test_hmrc_takes_the_file_and_reads_what_we_wrote() -> None:
    """Box 1 is the earliest day, Box 2 the tax that was claimed too much; a hyphen is a space, letters are Latin."""
    abroad = schedule_line(PARIS, date(2025, 1, 9), Money(123_456, GBP))
    file = file_of(LINE, abroad, too_much=Money(250, GBP))
    assert errors_of(file, TODAY) == []
    assert boxes(file) == ("09/01/25", "2.50")
    assert donations(file) == [
        ["1", "", "Ada", "Byron King", "12", "SW1Y 4JH", "", "", "21/11/26", "25.00"],
        ["2", "", "Zoë", "Zak", "100 Champs Élysées, 75008 Paris", "X", "", "", "09/01/25", "1234.56"],
    ]
    assert file == file_of(LINE, abroad, too_much=Money(250, GBP))  # the same bytes
    assert boxes(file_of(LINE))[1] == ""


def test_a_thousand_and_one_donations_are_two_files() -> None:
    """Each within HMRC's bound and numbered from 1; what was claimed too much stands in the first alone."""
    first, second = schedules([LINE] * 1001, TODAY, Money(250, GBP))
    files = [schedule_file(first), schedule_file(second)]
    assert [errors_of(file, TODAY) for file in files] == [[], []]
    assert [len(donations(file)) for file in files] == [1000, 1]
    assert [boxes(file)[1] for file in files] == ["2.50", ""]
    assert donations(files[0])[-1][0] == "1000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Łukasz", "Lukasz"), ("Nguyễn", "Nguyen"), ("O\u2019Brien", "O'Brien"), ("Đặng\u2013Œuvre", "Dang-OEuvre"),
        ("Zoë Ünal", "Zoë Ünal"), ("İrem Şahin", "Irem Sahin"), ("Straße", "Straße"), (" a \u00a0 b ", "a b"),
    ],
)  # fmt: skip
def test_names_are_written_in_letters_that_hmrc_keeps(typed: str, kept: str) -> None:
    """Never without a letter that the person has."""
    assert (latin_text(typed), unlatin_letters(typed)) == (kept, "")


def test_letters_that_cannot_be_written_so_are_named() -> None:
    """Greek, Chinese: the form asks for them in Latin letters."""
    assert (unlatin_letters("李 Li"), unlatin_letters("Ωμέγα"), unlatin_letters("🏴 Ada!")) == ("李", "Ωμέγα", "")


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("sw1y4jh", "SW1Y 4JH"), ("M99-2QD", "M99 2QD"), (" L43  4fb ", "L43 4FB"), ("ec1a 1bb", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"), ("gir0aa", "GIR 0AA"), ("75008", None), ("", None), ("X", None), ("SW1Y 4J", None),
        ("١٢٣", None),
    ],
)  # fmt: skip
def test_a_postcode_is_in_capitals_with_one_space(typed: str, postcode: str | None) -> None:
    """However it was typed; what is none is none."""
    assert tidy_postcode(typed) == postcode


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"first_name": ""}, "first name"), ({"last_name": "Ż"}, "last name"), ({"house": "x" * 41}, "house"),
        ({"postcode": "SW1Y4JH"}, "postcode"), ({"day": date(2026, 11, 22)}, "its day"),
        ({"amount": Money(0, GBP)}, "its amount"),
    ],
)  # fmt: skip
def test_what_hmrc_would_refuse_is_found_before(change: dict[str, object], fault: str) -> None:
    """By us in words, and by HMRC's own rules where they do not simply drop the letter."""
    line = replace(LINE, **change)  # type: ignore[arg-type]
    [found] = line_faults(line, TODAY)
    assert fault in found
    assert errors_of(file_of(line), TODAY) != []
    assert list(line_faults(LINE, TODAY)) == []


NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=35)


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, NAMES, st.sampled_from(["SW1Y 4JH", "X"]), st.integers(1, 10**11))
def test_no_name_makes_a_file_that_hmrc_refuses(first: str, last: str, house: str, postcode: str, minor: int) -> None:
    """Whatever people are called: a line that HMRC would refuse is known as such before."""
    line = schedule_line(Taxpayer(first, last, house, "Rue x\nParis", postcode), TODAY, Money(minor, GBP))
    assert bool(list(line_faults(line, TODAY))) == bool(errors_of(file_of(line), TODAY))
