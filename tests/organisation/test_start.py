"""At the first start the settings become the first version of the organisation; from then on the desk holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.transactions import booking, reading, writing
from installation import Installation, open_installation, prepare, record_organisation
from organisation.current import NotSetUp
from organisation.organisation import GivingRules, OrganisationProfile
from organisation.store import add_version
from organisation.tables import organisation_version
from outbox.jobs import enqueue
from receipts.jobs import PRINT
from settings import Settings, read_settings
from tests.clock import FixedClock
from worker import build_worker

Build = Callable[[Settings], Installation]
NAMED = {
    "organisation_name": "A Fair Count",
    "organisation_address": "1 Row; Town",
    "organisation_email": "post@example.org",
    "organisation_imprint": "Promoted by A Fair Count, 1 Row, Town.",
}
LIVE = {"stripe_api_key": "rk_live_abc", "base_url": "https://give.example.org"}


@pytest.fixture
def build() -> Iterator[Build]:
    """Builds houses, and closes their databases after the test."""
    houses: list[Installation] = []

    def build_one(settings: Settings) -> Installation:
        houses.append(open_installation(settings, durable=False))
        return houses[-1]

    yield build_one
    for house in houses:
        house.engine.dispose()


def settings_of(url: str, room: Path, **changes: Any) -> Settings:
    """Settings of a sandbox."""
    return read_settings(database_url=url, var_dir=room, **changes)


def versions(url: str) -> list[tuple[int, str, str]]:
    """Number, name and cause of every version."""
    engine, v = open_database(url, durable=False), organisation_version.c
    with reading(engine) as conn:
        rows = [tuple(row) for row in conn.execute(sa.select(v.id, v.name, v.cause).order_by(v.id))]
    engine.dispose()
    return rows


def rename(engine: Engine, name: str, clock: FixedClock, **changes: Any) -> None:
    """A version that somebody saves, as the desk does."""
    profile = OrganisationProfile(replace(DEMO_ORGANISATION, name=name), "en_GB", **changes)
    with booking(engine) as conn:
        add_version(conn, profile, "somebody", clock())


def test_two_starts_write_one_version(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """`run` prepares, then the web and the worker look once more."""
    settings = settings_of(database_url, tmp_path, **NAMED)
    for _ in range(2):
        prepare(settings, clock, durable=False)
        record_organisation(settings, clock, durable=False)

    assert versions(database_url) == [(1, "A Fair Count", "settings")]


def test_later_settings_change_nothing(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """An old line in `.env` must not undo what an owner wrote at the desk."""
    prepare(settings_of(database_url, tmp_path), clock, durable=False)
    record_organisation(settings_of(database_url, tmp_path, **NAMED), clock, durable=False)

    assert versions(database_url) == [(1, DEMO_ORGANISATION.name, "settings")]


def test_pages_and_receipts_name_the_version_that_holds(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """Whatever the settings say by now."""
    settings = settings_of(database_url, tmp_path, **NAMED, intervals="week", locale="en_IE")
    prepare(settings, clock, durable=False)

    house = build(settings_of(database_url, tmp_path))

    named = house.organisation.profile.organisation
    assert house.bookkeeper.rules.organisation == house.pages.organisation == named
    assert (named.name, named.address) == ("A Fair Count", ("1 Row", "Town"))
    assert house.organisation.giving == GivingRules(("week",))
    assert str(house.pages.wording.locale) == "en_IE"


def test_a_new_version_is_seen_by_whoever_runs(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """Two webs have read the first; one look, which every page begins with, shows them the second."""
    settings = settings_of(database_url, tmp_path, **NAMED)
    prepare(settings, clock, durable=False)
    houses = [build(settings), build(settings)]

    rename(houses[0].engine, "Renamed", clock, giving=GivingRules(("year",)))
    for house in houses:
        house.organisation.refresh()

    assert [(house.pages.organisation.name, house.organisation.giving.intervals) for house in houses] == [
        ("Renamed", ("year",))
    ] * 2


def test_a_live_installation_starts_before_anybody_has_named_who_receives(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """Set-up needs a running desk; there is no made-up recipient."""
    settings = settings_of(database_url, tmp_path, **LIVE)
    prepare(settings, clock, durable=False)

    house = build(settings)

    assert versions(database_url) == []
    with pytest.raises(NotSetUp):
        house.organisation.require_set_up()
    rename(house.engine, "A Fair Count", clock)
    house.organisation.require_set_up()
    assert house.pages.organisation.name == "A Fair Count"


def test_a_worker_that_has_run_since_yesterday_sees_a_new_version(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """Letters and receipts are written by it, and no visitor's request tells it."""
    settings = settings_of(database_url, tmp_path, **NAMED)
    prepare(settings, clock, durable=False)
    house = build(settings)
    worker = build_worker(house)
    rename(house.engine, "Renamed", clock)
    with writing(house.engine) as conn:
        enqueue(conn, PRINT, "nothing", {"numbers": []}, now=house.clock())

    worker.run_due()

    assert house.pages.organisation.name == "Renamed"
