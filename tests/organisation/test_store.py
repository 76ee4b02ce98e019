"""Versions of the organisation: numbered, kept whole, never changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from database.transactions import booking, reading, writing
from organisation.organisation import (
    GivingRules,
    Look,
    Notices,
    Organisation,
    OrganisationDraft,
    OrganisationKind,
    OrganisationProfile,
    OrganisationVersion,
)
from organisation.receipt_rules import Jurisdiction, ReceiptRules
from organisation.store import (
    add_first_version,
    add_version,
    draft_of,
    newest_number,
    newest_version,
    put_draft,
    remove_draft,
    versions,
)
from staff.member import StaffMember
from staff.role import Role
from staff.store import add_member

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
    notices=Notices("We keep little.", 1, "Gifts are checked."),
    receipts=ReceiptRules(Jurisdiction.UK_CHARITY, {"registration_number": "1234567"}, archived=True),
)


def test_a_version_is_read_as_it_was_written(engine: Engine) -> None:
    """Every field, and of two versions the newer."""
    with booking(engine) as conn:
        add_version(conn, PLAIN, "settings", NOON)
        added = add_version(conn, FULL, "owner@example.org", NOON + timedelta(days=1))

    with reading(engine) as conn:
        assert newest_version(conn, LONDON) == added
    assert added == OrganisationVersion(2, NOON + timedelta(days=1), "owner@example.org", FULL)


def test_a_database_without_a_version_has_none(engine: Engine) -> None:
    """Nobody is named as the receiver of gifts by guesswork."""
    with reading(engine) as conn:
        assert (newest_number(conn), newest_version(conn, LONDON), versions(conn, LONDON)) == (0, None, [])


def test_several_starts_at_once_write_one_version(engine: Engine) -> None:
    """Web, writer and worker may come up together."""

    def start(_n: int) -> None:
        with booking(engine) as conn:
            add_first_version(conn, FULL, "settings", NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))

    with reading(engine) as conn:
        assert [version.profile for version in versions(conn, LONDON)] == [FULL]


def test_a_draft_is_one_members_and_the_last_one_counts(engine: Engine) -> None:
    """What others are about to change is theirs."""
    with writing(engine) as conn:
        for name in ("ada", "bob"):
            add_member(conn, StaffMember(name, f"{name}@example.org", name, Role.OWNER), NOON)
        for draft in (OrganisationDraft("ada", 1, PLAIN), OrganisationDraft("ada", 2, FULL)):
            put_draft(conn, draft, NOON)
        put_draft(conn, OrganisationDraft("bob", 2, PLAIN), NOON)
        remove_draft(conn, "bob")

    with reading(engine) as conn:
        assert draft_of(conn, "ada", LONDON) == OrganisationDraft("ada", 2, FULL)
        assert draft_of(conn, "bob", LONDON) is None


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
