"""Updates are kept, edited and removed, and the second of two edits is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from campaigns.updates_store import (
    CampaignUpdate,
    UpdateChanged,
    add_update,
    change_update,
    remove_update,
    update_of,
    updates_of,
)
from database.transactions import reading, writing
from ledger.money import GBP

MADE = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST = CampaignUpdate("u-1", 1, date(2026, 11, 20), "We met the council", "They *listened*.", MADE)
SECOND = replace(FIRST, id="u-2", day=date(2026, 11, 21), title="The vote")


@pytest.fixture(autouse=True)
def told(engine: Engine) -> None:
    """A campaign with two updates."""
    with writing(engine) as conn:
        add_campaign(conn, Campaign(0, "a", "A", "", GBP))
        add_update(conn, FIRST)
        add_update(conn, SECOND)


def test_the_newest_day_comes_first(engine: Engine) -> None:
    """And each comes back as it was, in its own campaign only."""
    with reading(engine) as conn:
        assert updates_of(conn, 1) == [SECOND, FIRST]
        assert [update_of(conn, campaign, "u-1") for campaign in (1, 2)] == [FIRST, None]


def test_an_update_is_edited_and_removed_once(engine: Engine) -> None:
    """Whoever read it before that is told so."""
    with writing(engine) as conn:
        change_update(conn, FIRST, replace(FIRST, text="They listened."))
    with pytest.raises(UpdateChanged), writing(engine) as conn:
        change_update(conn, FIRST, SECOND)
    with pytest.raises(UpdateChanged), writing(engine) as conn:
        remove_update(conn, FIRST)
    with writing(engine) as conn:
        edited = update_of(conn, 1, "u-1")
        assert edited == replace(FIRST, text="They listened.", version=2)
        remove_update(conn, edited)

    with reading(engine) as conn:
        assert updates_of(conn, 1) == [SECOND]
