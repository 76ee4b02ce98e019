"""Who issues the receipts of offline gifts."""

from sqlalchemy import Connection

from organisation.store import newest_version
from payments.gifts.receiving import Issuer
from receipts.check_code import verify_base
from web.pages import Pages


def issuer_of(conn: Connection, pages: Pages) -> Issuer | None:
    """The organisation as it is now; None while nobody has said who receives the gifts."""
    version = newest_version(conn, pages.wording.zone.key)
    if version is None:
        return None
    return Issuer(version.profile, pages.mode, verify_base(pages.base_url))
