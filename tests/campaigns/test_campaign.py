"""A campaign opens, closes and comes near its target; what must not exist cannot be made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.campaign import BadCampaign, Campaign, Openness, Progress, slug_of
from ledger.money import EUR, GBP, Money

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
PLAIN = Campaign(0, "a-campaign", "A campaign", "What for.", GBP)
SOME_DAYS = replace(PLAIN, opens_at=NOON, closes_at=NOON + 3 * DAY)


@pytest.mark.parametrize(
    ("campaign", "after", "expected"),
    [
        (PLAIN, -1000 * DAY, Openness.OPEN),
        (PLAIN, 1000 * DAY, Openness.OPEN),
        (SOME_DAYS, -MOMENT, Openness.NOT_YET),
        (SOME_DAYS, 0 * DAY, Openness.OPEN),
        (SOME_DAYS, 3 * DAY - MOMENT, Openness.OPEN),
        (SOME_DAYS, 3 * DAY, Openness.CLOSED),
        (replace(PLAIN, opens_at=NOON), 1000 * DAY, Openness.OPEN),
        (replace(PLAIN, closes_at=NOON), -1000 * DAY, Openness.OPEN),
    ],
)
def test_a_campaign_is_open_from_its_first_instant_until_its_last(
    campaign: Campaign, after: timedelta, expected: Openness
) -> None:
    """The opening instant belongs to it, the closing instant does not."""
    assert campaign.openness(NOON + after) is expected


@pytest.mark.parametrize(
    ("campaign", "after", "days"),
    [
        (SOME_DAYS, 0 * DAY, 3),
        (SOME_DAYS, MOMENT, 3),
        (SOME_DAYS, 2 * DAY - MOMENT, 2),
        (SOME_DAYS, 2 * DAY, 1),
        (SOME_DAYS, 3 * DAY - MOMENT, 1),
        (SOME_DAYS, 3 * DAY, None),
        (SOME_DAYS, -HOUR, None),
        (PLAIN, HOUR, None),
    ],
)
def test_days_left_are_rounded_up(campaign: Campaign, after: timedelta, days: int | None) -> None:
    """Never "0 days left" while gifts are taken."""
    assert campaign.days_left(NOON + after) == days


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slug": ""}, "small letters"),
        ({"slug": "A-Campaign"}, "small letters"),
        ({"slug": "a--b"}, "small letters"),
        ({"slug": "-a"}, "small letters"),
        ({"slug": "a/../b"}, "small letters"),
        ({"slug": "é"}, "small letters"),
        ({"slug": "a\n"}, "small letters"),
        ({"slug": "a" * 61}, "small letters"),
        ({"title": " "}, "title"),
        ({"title": "a" * 121}, "title"),
        ({"target": Money(0, GBP)}, "above zero"),
        ({"target": Money(-1, GBP)}, "above zero"),
        ({"target": Money(100, EUR)}, "in GBP"),
        ({"opens_at": NOON.replace(tzinfo=None)}, "time zone"),
        ({"opens_at": NOON, "closes_at": NOON}, "open before it closes"),
    ],
)
def test_a_campaign_that_makes_no_sense_cannot_be_made(change: dict[str, object], message: str) -> None:
    """And the message says what to change."""
    with pytest.raises(BadCampaign, match=message):
        replace(PLAIN, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raised", "percent", "filled"),
    [(0, 0, 0), (99, 0, 0), (100, 1, 1), (9999, 99, 99), (10_000, 100, 100), (12_450, 124, 100), (-500, 0, 0)],
)
def test_a_target_is_met_only_when_it_is_met(raised: int, percent: int, filled: int) -> None:
    """99.99 percent is not 100; the bar stays within its frame, also after more refunds than gifts."""
    progress = Progress(Money(raised, GBP), 1, Money(10_000, GBP), None)

    assert (progress.percent, progress.filled) == (percent, filled)


def test_without_a_target_there_is_no_percentage() -> None:
    """And nothing is filled."""
    progress = Progress(Money(100, GBP), 1, None, None)

    assert (progress.percent, progress.filled) == (None, 0)


def test_the_first_paragraph_sums_a_story_up() -> None:
    """On one line; a campaign without a story is summed up by its title."""
    campaign = replace(PLAIN, story="\n One\nline. \n \n\tTwo.\r\n\r\nThree.\n")

    assert (campaign.summary, replace(PLAIN, story=" ").summary) == ("One line.", "A campaign")


def test_an_address_is_made_of_letters_and_digits() -> None:
    """Of sixty at most."""
    assert slug_of("  Kein Fußbreit: 41 groups & more ") == "kein-fubreit-41-groups-more"
    assert len(slug_of("word " * 40)) <= 60
