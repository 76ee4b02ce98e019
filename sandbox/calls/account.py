"""Calls under /v1/account."""

from sandbox.api.call import ApiRequest, Call
from sandbox.api.parameters import RETRIEVE
from sandbox.state.store import Object

_PREFIXES = (
    "statement_descriptor_prefix",
    "statement_descriptor_prefix_kana",
    "statement_descriptor_prefix_kanji",
)
_DESCRIPTORS = ("statement_descriptor_kana", "statement_descriptor_kanji", *_PREFIXES[1:])


def retrieve(request: ApiRequest) -> Object:
    """The twin's account, which has the organisation's name."""
    name = request.world.settings.organisation
    return {
        "id": "acct_" + request.world.random.letters("account", 16),
        "object": "account",
        "business_profile": {"name": name, "mcc": "8398", "support_email": None, "support_phone": None, "url": None,
                             "minority_owned_business_designation": None,
                             "specified_commercial_transactions_act_url": None,
                             "product_description": None, "support_address": None, "support_url": None},
        "business_type": "non_profit",
        "capabilities": {"bacs_debit_payments": "active", "card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "GB",
        "default_currency": "gbp",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": dict.fromkeys(_PREFIXES),
            "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
            "payments": {**dict.fromkeys(_DESCRIPTORS), "statement_descriptor": "TWIN TEST"},
        },
        "type": "standard",
    }  # fmt: skip


CALLS = (Call("GET", "/v1/account", RETRIEVE, retrieve),)
