"""Keep versions of the organisation, and read the newest."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.migrating import WrongVersion
from organisation.organisation import (
    GivingRules,
    Look,
    Organisation,
    OrganisationKind,
    OrganisationProfile,
    OrganisationVersion,
)
from organisation.tables import organisation_version


class NoOrganisation(WrongVersion):
    """Nobody has told this database yet who receives the gifts."""


def newest_version(conn: Connection, timezone: str) -> OrganisationVersion:
    """The version that holds; raises NoOrganisation. `timezone` is the installation's."""
    newest = _newest(conn, timezone)
    if newest is None:
        raise NoOrganisation(
            "The database does not say who receives the gifts. Nothing was changed. Run: ./farthing migrate"
        )
    return newest


def add_version(conn: Connection, profile: OrganisationProfile, cause: str, now: datetime) -> OrganisationVersion:
    """Keep a new version under the next number.

    Call it only inside `database.transactions.booking`: two callers at once would take the same number.
    """
    last = conn.scalar(sa.select(sa.func.max(organisation_version.c.id))) or 0
    version = OrganisationVersion(last + 1, now, cause, profile)
    conn.execute(sa.insert(organisation_version).values(_row(version)))
    return version


def add_version_if_changed(conn: Connection, profile: OrganisationProfile, cause: str, now: datetime) -> bool:
    """Keep a new version if the profile differs from the newest; returns whether it did.

    Call it only inside `database.transactions.booking`.
    """
    newest = _newest(conn, profile.organisation.timezone)
    if newest is not None and newest.profile == profile:
        return False
    add_version(conn, profile, cause, now)
    return True


def _newest(conn: Connection, timezone: str) -> OrganisationVersion | None:
    row = conn.execute(sa.select(organisation_version).order_by(organisation_version.c.id.desc()).limit(1)).first()
    return None if row is None else _version(row, timezone)


def _row(version: OrganisationVersion) -> dict[str, Any]:
    profile = version.profile
    organisation, giving = profile.organisation, profile.giving
    return {
        "id": version.number,
        "made_at": version.made_at,
        "cause": version.cause,
        "name": organisation.name,
        "address": list(organisation.address),
        "email": organisation.email,
        "website": organisation.url,
        "imprint": organisation.imprint,
        "legal_note": organisation.legal_note,
        "kind": profile.kind.value,
        "regime": profile.regime,
        "locale": profile.locale,
        "colour": profile.look.colour,
        "logo": profile.look.logo,
        "giving_rules": {
            "intervals": list(giving.intervals),
            "suggested": {code: list(amounts) for code, amounts in giving.suggested.items()},
            "smallest": dict(giving.smallest),
        },
    }


def _version(row: sa.Row[Any], timezone: str) -> OrganisationVersion:
    rules = row.giving_rules
    profile = OrganisationProfile(
        organisation=Organisation(
            name=row.name,
            address=tuple(row.address),
            email=row.email,
            imprint=row.imprint,
            url=row.website,
            legal_note=row.legal_note,
            timezone=timezone,
        ),
        locale=row.locale,
        kind=OrganisationKind(row.kind),
        regime=row.regime,
        look=Look(row.colour, row.logo),
        giving=GivingRules(
            intervals=tuple(rules["intervals"]),
            suggested={code: tuple(amounts) for code, amounts in rules["suggested"].items()},
            smallest=rules["smallest"],
        ),
    )
    return OrganisationVersion(row.id, row.made_at, row.cause, profile)
