"""Who issues the receipts of offline gifts, and what they say besides the gift."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from organisation.store import newest_version
from payments.gifts.offline import Means, OfflineGift
from payments.gifts.receiving import Issuer, ReceiptFacts
from payments.giving.postal_address import PostalAddress
from payments.giving.receipt_facts_views import known_for_receipts
from receipts.check_code import verify_base
from web.pages import Pages


def issuer_of(conn: Connection, pages: Pages) -> Issuer | None:
    """The organisation as it is now; None while nobody has said who receives the gifts."""
    version = newest_version(conn, pages.wording.zone.key)
    if version is None:
        return None
    return Issuer(version.profile, pages.mode, verify_base(pages.base_url))


def offline_receipt_facts(
    conn: Connection, issuer: Issuer | None, entered: Sequence[OfflineGift], typed: PostalAddress | None = None
) -> Mapping[str, ReceiptFacts]:
    """What receipts of these gifts say of their donors, by gift: an address that was typed, else what is known."""
    if issuer is None:
        return {}
    gifts = {offline.gift.id: offline.gift for offline in entered}
    valued = {offline.gift.id: offline.valuation for offline in entered if offline.valuation}
    known = known_for_receipts(conn, issuer.profile, gifts, ())
    known = replace(known, bought={**known.bought, **valued})
    facts = {
        offline.gift.id: known.facts(
            offline.gift, offline.gift.amount, offline.day, is_money=offline.means is not Means.IN_KIND
        )
        for offline in entered
    }
    if typed is None or not known.prints_address:
        return facts
    return {gift_id: replace(each, address=typed.lines) for gift_id, each in facts.items()}
