"""Keep versions of the organisation and drafts of the next one, and read them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.bulk import put_rows
from database.questions import fetch
from organisation.organisation import UNREGULATED, OrganisationDraft, OrganisationProfile, OrganisationVersion
from organisation.profile_values import profile_of, profile_values
from organisation.tables import organisation_draft, organisation_version
from outbox.jobs import enqueue

REGIME_CHANGED = "organisation.regime"
"""The job that follows a version with another regime; its payload says since which day."""

_REGIMES = sa.select(organisation_version.c.made_at, organisation_version.c.regime).order_by(organisation_version.c.id)
_NUMBER = sa.select(sa.func.max(organisation_version.c.id))
_NEWEST = sa.select(organisation_version).where(organisation_version.c.id == _NUMBER.scalar_subquery())


def newest_number(conn: Connection) -> int:
    """The number of the version that holds; 0 while nobody has said who receives the gifts."""
    return fetch(conn, _NUMBER)[0][0] or 0


def newest_version(conn: Connection, timezone: str) -> OrganisationVersion | None:
    """The version that holds; None while nobody has said who receives the gifts. `timezone` is the installation's."""
    rows = fetch(conn, _NEWEST)
    return _version(rows[0], timezone) if rows else None


def versions(conn: Connection, timezone: str) -> list[OrganisationVersion]:
    """Every version, newest first."""
    rows = conn.execute(sa.select(organisation_version).order_by(organisation_version.c.id.desc()))
    return [_version(tuple(row), timezone) for row in rows]


def regime_changes(conn: Connection) -> list[tuple[datetime, str]]:
    """When versions named another regime than the one before, and which; first there is none."""
    changes, before = [], UNREGULATED
    for made_at, regime in fetch(conn, _REGIMES):
        if regime != before:
            changes.append((made_at, regime))
        before = regime
    return changes


def add_version(conn: Connection, profile: OrganisationProfile, cause: str, now: datetime) -> OrganisationVersion:
    """Keep a new version under the next number. Another regime than before is looked into by a job.

    Call it only inside `database.transactions.booking`: two callers at once would take the same number.
    """
    before = newest_version(conn, profile.organisation.timezone)
    has_regimes = profile.has_regimes or (before is not None and before.profile.is_watched)
    number = before.number + 1 if before else 1
    version = OrganisationVersion(number, now, cause, replace(profile, has_regimes=has_regimes))
    conn.execute(sa.insert(organisation_version).values(_row(version)))
    # The day of UTC is never after the UK's, on which the regime begins: nothing is left out.
    if profile.regime != (before.profile.regime if before else UNREGULATED):
        enqueue(conn, REGIME_CHANGED, str(number), {"since": now.date().isoformat()}, now=now)
    return version


def add_first_version(conn: Connection, profile: OrganisationProfile, cause: str, now: datetime) -> None:
    """Keep the first version if there is none. Call it only inside `database.transactions.booking`."""
    if newest_number(conn) == 0:
        add_version(conn, profile, cause, now)


def put_draft(conn: Connection, draft: OrganisationDraft, now: datetime) -> None:
    """Keep what a member of staff is about to change, in place of what they had before."""
    row = {
        "staff_id": draft.staff_id,
        "made_at": now,
        "based_on": draft.based_on,
        "profile": profile_values(draft.profile),
    }
    otherwise = "DO UPDATE SET made_at = excluded.made_at, based_on = excluded.based_on, profile = excluded.profile"
    put_rows(conn, organisation_draft, [row], otherwise)


def draft_of(conn: Connection, staff_id: str, timezone: str) -> OrganisationDraft | None:
    """What a member of staff is about to change."""
    d = organisation_draft.c
    row = conn.execute(sa.select(d.based_on, d.profile).where(d.staff_id == staff_id)).one_or_none()
    return None if row is None else OrganisationDraft(staff_id, row.based_on, profile_of(row.profile, timezone))


def remove_draft(conn: Connection, staff_id: str) -> None:
    """Forget what a member of staff was about to change."""
    conn.execute(sa.delete(organisation_draft).where(organisation_draft.c.staff_id == staff_id))


def _row(version: OrganisationVersion) -> dict[str, Any]:
    return {
        "id": version.number,
        "made_at": version.made_at,
        "cause": version.cause,
        **profile_values(version.profile),
    }


def _version(row: tuple[Any, ...], timezone: str) -> OrganisationVersion:
    values = dict(zip(organisation_version.c.keys(), row, strict=True))
    return OrganisationVersion(values["id"], values["made_at"], values["cause"], profile_of(values, timezone))
