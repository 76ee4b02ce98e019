"""The pages between the form and Stripe that ask donors more: who gives, and what a UK taxpayer declares.

Each carries what the form said. Nothing is kept or paid before they are answered.
"""

from starlette.responses import Response

from campaigns.campaign import Campaign
from payments.gifts.declaration import Declaration
from payments.giving.declaration_form import declaration_values, read_declaration
from payments.giving.donor_form import DonorForm
from payments.giving.form import FormFields, Pledge, with_declaration, with_gift_aid
from payments.giving.gift_aid_form import DECLARING, gift_aid_values, read_gift_aid_declaration, wants_gift_aid
from payments.giving.places import place_of
from web.pages import Pages


class DonorQuestions:
    """What is asked of some donors after the form."""

    def __init__(self, pages: Pages, form: DonorForm) -> None:
        self._pages, self._form = pages, form

    def ask(self, campaign: Campaign, fields: FormFields, pledge: Pledge) -> Pledge | Response:
        """The pledge with the answers, or the page of the next question."""
        declared = self._ask_who_gives(campaign, fields, pledge)
        return declared if isinstance(declared, Response) else self._ask_gift_aid(campaign, fields, declared)

    def _ask_who_gives(self, campaign: Campaign, fields: FormFields, pledge: Pledge) -> Pledge | Response:
        """Who gives is asked above the threshold."""
        asked = self._form.asked_above(campaign)
        if asked is None or not pledge.amount > asked.amount:
            return pledge
        declaration = read_declaration(fields)
        if isinstance(declaration, Declaration):
            return with_declaration(pledge, declaration)
        errors = declaration if fields.get("declaring") else {}
        values = declaration_values(fields, errors)
        return self._page("payments/declare.html", campaign, pledge, values, above=asked.amount, why=asked.why)

    def _ask_gift_aid(self, campaign: Campaign, fields: FormFields, pledge: Pledge) -> Pledge | Response:
        """The declaration of a UK taxpayer is asked of donors who ticked it."""
        offer = self._form.gift_aid(pledge)
        if offer is None or not wants_gift_aid(fields):
            return pledge
        declared = read_gift_aid_declaration(fields, offer)
        if not isinstance(declared, dict):
            return with_gift_aid(pledge, declared)
        errors = declared if fields.get(DECLARING) else {}
        return self._page("payments/gift_aid.html", campaign, pledge, gift_aid_values(fields, errors, offer))

    def _page(
        self, name: str, campaign: Campaign, pledge: Pledge, values: dict[str, object], **more: object
    ) -> Response:
        return self._pages.page(
            name, status=422 if values["errors"] else 200, private=True, campaign=campaign, form_at=place_of(campaign),
            amount=pledge.amount, **values, **more,
        )  # fmt: skip
