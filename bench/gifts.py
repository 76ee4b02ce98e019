"""Pending gifts in a database, and the messages that Stripe would send about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Engine

from campaigns.campaign import Campaign
from campaigns.store import add_campaign
from database.bulk import insert_rows
from database.transactions import booking, writing
from ledger.money import GBP, Money
from ledger.store import open_accounts
from payments import tables

CAMPAIGNS = 10

# What a charge says besides, as long as Stripe says it.
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


@dataclass(frozen=True)
class Pending:
    """A gift that waits for its charge."""

    n: int
    amount: int

    @property
    def id(self) -> str:
        """Its id, made from its number so that every run is alike."""
        return str(UUID(int=self.n + (1 << 100)))

    @property
    def event_id(self) -> str:
        """The event that tells of its charge."""
        return f"evt_3Bench{self.n:016d}"


def plant(engine: Engine, count: int, now: datetime) -> list[Pending]:
    """Store campaigns and `count` pending gifts; returns the gifts."""
    with booking(engine) as conn:
        open_accounts(conn)
        for n in range(CAMPAIGNS):
            add_campaign(conn, Campaign(0, f"appeal-{n}", f"Appeal {n}", "For the bench.", GBP, Money(10**8, GBP)))
    pending = [Pending(n, 500 + n % 97 * 100) for n in range(count)]
    for start in range(0, count, 1000):
        _store(engine, pending[start : start + 1000], now)
    return pending


def charge_succeeded(gift: Pending, now: datetime) -> bytes:
    """A `charge.succeeded` about this gift, as long and as indented as Stripe's own."""
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


def _store(engine: Engine, gifts: Sequence[Pending], now: datetime) -> None:
    rows = [
        {
            "id": gift.id, "state": "pending", "currency": "GBP", "amount_minor": gift.amount,
            "donor_name": f"Donor Number {gift.n}", "donor_email": f"donor{gift.n}@example.org",
            "message": "", "created_at": now, "attempts": 1,
            "attempted_at": now, "return_token": f"bench-{gift.n}",
        }
        for gift in gifts
    ]  # fmt: skip
    shares = [
        {"gift_id": gift.id, "n": 0, "campaign_id": gift.n % CAMPAIGNS + 1, "amount_minor": gift.amount}
        for gift in gifts
    ]
    with writing(engine) as conn:
        insert_rows(conn, tables.gift, rows)
        insert_rows(conn, tables.allocation, shares)
