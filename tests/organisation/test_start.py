"""At start the settings become a version of the organisation, and all parts take it from there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from campaigns.demo import DEMO_ORGANISATION
from database.engine import open_database
from database.transactions import booking, reading
from installation import Installation, open_installation, prepare, record_organisation
from organisation.organisation import GivingRules
from organisation.store import add_version
from organisation.tables import organisation_version
from settings import Settings, read_settings
from tests.clock import FixedClock

Build = Callable[[Settings], Installation]
NAMED = {
    "organisation_name": "A Fair Count",
    "organisation_address": "1 Row; Town",
    "organisation_email": "post@example.org",
    "organisation_imprint": "Promoted by A Fair Count, 1 Row, Town.",
}


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


def test_two_starts_write_one_version(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """`run` prepares, then the web and the worker compare once more."""
    settings = settings_of(database_url, tmp_path, **NAMED)
    for _ in range(2):
        prepare(settings, clock, durable=False)
        record_organisation(settings, clock, durable=False)

    assert versions(database_url) == [(1, "A Fair Count", "settings")]


def test_a_start_with_other_settings_writes_the_next(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """Also a start of the web alone, which does not migrate."""
    prepare(settings_of(database_url, tmp_path), clock, durable=False)
    record_organisation(settings_of(database_url, tmp_path, **NAMED), clock, durable=False)

    assert versions(database_url) == [(1, DEMO_ORGANISATION.name, "settings"), (2, "A Fair Count", "settings")]


def test_pages_and_receipts_name_the_newest_version(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """Whatever the settings say by now: they only feed it."""
    settings = settings_of(database_url, tmp_path, **NAMED, intervals="week", locale="en_IE")
    prepare(settings, clock, durable=False)

    house = build(settings_of(database_url, tmp_path))

    assert house.bookkeeper.rules.organisation == house.pages.organisation == house.profile.organisation
    assert (house.profile.organisation.name, house.profile.organisation.address) == ("A Fair Count", ("1 Row", "Town"))
    assert house.profile.giving == GivingRules(("week",))
    assert str(house.pages.wording.locale) == "en_IE"


def test_a_version_that_somebody_else_wrote_is_taken(
    database_url: str, tmp_path: Path, clock: FixedClock, build: Build
) -> None:
    """As the desk will."""
    settings = settings_of(database_url, tmp_path, **NAMED)
    prepare(settings, clock, durable=False)
    renamed = settings_of(database_url, tmp_path, **NAMED | {"organisation_name": "Renamed"})
    engine = open_database(database_url, durable=False)
    with booking(engine) as conn:
        add_version(conn, renamed.profile(DEMO_ORGANISATION), "owner@example.org", clock())
    engine.dispose()

    assert build(settings).profile.organisation.name == "Renamed"
