"""What of a payment is a gift."""

import pytest

from ledger.money import EUR, GBP, Money
from payments.valuing.valuation import Valuation

NOTHING = Money(0, GBP)


def ticket(market_value: str) -> Valuation:
    """A dinner that sells for so much."""
    return Valuation("gift-1", False, "A dinner", Money.parse(market_value, GBP))


@pytest.mark.parametrize(
    ("paid", "market_value", "gift_part"),
    [("50", "30", "20"), ("30", "30", "0"), ("20", "30", "0"), ("500.01", "0.01", "500")],
)
def test_only_what_exceeds_the_market_value_is_a_gift(paid: str, market_value: str, gift_part: str) -> None:
    """As PPERA values a ticket, and an auction."""
    assert ticket(market_value).gift_part(Money.parse(paid, GBP)) == Money.parse(gift_part, GBP)


def test_in_another_currency_it_is_the_same_part() -> None:
    """Of €60, which came to £50, a third bought a dinner."""
    dinner = Valuation("gift-1", False, "A dinner", Money.parse("20", EUR))
    assert dinner.gift_part_in(Money.parse("60", EUR), Money.parse("50", GBP)) == Money.parse("33.33", GBP)


def test_a_bequest_is_a_gift_whole() -> None:
    """Nothing was got back."""
    bequest = Valuation("gift-1", True, "", NOTHING)
    assert bequest.says_something
    assert bequest.gift_part(Money.parse("900", GBP)) == Money.parse("900", GBP)


@pytest.mark.parametrize(("benefit", "minor"), [("A dinner", 0), ("", 100), ("A dinner", -1)])
def test_words_and_a_market_value_go_together(benefit: str, minor: int) -> None:
    """A benefit without a value would count as none."""
    with pytest.raises(ValueError, match="value"):
        Valuation("gift-1", False, benefit, Money(minor, GBP))
