"""What the database knows for the receipts of gifts besides the gifts: one or two questions for all of them.

Writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from database.questions import among
from donors.merge_store import kept_donors
from organisation.organisation import OrganisationProfile
from payments.gift_aid.declaration_store import read_gift_aid_declarations
from payments.gift_aid.declaration_views import counting_declarations_of
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration
from payments.gift_aid.tables import gift_aid_declaration
from payments.gifts.gift import Gift
from payments.gifts.receiving import ReceiptFacts
from payments.gifts.tables import gift as gift_table
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_store import address_of_row
from payments.giving.receipt_facts import NOTHING_FOR_RECEIPTS, KnownForReceipts
from payments.giving.tables import postal_address
from payments.valuing.valuation_store import valuations_of
from receipts.jurisdictions import asks_for_address, asks_for_benefits, may_have_gift_aid
from receipts.receipt import Receipt

_p, _g = postal_address.c, gift_table.c


def known_for_receipts(
    conn: Connection, profile: OrganisationProfile | None, gifts: Mapping[str, Gift], recurring: Collection[str]
) -> KnownForReceipts:
    """What is known for the receipts of these gifts, and of further instalments of these recurring gifts.

    Nothing is asked where there is no organisation yet, or for one whose receipts say none of it.
    """
    if profile is None:
        return NOTHING_FOR_RECEIPTS
    law = profile.receipts.jurisdiction
    prints_address = asks_for_address(law)
    prints_gift_aid = profile.claims_gift_aid and may_have_gift_aid(law)
    prints_benefit = asks_for_benefits(law)
    if not (prints_address or prints_gift_aid or prints_benefit):
        return NOTHING_FOR_RECEIPTS
    bought = valuations_of(conn, sorted(gifts)) if prints_benefit else {}
    if not (prints_address or prints_gift_aid):
        return KnownForReceipts(prints_benefit=True, bought=bought)
    series = {gift.recurring_id for gift in gifts.values() if gift.recurring_id} | set(recurring)
    donors = sorted({gift.donor_id for gift in gifts.values() if gift.donor_id})
    made_with = read_gift_aid_declarations(conn, among(conn, gift_aid_declaration.c.gift_id, sorted(gifts)))
    return KnownForReceipts(
        prints_address,
        prints_gift_aid,
        prints_benefit,
        _postal_addresses(conn, gifts.keys(), series) if prints_address else {},
        _declarations(conn, donors),
        {declared.gift_id: declared for declared in made_with if declared.gift_id},
        bought,
    )


def facts_of_receipt(conn: Connection, profile: OrganisationProfile, gift: Gift, receipt: Receipt) -> ReceiptFacts:
    """What the receipt of this gift would say besides, if it were issued now."""
    series = [gift.recurring_id] if gift.recurring_id else []
    known = known_for_receipts(conn, profile, {gift.id: gift}, series)
    return known.facts(gift, receipt.total, receipt.given_on)


def _declarations(conn: Connection, donors: Sequence[str]) -> dict[str, Sequence[GiftAidDeclaration]]:
    """What counts of these donors, of whomever they are read as one person with."""
    kept = kept_donors(conn)
    people = {donor: kept.get(donor, donor) for donor in donors}
    everybody = {*people.values(), *(merged for merged, into in kept.items() if into in people.values())}
    by_person: dict[str, list[GiftAidDeclaration]] = {}
    for declared in counting_declarations_of(conn, sorted(everybody)):
        by_person.setdefault(kept.get(declared.donor_id, declared.donor_id), []).append(declared)
    return {donor: by_person[person] for donor, person in people.items() if person in by_person}


def _postal_addresses(
    conn: Connection, gift_ids: Collection[str], recurring_ids: Collection[str]
) -> dict[str, PostalAddress]:
    """The addresses of these gifts by their ids, and the newest of each recurring gift by its own."""
    which = sa.or_(among(conn, _p.gift_id, sorted(gift_ids)), among(conn, _g.recurring_id, sorted(recurring_ids)))
    joined = sa.select(postal_address, _g.recurring_id).join(gift_table, _g.id == _p.gift_id).where(which)
    addresses: dict[str, PostalAddress] = {}
    for row in conn.execute(joined.order_by(_p.typed_at, _p.gift_id)):
        addresses[row.gift_id] = address_of_row(row)
        if row.recurring_id is not None:
            addresses[row.recurring_id] = address_of_row(row)
    return addresses
