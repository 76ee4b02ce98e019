"""States of the donor's form with everything that it can ask, and its first questions on a campaign's page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from campaigns.campaign import Campaign
from campaigns.offered import AmountGroup
from ledger.money import GBP, Money
from organisation.consent_words import CHANNELS, OfferedConsent
from payments.giving.declaration_form import declaration_values
from payments.giving.donor_form import FeeExample
from payments.giving.gift_aid_form import GiftAidOffer, gift_aid_values
from payments.giving.places import several_campaigns
from payments.giving.postal_address_form import ADDRESS_FIELDS
from payments.giving.prefilled import interval_choices
from payments.giving.shared_form import OfferedCampaign
from tests.web.states import EMPTY, NOW, OFFER, TYPED, VAN, VAN_GROUPS, WORDS, State, form, shown


def sheet(campaign: Campaign, groups: list[AmountGroup]) -> Mapping[str, Any]:
    """The first questions on the campaign's own page."""
    return {
        "form": EMPTY,
        "interval_choices": interval_choices(OFFER, WORDS),
        "offer": OFFER,
        "groups": groups,
        "chosen_amounts": dict.fromkeys(("amount", "amount_month", "amount_year"), ""),
        "chosen_group": "amount",
        "takes_gift_aid": True,
    }


def gift_aid(fields: Mapping[str, str], errors: Mapping[str, str]) -> State:
    """What is asked of a UK taxpayer who ticked Gift Aid."""
    values = {"campaign": VAN, "amount": Money(2500, GBP)}
    offer = GiftAidOffer("Wren & Sons", "£25", repeats=False, today=NOW.date())
    return State("payments/gift_aid.html", values | gift_aid_values(fields, errors, offer))


def declaration(fields: Mapping[str, str], errors: Mapping[str, str]) -> State:
    """What is asked above the threshold."""
    values = {
        "campaign": VAN,
        "amount": Money(60_000, GBP),
        "above": Money(50_000, GBP),
        "why": ["We are a registered political party."],
    }
    return State("payments/declare.html", values | declaration_values(fields, errors))


def several(errors: Mapping[str, str], choice: str = "") -> State:
    """The form for several campaigns: one and a group are chosen, of which its campaign has a share."""
    group = replace(VAN, id=9, slug="leeds", title="Leeds readers", parent_id=VAN.id)
    values: dict[str, Any] = {
        "campaign": several_campaigns(GBP),
        "recipients": [
            OfferedCampaign(VAN, None, takes_gifts=True),
            OfferedCampaign(group, replace(VAN, group_share=20), takes_gifts=True),
        ],
        "chosen": {VAN.id, 9},
        "typed": {VAN.id: "10.00", 9: ""},
        "choice": choice,
    }
    return State("payments/give_several.html", {**form(EMPTY, errors).values, **values})


FORM_STATES: dict[str, State] = {
    "form with every question": form(
        TYPED
        | {"show_name": "yes", "fee_cover": "yes", "dedication": "memory", "dedication_name": "李", "gift_aid": "yes"},
        takes_gift_aid=True,
        consents=[OfferedConsent(channel, f"By {channel}, please.", "default-1") for channel in CHANNELS],
        ticked=["email"],
        local_groups=[VAN],
        fee_example=FeeExample("1.5%", Money(20, GBP), Money(800, GBP), Money(33, GBP)),
    ),
    "form with a slip in the address": form(
        TYPED | {"email": "zoe@gmial.com"},
        {"email": "Check your email address: did you mean zoe@gmail.com?"},
        slip=("zoe@gmail.com", "zoe@gmial.com"),
    ),
    "form with a postal address": form(
        TYPED | dict.fromkeys(ADDRESS_FIELDS, "") | {"post_street": "1 Rue Principale"},
        {"post_town": "Enter the town or city."},
        needs_name=True,
        needs_address=True,
    ),
    "form with an unclear dedication": form(
        TYPED | {"dedication_name": "Ada"}, {"dedication": "Choose in honour or in memory."}
    ),
    "campaign with the form's first questions": shown(VAN, 1183, 33, sheet=sheet(VAN, VAN_GROUPS)),
    "form for several campaigns": several({}),
    "form for several campaigns with mistakes": several(
        {"campaigns": "Choose up to 10 campaigns.", "part_9": "Enter an amount for Leeds readers."}, "own"
    ),
    "Gift Aid": gift_aid({"name": "Ada Byron"}, {}),
    "Gift Aid with mistakes": gift_aid({"tax_house": "12"}, {"tax_scope": "Choose.", "tax_postcode": "Enter it."}),
    "declaration": declaration({}, {}),
    "declaration with mistakes": declaration({"name": "Zoë"}, {"donor_kind": "Choose.", "own_money": "Tick this box."}),
}
