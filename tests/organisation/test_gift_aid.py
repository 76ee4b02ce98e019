"""Gift Aid is switched on at the desk, by charities that HMRC knows."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from organisation.gift_aid_section import gift_aid_fields, read_gift_aid
from organisation.organisation import OrganisationKind
from organisation.privacy import privacy_paragraphs
from organisation.profile_values import profile_of, profile_values
from organisation.sections import SectionErrors
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.organisation.desk_site import FIRST, open_desk_site

CHARITY = replace(FIRST, kind=OrganisationKind.CHARITY)
ON = {"gift_aid": "yes", "hmrc_reference": "ab 12345"}


def test_a_charity_with_a_reference_claims_gift_aid() -> None:
    """It is kept with the version, and the privacy notice says what is needed for it."""
    profile = read_gift_aid(ON, CHARITY)
    assert (profile.gift_aid, profile.hmrc_reference) == (True, "AB12345")
    assert profile.gift_aid_charity == CHARITY.organisation.name
    assert profile_of(profile_values(profile), "Europe/London") == profile
    assert read_gift_aid(gift_aid_fields(profile), CHARITY) == profile
    assert "HM Revenue & Customs" in privacy_paragraphs(profile)[-1]
    assert not any("Gift Aid" in paragraph for paragraph in privacy_paragraphs(CHARITY))
    assert read_gift_aid({}, profile) == CHARITY


@pytest.mark.parametrize(
    ("profile", "fields", "wrong"),
    [
        (FIRST, ON, "gift_aid"),
        (CHARITY, {"gift_aid": "yes"}, "hmrc_reference"),
        (CHARITY, ON | {"hmrc_reference": "12345"}, "hmrc_reference"),
        (CHARITY, {"hmrc_reference": "ABC1"}, "hmrc_reference"),
    ],
)
def test_nobody_else_does(profile: object, fields: dict[str, str], wrong: str) -> None:
    """A party, or a charity without HMRC's reference; and one that is no charity any more claims nothing."""
    with pytest.raises(SectionErrors) as refused:
        read_gift_aid(fields, profile)  # type: ignore[arg-type]
    assert list(refused.value.errors) == [wrong]
    assert replace(read_gift_aid(ON, CHARITY), kind=OrganisationKind.PARTY).gift_aid_charity == ""


@ON_SQLITE
def test_it_is_switched_on_at_the_desk(engine: Engine, clock: FixedClock) -> None:
    """In a section of its own, by way of the preview."""
    owner = open_desk_site(engine, clock).client()
    assert owner.post("/desk/organisation/gift-aid", data=ON).status_code == 422
    assert "Gift Aid is for charities alone" in owner.post("/desk/organisation/gift-aid", data=ON).text
    assert 'name="hmrc_reference"' in owner.get("/desk/organisation/gift-aid").text
