"""For whom it matters what a gift is worth beside its amount."""

from sqlalchemy import Connection

from organisation.organisation import UNREGULATED
from organisation.store import newest_version
from receipts.jurisdictions import asks_for_benefits


def asks_worth(conn: Connection) -> bool:
    """Whether the organisation is under rules on political donations, claims Gift Aid, or must say it on receipts."""
    version = newest_version(conn, "UTC")
    if version is None:
        return False
    profile = version.profile
    return profile.regime != UNREGULATED or profile.gift_aid or asks_for_benefits(profile.receipts.jurisdiction)
