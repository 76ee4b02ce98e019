"""Receipts to test with."""

from datetime import UTC, date, datetime
from pathlib import Path

from ledger.money import GBP, Currency, Money
from organisation.organisation import Organisation, OrganisationProfile
from receipts.receipt import Draft, Receipt, ReceiptLine
from web.pages import Pages

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "templates"

COALITION = Organisation(
    name="Coalition for a Fair Count",
    address=("12 Example Row", "London E1 6AN"),
    email="hello@faircount.example",
    imprint="Promoted by the Coalition for a Fair Count, 12 Example Row, London E1 6AN.",
    url="https://faircount.example",
    legal_note="The Coalition is an unincorporated association.",
    timezone="Europe/London",
)
PROFILE = OrganisationProfile(COALITION, "en_GB")
PAGES = Pages(TEMPLATES, identity=lambda: PROFILE, mode="live", base_url="https://give.faircount.example")


def draft(
    gift_id: str = "gift-1",
    donor_name: str = "Zoë Ünal",
    shares: tuple[tuple[str, int], ...] = (("Win the North", 2500),),
    of: Currency = GBP,
    mode: str = "live",
) -> Draft:
    """A gift of £25 for one campaign, unless told otherwise."""
    return Draft(
        gift_id=gift_id,
        given_on=date(2026, 11, 20),
        donor_name=donor_name,
        lines=tuple(ReceiptLine(campaign, Money(minor, of)) for campaign, minor in shares),
        method="Visa ending 4242",
        reference="pi_3QNk2uLkdIwHu7ix0kqbw1",
        organisation=COALITION,
        mode=mode,
    )


def receipt(of_draft: Draft | None = None, number: str = "2026-000123") -> Receipt:
    """The receipt that a draft becomes."""
    return Receipt.from_json((of_draft or draft()).snapshot(number, TODAY))
