"""The demo shows every state, at any time of year, and has what it names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.campaign import Openness
from campaigns.demo import DEMO_ORGANISATION, demo_campaigns
from tests.web.samples import STATIC

INSTANTS = [datetime(2026, month, 28, 23, 59, tzinfo=UTC) for month in range(1, 13)]


@pytest.mark.parametrize("now", INSTANTS, ids=lambda now: f"{now:%B}")
def test_two_are_open_one_is_closed_and_one_is_to_come(now: datetime) -> None:
    """Also around the nights when the clocks change."""
    states = [campaign.openness(now) for campaign in demo_campaigns(now)]

    assert states == [Openness.OPEN, Openness.OPEN, Openness.CLOSED, Openness.NOT_YET]


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/St_Johns"])
@pytest.mark.parametrize("now", INSTANTS, ids=lambda now: f"{now:%B}")
def test_their_days_are_whole(now: datetime, zone: str) -> None:
    """From midnight to midnight in the installation's time, whatever the season."""
    here = ZoneInfo(zone)
    instants = [(campaign.opens_at, campaign.closes_at) for campaign in demo_campaigns(now, zone)]

    opening = {f"{at.astimezone(here):%H:%M}" for at, _ in instants if at}
    closing = {f"{at.astimezone(here):%H:%M}" for _, at in instants if at}
    assert (opening, closing) == ({"00:00"}, {"00:00"})


def test_its_pictures_are_there() -> None:
    """A missing one would be a broken first page."""
    images = [campaign.image for campaign in demo_campaigns(INSTANTS[0]) if campaign.image]

    assert [image for image in images if not (STATIC / image).is_file()] == []
    assert len(images) == 2


def test_it_cannot_be_taken_for_a_real_body() -> None:
    """An address that cannot exist, and a postcode area that does not."""
    assert DEMO_ORGANISATION.email.endswith(".example")
    assert DEMO_ORGANISATION.url.endswith(".example")
    assert DEMO_ORGANISATION.address[-1].startswith("ZZ")
    assert DEMO_ORGANISATION.name in DEMO_ORGANISATION.imprint
