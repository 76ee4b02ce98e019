"""The messages that Stripe would send about pending gifts, with all of their fields and its indentation."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bench.pending_gifts import PendingGift

# The other fields of a charge, as long as Stripe's.
CHARGE: Mapping[str, Any] = {
    "object": "charge",
    "amount_refunded": 0, "application": None, "application_fee": None,
    "application_fee_amount": None, "balance_transaction": None, "captured": True,
    "billing_details": {
        "address": {"city": "Leeds", "country": "GB", "line1": None, "line2": None,
                    "postal_code": "LS1 4AP", "state": None},
        "email": "zoe.unal@example.org", "name": "Zoë Ünal", "phone": None,
        "tax_id": None,
    },
    "calculated_statement_descriptor": "EVERY BRANCH OPEN", "currency": "gbp", "customer": None,
    "description": "Gift: Appeal", "destination": None, "dispute": None, "disputed": False,
    "failure_balance_transaction": None, "failure_code": None, "failure_message": None,
    "fraud_details": {}, "livemode": False, "on_behalf_of": None, "order": None,

    "outcome": {
        "advice_code": None, "network_advice_code": None, "network_decline_code": None,
        "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
        "risk_score": 32, "seller_message": "Payment complete.", "type": "authorized",
    },
    "paid": True,
    "payment_method_details": {
        "card": {
            "amount_authorized": 2500, "authorization_code": "123456", "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": "pass",
                       "cvc_check": "pass"},
            "country": "GB", "exp_month": 12, "exp_year": 2030,
            "extended_authorization": {"status": "disabled"}, "fingerprint": "Xt5EWLLDS7FJjR1c",
            "funding": "debit", "incremental_authorization": {"status": "unavailable"},
            "installments": None, "last4": "4242", "mandate": None,
            "multicapture": {"status": "unavailable"}, "network": "visa",
            "network_token": {"used": False}, "network_transaction_id": "104557651805572",
            "overcapture": {"maximum_amount_capturable": 2500, "status": "unavailable"},
            "regulated_status": "unregulated", "three_d_secure": None, "wallet": None,
        },
        "type": "card",
    },
    "presentment_details": None, "radar_options": {}, "receipt_email": None, "receipt_number": None,
    "receipt_url": "https://pay.stripe.example/receipts/payment/" + "CAcaFwoVYWNjdF8xTTJKVGtMa2Rj" * 3,
    "refunded": False, "review": None, "shipping": None, "source": None, "source_transfer": None,
    "statement_descriptor": None, "statement_descriptor_suffix": None, "status": "succeeded",
    "transfer_data": None, "transfer_group": None,
}  # fmt: skip


# The other fields of a Checkout Session.
SESSION: Mapping[str, Any] = {
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": "auto",
    "cancel_url": "https://give.example.org/c/appeal/give?cancelled=1",
    "client_secret": None,
    "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
    "consent": None,
    "consent_collection": None,
    "currency": "gbp",
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "customer": None,
    "customer_account": None,
    "customer_creation": "if_required",
    "customer_details": {
        "address": {
            "city": None,
            "country": "GB",
            "line1": None,
            "line2": None,
            "postal_code": "LS1 4AP",
            "state": None,
        },
        "business_name": None,
        "email": "zoe.unal@example.org",
        "individual_name": None,
        "name": "Zoë Ünal",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    },
    "customer_email": "zoe.unal@example.org",
    "discounts": [],
    "integration_identifier": None,
    "invoice": None,
    "invoice_creation": {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    },
    "livemode": False,
    "locale": "auto",
    "mode": "payment",
    "origin_context": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "payment_status": "paid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "complete",
    "submit_type": "donate",
    "subscription": None,
    "success_url": "https://give.example.org/thanks?session_id={CHECKOUT_SESSION_ID}",
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
    "url": None,
    "wallet_options": None,
}


def charge_succeeded(gift: PendingGift, now: datetime) -> bytes:
    """A `charge.succeeded` about this gift."""
    created = int((now - timedelta(seconds=2)).timestamp())
    charge = {**CHARGE} | {
        "id": f"ch_3Bench{gift.n:016d}",
        "amount": gift.amount,
        "amount_captured": gift.amount,
        "created": created,
        "metadata": {"app": "farthing", "gift_id": gift.id, "schema": "1"},
        "payment_intent": f"pi_3Bench{gift.n:016d}",
        "payment_method": f"pm_1B{gift.n:016d}",
    }
    event = {
        "id": gift.event_id, "object": "event", "api_version": "2026-10-28.endive",
        "created": created + 1, "data": {"object": charge}, "livemode": False, "pending_webhooks": 1,
        "request": {"id": "req_Bench0000000", "idempotency_key": f"bench-{gift.n}"},
        "type": "charge.succeeded",
    }  # fmt: skip
    return json.dumps(event, indent=2).encode()


def checkout_completed(gift: PendingGift, now: datetime) -> bytes:
    """A `checkout.session.completed` about this gift."""
    created = int((now - timedelta(seconds=2)).timestamp())
    session = {**SESSION} | {
        "id": f"cs_test_a1Bench{gift.n:040d}",
        "amount_subtotal": gift.amount,
        "amount_total": gift.amount,
        "client_reference_id": gift.id,
        "created": created - 60,
        "expires_at": created + 3540,
        "metadata": {"app": "farthing", "gift_id": gift.id, "schema": "1"},
        "payment_intent": f"pi_3Bench{gift.n:016d}",
    }
    return _event(gift, "checkout.session.completed", session, created + 1)


def charge_updated(gift: PendingGift, now: datetime) -> bytes:
    """A `charge.updated` about this gift: its balance transaction is there."""
    succeeded = json.loads(charge_succeeded(gift, now))
    charge = succeeded["data"]["object"] | {"balance_transaction": f"txn_3Bench{gift.n:016d}"}
    return _event(gift, "charge.updated", charge, succeeded["created"] + 1, {"balance_transaction": None})


def balance_line(gift: PendingGift, now: datetime) -> dict[str, Any]:
    """The balance transaction of this gift's charge, with the charge in it."""
    charge = json.loads(charge_updated(gift, now))["data"]["object"]
    fee = gift.amount * 15 // 1000 + 20
    return {
        "id": f"txn_3Bench{gift.n:016d}", "object": "balance_transaction", "amount": gift.amount,
        "available_on": charge["created"] + 3 * 86_400, "balance_type": "payments", "created": charge["created"] + 1,
        "currency": "gbp", "description": charge["description"], "exchange_rate": None, "fee": fee,
        "fee_details": [{"amount": fee, "application": None, "currency": "gbp",
                         "description": "Stripe processing fees", "type": "stripe_fee"}],
        "net": gift.amount - fee, "reporting_category": "charge", "source": charge, "status": "pending",
        "type": "charge",
    }  # fmt: skip


def _event(gift: PendingGift, kind: str, event_object: Mapping[str, Any], created: int, before: Any = None) -> bytes:
    event = {
        "id": f"evt_{kind.replace('.', '')}{gift.n:016d}", "object": "event", "api_version": "2026-10-28.endive",
        "created": created, "data": {"object": event_object} | ({"previous_attributes": before} if before else {}),
        "livemode": False, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}, "type": kind,
    }  # fmt: skip
    return json.dumps(event, indent=2).encode()
