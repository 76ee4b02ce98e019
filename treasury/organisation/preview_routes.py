"""What the organisation's routes show of packages below the desk: previews, and the currencies that forms ask for."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.engine import Engine
from starlette.responses import HTMLResponse, Response

from campaigns.routes import campaign_routes
from campaigns.store import campaigns
from database.instants import Clock
from database.transactions import reading
from ledger.entry import book_date
from ledger.money import GBP, Money, currency
from organisation.giving_section import OfferedCurrency
from organisation.organisation import GivingRules, OrganisationKind, OrganisationProfile
from organisation.routes import AroundOrganisation
from payments.gifts.amounts import largest_gift, smallest_charge, smallest_gift, suggested_gifts
from receipts.layouts import layout_of
from receipts.receipt import LEGAL, Receipt, ReceiptLine, ReceiptStyle
from receipts.sheets import legal_of
from receipts.store import LINK_LIFETIME
from web.pages import Pages

SAMPLE = ("2026-000123", "Zoë Bell", "8F3K-22QD", "Visa ending 4242", "A campaign of yours")


def around_organisation(engine: Engine, clock: Clock) -> AroundOrganisation:
    """The previews by the ends of their addresses, and the currencies in use."""

    def page(pages: Pages, _profile: OrganisationProfile) -> Response:
        routes = campaign_routes(engine, clock, pages).routes
        response: Response = next(route for route in routes if route.path == "/").endpoint()  # type: ignore[attr-defined]
        return response

    def letter(pages: Pages, profile: OrganisationProfile) -> Response:
        receipt = _sample_receipt(profile, pages.mode, book_date(clock(), pages.wording.zone))
        words = pages.letter(
            "payments/letters/receipt", receipt=receipt, reference=receipt.reference, campaign=None, took_days=False,
            is_first=False, upcoming=None, next_on=None, link=f"{pages.base_url}/desk/organisation/preview/receipt",
            days=LINK_LIFETIME.days, is_put_right=False,
        )  # fmt: skip
        return HTMLResponse(words.html, headers={"Cache-Control": "no-store"})

    def receipt(pages: Pages, profile: OrganisationProfile) -> Response:
        shown = _sample_receipt(profile, pages.mode, book_date(clock(), pages.wording.zone))
        nothing = Money(0, shown.total.currency)
        return pages.page(
            layout_of(shown.template).page, private=True, receipt=shown, words=shown.words,
            legal=legal_of(shown, pages.wording), missing=(), went_back=nothing, token="",
        )  # fmt: skip

    return AroundOrganisation(
        lambda pages, rules: offered_currencies(engine, pages, rules),
        {"page": page, "letter.html": letter, "receipt": receipt},
    )


def offered_currencies(engine: Engine, pages: Pages, rules: GivingRules) -> Sequence[OfferedCurrency]:
    """The pound, every currency of a campaign, and those that the giving rules name."""
    with reading(engine) as conn:
        codes = {campaign.currency.code for campaign in campaigns(conn)}
    codes |= {GBP.code, *rules.suggested, *rules.smallest}
    wording = pages.wording
    return [
        OfferedCurrency(
            currency=of,
            style=wording.number_style(of),
            type=wording.typed_money,
            print=wording.money,
            smallest=smallest_charge(of),
            largest=largest_gift(of),
            least=smallest_gift(of, rules),
            suggested=tuple(suggested_gifts(of, rules)),
        )
        for of in map(currency, sorted(codes))
    ]


def _sample_receipt(profile: OrganisationProfile, mode: str, today: date) -> Receipt:
    number, donor, reference, method, campaign = SAMPLE
    is_charity = profile.kind is OrganisationKind.CHARITY
    style = ReceiptStyle(profile.locale, profile.look.colour, profile.look.logo, is_charity)
    return Receipt(
        number=number, issued_on=today, given_on=today, donor_name=donor,
        lines=(ReceiptLine(campaign, Money(2500, GBP)),), method=method, reference=reference,
        organisation=profile.organisation, mode=mode, template=LEGAL, style=style,
        jurisdiction=profile.receipts.jurisdiction, legal_facts=profile.receipts.legal_facts,
    )  # fmt: skip
