"""Stripe's other objects as these tests need them: the fields that matter, in the shape of 2026-10-28.endive."""

from typing import Any

from tests.payments.messages import CREATED

RECURRING = "00000000-0000-0000-0000-000000000009"


def refund(**more: Any) -> dict[str, Any]:
    """A refund of £5 that has left."""
    return {
        "id": "re_1", "object": "refund", "amount": 500, "charge": "ch_1", "created": CREATED, "currency": "gbp",
        "payment_intent": "pi_1", "status": "succeeded",
    } | more  # fmt: skip


def dispute(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A dispute about £5 of a charge, with the movements that it lists."""
    return {
        "id": "du_1", "object": "dispute", "amount": 500, "balance_transactions": list(lines), "charge": "ch_1",
        "created": CREATED, "currency": "gbp", "payment_intent": "pi_1", "status": "needs_response",
    } | more  # fmt: skip


def line(amount: int, category: str = "dispute", **more: Any) -> dict[str, Any]:
    """A balance transaction without a fee."""
    return {
        "id": "txn_1", "object": "balance_transaction", "amount": amount, "created": CREATED + 5, "currency": "gbp",
        "fee": 0, "net": amount, "reporting_category": category, "source": None,
    } | more  # fmt: skip


def payout(**more: Any) -> dict[str, Any]:
    """A payout of £5."""
    return {
        "id": "po_1", "object": "payout", "amount": 500, "arrival_date": CREATED + 30, "created": CREATED,
        "currency": "gbp",
    } | more  # fmt: skip


def invoice(**more: Any) -> dict[str, Any]:
    """An invoice of a later instalment, in the shape since 2025-03-31.basil."""
    details = {"metadata": {"recurring_id": RECURRING}, "subscription": "sub_1"}
    parent = {"parent": {"type": "subscription_details", "subscription_details": details}}
    return {"id": "in_1", "object": "invoice", "billing_reason": "subscription_cycle"} | parent | more


def old_invoice(**more: Any) -> dict[str, Any]:
    """The first invoice of a recurring gift, in the shape before."""
    return {
        "id": "in_1", "object": "invoice", "billing_reason": "subscription_create", "charge": "ch_1",
        "payment_intent": "pi_1", "subscription": "sub_1",
        "subscription_details": {"metadata": {"recurring_id": RECURRING}},
    } | more  # fmt: skip
