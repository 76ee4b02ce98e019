"""For whom it matters what a gift is worth beside its amount."""

from sqlalchemy import Connection

from organisation.organisation import UNREGULATED
from organisation.store import newest_version


def asks_worth(conn: Connection) -> bool:
    """Whether the organisation is under rules on political donations, or claims Gift Aid."""
    version = newest_version(conn, "UTC")
    return version is not None and (version.profile.regime != UNREGULATED or version.profile.gift_aid)
