"""What a donor can type: read strictly, refused with what to do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.offered import AmountGroup, OfferedAmounts
from ledger.money import GBP, JPY, Money
from ledger.typed_money import NumberStyle
from payments.gifts.amounts import smallest_gift, suggested_gifts
from payments.gifts.recurring import Interval, Rhythm
from payments.giving.form import AmountWords, Pledge, read_form
from payments.giving.rhythm_form import IntervalOffer

ENGLISH = NumberStyle(names=frozenset({"£", "GBP"}))
POUNDS, YEN = AmountWords(GBP, str, ENGLISH), AmountWords(JPY, str, NumberStyle(names=frozenset({"¥"})))
OFFER = IntervalOffer(
    (Interval.MONTH, Interval.YEAR), datetime(2026, 11, 21, 12, tzinfo=UTC), ZoneInfo("Europe/London"), str
)

EVERY = ("once", "month", "year")
GROUPS = [AmountGroup("amount", EVERY, OfferedAmounts((), smallest_gift(GBP)))]
YEN_GROUPS = [AmountGroup("amount", EVERY, OfferedAmounts((), smallest_gift(JPY)))]


def typed(**changes: str) -> dict[str, str]:
    """A form as it should be, but for the changes."""
    return {"amount": "25.00", "other_amount": "", "email": "zoe@example.org", "name": "Zoë"} | changes


def test_a_preset_becomes_a_pledge() -> None:
    """The radio's value is an amount like any other."""
    read = read_form(typed(), POUNDS, OFFER, GROUPS)
    assert isinstance(read, Pledge)
    assert (read.amount, read.donor.name) == (Money(2500, GBP), "Zoë")


@pytest.mark.parametrize(("words", "pence"), [("£7", 700), (" 1,250.50 ", 125050), ("2", 200), ("100000", 10**7)])
def test_another_amount_is_read_as_it_is_meant(words: str, pence: int) -> None:
    """With or without the sign, with commas where people write them."""
    read = read_form(typed(amount="other", other_amount=words), POUNDS, OFFER, GROUPS)
    assert isinstance(read, Pledge)
    assert read.amount == Money(pence, GBP)


@pytest.mark.parametrize(
    "words",
    ["1,50", "1e3", "-5", "£", "9" * 20, "1.234",
     "1.99", "0", "", "€5", "NaN", "0x10", "1 000", "1" * 5000, "100000.01"],
)  # fmt: skip
def test_what_could_be_misread_is_refused_with_what_to_do(words: str) -> None:
    """Each sentence tells the donor what to enter."""
    read = read_form(typed(amount="other", other_amount=words), POUNDS, OFFER, GROUPS)
    assert isinstance(read, dict)
    assert read["amount"].startswith(("Enter", "Choose"))


def test_two_amounts_at_once_are_asked_about() -> None:
    """£25 chosen and £40 entered: we do not guess which."""
    read = read_form(typed(other_amount="40"), POUNDS, OFFER, GROUPS)
    assert isinstance(read, dict)
    assert read["amount"].startswith("Choose one")
    assert isinstance(read_form(typed(other_amount="25"), POUNDS, OFFER, GROUPS), Pledge)


@pytest.mark.parametrize(
    "email", ["", "zoe", "zoe@", "a b@example.org", "x@" + "y" * 300 + ".org", "z@example.org\nBcc: a@b.org"]
)
def test_an_address_that_cannot_be_one_is_refused(email: str) -> None:
    """Nothing is looked up; only the form is checked."""
    read = read_form(typed(email=email), POUNDS, OFFER, GROUPS)
    assert isinstance(read, dict)
    assert list(read) == ["email"]


def test_a_rhythm_goes_with_the_pledge() -> None:
    """£25 every month; without a word about it, once."""
    monthly = read_form(typed(interval="month"), POUNDS, OFFER, GROUPS)
    once = read_form(typed(), POUNDS, OFFER, GROUPS)
    assert isinstance(monthly, Pledge)
    assert isinstance(once, Pledge)
    assert (monthly.rhythm, once.rhythm) == (Rhythm(Interval.MONTH), None)


def test_every_field_says_its_own_mistake_at_once() -> None:
    """A donor on a phone should not have to come back three times."""
    read = read_form(
        typed(interval="month", end="day", amount="", email="x", name="a" * 101, message="b" * 301),
        POUNDS,
        OFFER,
        GROUPS,
    )
    assert isinstance(read, dict)
    assert sorted(read) == ["amount", "email", "message", "name", "until"]


def test_a_name_of_fifty_thousand_accents_is_refused() -> None:
    """It would take the receipt's layout nine seconds."""
    assert "name" in read_form(typed(name="a" + "\u0301" * 50_000), POUNDS, OFFER, GROUPS)  # type: ignore[operator]


def test_yen_have_no_decimals_and_presets_of_their_own() -> None:
    """A hundredfold charge is the classic mistake here."""
    read = read_form(typed(amount="500"), YEN, OFFER, YEN_GROUPS)
    assert isinstance(read, Pledge)
    assert read.amount == Money(500, JPY)
    assert suggested_gifts(JPY)[0] == Money(1000, JPY)
    assert suggested_gifts(GBP)[0] == Money(500, GBP)


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u202a", "\u2069"], ids=ascii)
def test_invisible_characters_of_a_paste_change_no_field(mark: str) -> None:
    """Around and inside of every field of the form."""
    clean = typed(amount="other", other_amount="1,250", interval="month", end="day", until="2027-05-06")
    assert isinstance(read_form(clean, POUNDS, OFFER, GROUPS), Pledge)
    pasted = {name: f"{mark}{value[:2]}{mark}{value[2:]}{mark}" for name, value in clean.items()}
    assert read_form(pasted, POUNDS, OFFER, GROUPS) == read_form(clean, POUNDS, OFFER, GROUPS)


def test_each_interval_has_its_own_choice_and_smallest_gift() -> None:
    """What is chosen in a group that is hidden counts for nothing: £8 once is not £8 a month."""
    monthly = AmountGroup("amount_month", ("month",), OfferedAmounts((), Money(500, GBP)))
    once = AmountGroup("amount", ("once",), OfferedAmounts((), Money(800, GBP)))

    def read(**changes: str) -> object:
        result = read_form(typed(**changes), POUNDS, OFFER, [once, monthly])
        return result.amount.minor if isinstance(result, Pledge) else result["amount"]

    assert read(amount="8.00", amount_month="5.00", interval="month") == 500
    assert read(amount="8.00", amount_month="5.00", interval="once") == 800
    assert read(amount="8.00", interval="month") == "Choose an amount, or enter another one."
    assert read(amount="7.00") == "Enter an amount of GBP 8.00 or more."
    assert read(amount_month="other", other_amount="4", interval="month") == "Enter an amount of GBP 5.00 or more."
