"""What a campaign offers its donors is set at the desk, and never below what Stripe charges."""

import pytest

from campaigns.offer import SoldBenefit
from ledger.money import GBP, Money
from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.engines import ON_SQLITE

ONE = f"{DESK}/1"


@pytest.fixture(autouse=True)
def signed_in(setup: DeskSetup) -> None:
    """A treasurer, with a draft."""
    setup.sign_in()
    setup.add()


def test_a_campaign_has_amounts_of_its_own(setup: DeskSetup) -> None:
    """With words, by interval; what it leaves empty is the organisation's."""
    answer = setup.post(
        f"{ONE}/amounts",
        choice="own", interval_month="on", interval_year="on", suggested_once="£30 a tank\n8 = one stop",
        smallest_once="1", suggested_month="4",
    )  # fmt: skip

    page = words(setup.get(ONE))
    assert answer.status_code == 303
    assert "Given once £8 one stop, £30 a tank; £1 or more" in page
    assert "Every month £4; £3 or more" in page
    assert "Every year £5, £15; £3 or more" in page
    assert setup.acts[-1].what == "campaign amounts changed"
    assert "£8 one stop\n£30 a tank</textarea>" in setup.get(f"{ONE}/amounts").text


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"smallest_once": "0.29"}, "Enter £0.30 or more: Stripe charges nothing smaller in GBP."),
        ({"smallest_month": "-1"}, "Enter an amount in figures, like 25.00."),
        ({"suggested_once": "2"}, "Offer £3 or more: £2 is below the smallest donation."),
        ({"suggested_once": "4", "smallest_once": "5"}, "Offer £5 or more: £4 is below the smallest donation."),
        ({"suggested_once": "a tank 30"}, "In the line “a tank 30”: Enter an amount in figures, like 25.00."),
        ({"suggested_once": "30\n30 a tank"}, "Offer each amount once."),
        ({"suggested_once": "\n".join(str(n) for n in range(10, 19))}, "Offer 8 amounts or fewer."),
        ({"suggested_once": "30 " + "a" * 41}, "Shorten the words beside an amount to 40 characters or fewer."),
        ({"suggested_once": "200000"}, "Offer £100,000 or less."),
        ({"market_value": "30"}, "Say what donors get back."),
        ({"benefit": "A seat"}, "Enter an amount in figures, like 25.00."),
        ({"benefit": "A seat", "market_value": "0"}, "Enter a value above zero"),
    ],
)
def test_amounts_that_could_not_be_given_are_refused(setup: DeskSetup, typed: dict[str, str], sentence: str) -> None:
    """Beside the field; nothing is kept."""
    answer = setup.post(f"{ONE}/amounts", **typed)

    assert (answer.status_code, sentence in words(answer)) == (422, True)
    assert setup.campaign.version == 1


@ON_SQLITE
def test_a_campaign_that_sells_tickets_says_what_one_sells_for(setup: DeskSetup) -> None:
    """Kept with the campaign, and shown again; left empty it sells nothing."""
    setup.post(f"{ONE}/amounts", benefit="A seat at the dinner", market_value="30")
    assert setup.campaign.offer.benefit == SoldBenefit("A seat at the dinner", Money(3000, GBP))
    assert all(value in setup.get(f"{ONE}/amounts").text for value in ('value="A seat at the dinner"', 'value="30'))

    setup.post(f"{ONE}/amounts", version="2")
    assert setup.campaign.offer.benefit is None
