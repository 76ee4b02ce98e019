"""Versions of the organisation: numbered, kept whole, never changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import booking, reading
from organisation.organisation import (
    GivingRules,
    Look,
    Organisation,
    OrganisationKind,
    OrganisationProfile,
    OrganisationVersion,
)
from organisation.store import NoOrganisation, add_version, add_version_if_changed, newest_version
from organisation.tables import organisation_version

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONDON = "Europe/London"
PLAIN = OrganisationProfile(
    organisation=Organisation(
        name="Coalition for a Fair Count",
        address=("12 Example Row", "London E1 6AN"),
        email="hello@faircount.example",
        imprint="Promoted by the Coalition for a Fair Count, 12 Example Row, London E1 6AN.",
        url="",
        legal_note="",
        timezone=LONDON,
    ),
    locale="en_GB",
)
FULL = replace(
    PLAIN,
    locale="cy_GB",
    kind=OrganisationKind.MEMBERS_ASSOCIATION,
    regime="members_association",
    look=Look("#0a5c4b", "0" * 64),
    giving=GivingRules(("month", "year"), {"GBP": (500, 1000), "EUR": (600,)}, {"GBP": 200}),
)


def test_a_version_is_read_as_it_was_written(engine: Engine) -> None:
    """Every field, and of two versions the newer."""
    with booking(engine) as conn:
        add_version(conn, PLAIN, "settings", NOON)
        added = add_version(conn, FULL, "owner@example.org", NOON + timedelta(days=1))

    with reading(engine) as conn:
        assert newest_version(conn, LONDON) == added
    assert added == OrganisationVersion(2, NOON + timedelta(days=1), "owner@example.org", FULL)


def test_a_database_without_a_version_says_what_to_do(engine: Engine) -> None:
    """Nobody is named as the receiver of gifts by guesswork."""
    with reading(engine) as conn, pytest.raises(NoOrganisation, match="farthing migrate"):
        newest_version(conn, LONDON)


def test_the_same_profile_again_is_no_new_version(engine: Engine) -> None:
    """Each start compares."""
    with booking(engine) as conn:
        added = [add_version_if_changed(conn, profile, "settings", NOON) for profile in (FULL, FULL, PLAIN, PLAIN)]

    assert added == [True, False, True, False]
    assert _count(engine) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"locale": "en_IE"},
        {"kind": OrganisationKind.CHARITY},
        {"regime": "gb_party"},
        {"look": Look("#112233")},
        {"giving": GivingRules(("week",))},
        {"organisation": replace(PLAIN.organisation, address=("Elsewhere",))},
        {"organisation": replace(PLAIN.organisation, legal_note="Not a charity.")},
    ],
    ids=str,
)
def test_any_change_is_a_new_version(engine: Engine, change: dict[str, Any]) -> None:
    """Whatever field it is in; and the old version stays."""
    with booking(engine) as conn:
        add_version(conn, PLAIN, "settings", NOON)
        assert add_version_if_changed(conn, replace(PLAIN, **change), "settings", NOON)

    assert _count(engine) == 2


def test_several_starts_at_once_write_one_version(engine: Engine) -> None:
    """Web, writer and worker may come up together."""

    def start(_n: int) -> bool:
        with booking(engine) as conn:
            return add_version_if_changed(conn, FULL, "settings", NOON)

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(start, range(4)))

    assert sorted(added) == [False, False, False, True]
    assert _count(engine) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"look": Look(colour="green")},
        {"look": Look(logo="logo.png")},
        {"organisation": replace(PLAIN.organisation, name="")},
    ],
    ids=str,
)
def test_the_database_refuses_a_version_that_nobody_can_show(engine: Engine, wrong: dict[str, Any]) -> None:
    """A colour that is none, a logo that is no hash, a body without a name."""
    with pytest.raises(sa.exc.IntegrityError), booking(engine) as conn:
        add_version(conn, replace(PLAIN, **wrong), "settings", NOON)


def _count(engine: Engine) -> int:
    with reading(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(organisation_version)) or 0
