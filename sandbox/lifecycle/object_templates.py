"""Templates of API objects: every field of API 2026-10-28.endive, with the value that a new object has."""

import json
from typing import Any

from sandbox.state.store import Object


class ObjectTemplate:
    """The fields of a new object of one kind; most of them are null."""

    def __init__(self, kind: str, **fields: Any) -> None:
        self._kind, self._json = kind, json.dumps(fields)

    def __call__(self, id_: str, **fields: Any) -> Object:
        """A new object with these fields set: id and kind first, then all fields by name, as Stripe prints them."""
        all_fields = {**json.loads(self._json), **fields}
        return {"id": id_, "object": self._kind, **dict(sorted(all_fields.items()))}


PRODUCT = ObjectTemplate(
    "product", active=True, attributes=[], default_price=None, description=None, images=[], livemode=False,
    marketing_features=[], metadata={}, package_dimensions=None, shippable=None, statement_descriptor=None,
    tax_code=None, tax_details=None, type="service", unit_label=None, url=None,
)  # fmt: skip

PRICE = ObjectTemplate(
    "price", active=True, billing_scheme="per_unit", custom_unit_amount=None, livemode=False, lookup_key=None,
    metadata={}, nickname=None, recurring=None, tax_behavior="unspecified", tiers_mode=None,
    transform_quantity=None, type="one_time",
)  # fmt: skip

LINE_ITEM = ObjectTemplate(
    "item", adjustable_quantity=None, amount_discount=0, amount_tax=0, metadata={},
)  # fmt: skip

SESSION = ObjectTemplate(
    "checkout.session", adaptive_pricing={"enabled": False}, after_expiration=None,
    allow_promotion_codes=None, allowed_payment_method_types=None,
    automatic_tax={"enabled": False, "liability": None, "provider": None,
    "status": None}, billing_address_collection=None, cancel_url=None, client_reference_id=None,
    client_secret=None, collected_information=None, consent=None, consent_collection=None,
    currency_conversion=None, custom_fields=[], custom_text={"after_submit": None, "shipping_address": None,
    "submit": None, "terms_of_service_acceptance": None}, customer=None, customer_account=None,
    customer_creation="if_required", customer_details=None, customer_email=None, discounts=[],
    integration_identifier=None, invoice=None, invoice_creation=None, managed_payments={"enabled": False},
    livemode=False, locale=None, metadata={}, mode="payment", origin_context=None, payment_intent=None,
    payment_link=None, payment_method_collection="if_required", payment_method_configuration_details=None,
    payment_method_options={"card": {"request_three_d_secure": "automatic"}}, payment_method_types=["card"],
    payment_status="unpaid", permissions=None, phone_number_collection={"enabled": False},
    recovered_from=None, saved_payment_method_options=None, setup_intent=None,
    shipping_address_collection=None, shipping_cost=None, shipping_options=[], status="open",
    submit_type=None, subscription=None, success_url=None, total_details={"amount_discount": 0,
    "amount_shipping": 0, "amount_tax": 0}, ui_mode="hosted_page", url=None, wallet_options=None,
)  # fmt: skip

PAYMENT_INTENT = ObjectTemplate(
    "payment_intent", allowed_payment_method_types=None, amount_capturable=0,
    amount_details={"tip": {}}, amount_received=0, application=None,
    application_fee_amount=None, automatic_payment_methods=None, canceled_at=None, cancellation_reason=None,
    capture_method="automatic_async", confirmation_method="automatic", customer_account=None,
    excluded_payment_method_types=None, last_payment_error=None, latest_charge=None, livemode=False,
    managed_payments={"enabled": False}, next_action=None,
    on_behalf_of=None, payment_method=None, payment_method_configuration_details=None,
    payment_method_options={"card": {"installments": None, "mandate_options": None, "network": None,
    "request_three_d_secure": "automatic"}}, payment_method_types=["card"], payment_record=None,
    processing=None,
    receipt_email=None, review=None, setup_future_usage=None, shipping=None, source=None,
    statement_descriptor=None, status="requires_payment_method", transfer_data=None, transfer_group=None,
)  # fmt: skip

MANDATE = ObjectTemplate("mandate", livemode=False, multi_use={}, status="active", type="multi_use")

PAYMENT_METHOD = ObjectTemplate(
    "payment_method", allow_redisplay="limited", customer=None, customer_account=None, livemode=False,
    metadata={},
)  # fmt: skip

CHARGE = ObjectTemplate(
    "charge", amount_captured=0, amount_refunded=0, application=None, application_fee=None,
    application_fee_amount=None, balance_transaction=None, calculated_statement_descriptor="TWIN* TEST GIFT",
    captured=False, disputed=False, failure_balance_transaction=None, failure_code=None, failure_message=None,
    fraud_details={}, livemode=False, on_behalf_of=None, outcome=None, paid=False, radar_options={},
    receipt_number=None, receipt_url=None, refunded=False, review=None, shipping=None, source=None,
    source_transfer=None, statement_descriptor=None, status="pending", transfer_data=None,
)  # fmt: skip

BALANCE_TRANSACTION = ObjectTemplate(
    "balance_transaction", balance_type="payments", description=None, exchange_rate=None, fee_details=[],
    status="pending",
)  # fmt: skip

CUSTOMER = ObjectTemplate(
    "customer", address=None, balance=0, currency=None, customer_account=None, default_source=None,
    delinquent=False, description=None, discount=None, email=None, invoice_settings={"custom_fields": None,
    "default_payment_method": None, "footer": None, "rendering_options": None}, livemode=False, metadata={},
    name=None, next_invoice_sequence=1, phone=None, preferred_locales=[], shipping=None, tax_exempt="none",
    test_clock=None,
)  # fmt: skip

_NO_TAX = {"disabled_reason": None, "enabled": False, "liability": None}
_SELF = {"type": "self"}

SUBSCRIPTION = ObjectTemplate(
    "subscription", application=None, application_fee_percent=None, automatic_tax=_NO_TAX,
    billing_cycle_anchor_config=None, billing_mode={"flexible": {"proration_discounts": "included"},
    "type": "flexible"}, billing_schedules=[], billing_thresholds=None, cancel_at=None,
    cancel_at_period_end=False, canceled_at=None, cancellation_details={"comment": None, "feedback": None,
    "feedback_option": None, "reason": None}, collection_method="charge_automatically", customer_account=None,
    days_until_due=None, default_payment_method=None, default_source=None, default_tax_rates=[],
    description=None, discounts=[], ended_at=None, invoice_settings={"account_tax_ids": None,
    "custom_fields": None, "description": None, "footer": None, "issuer": _SELF}, latest_invoice=None,
    livemode=False, managed_payments={"enabled": False}, metadata={},
    next_pending_invoice_item_invoice=None, on_behalf_of=None, pause_collection=None,
    payment_settings={"payment_method_options": None, "payment_method_types": None,
    "save_default_payment_method": "off"}, pending_invoice_item_interval=None, pending_setup_intent=None,
    pending_update=None, schedule=None, status="active", test_clock=None, transfer_data=None, trial_end=None,
    trial_settings={"end_behavior": {"billing_cycle_anchor": None,
    "missing_payment_method": "create_invoice"}}, trial_start=None,
)  # fmt: skip

SUBSCRIPTION_ITEM = ObjectTemplate(
    "subscription_item", billing_thresholds=None, current_trial=None, discounts=[], metadata={}, quantity=1,
    tax_rates=[],
)  # fmt: skip

INVOICE = ObjectTemplate(
    "invoice", account_country="GB", account_tax_ids=None, amount_overpaid=0, amount_paid=0,
    amount_paid_off_stripe=0, amount_shipping=0, application=None, attempt_count=0, attempted=False,
    auto_advance=True, automatic_tax={**_NO_TAX, "provider": None, "status": None},
    automatically_finalizes_at=None, billing_reason="subscription_cycle",
    collection_method="charge_automatically", custom_fields=None, customer_account=None,
    customer_address=None, customer_phone=None, customer_shipping=None, customer_tax_exempt="none",
    customer_tax_ids=[], default_payment_method=None, default_source=None, default_tax_rates=[],
    description=None, discounts=[], due_date=None, effective_at=None, ending_balance=None, footer=None,
    from_invoice=None, hosted_invoice_url=None, invoice_pdf=None, issuer=_SELF, last_finalization_error=None,
    latest_revision=None, livemode=False, metadata={}, next_payment_attempt=None, number=None,
    on_behalf_of=None, payment_settings={"default_mandate": None, "payment_method_options": None,
    "payment_method_types": None}, post_payment_credit_notes_amount=0, pre_payment_credit_notes_amount=0,
    receipt_number=None, rendering=None, shipping_cost=None, shipping_details=None, starting_balance=0,
    statement_descriptor=None, status="draft", status_transitions={"finalized_at": None,
    "marked_uncollectible_at": None, "paid_at": None, "voided_at": None}, test_clock=None,
    total_discount_amounts=[], total_pretax_credit_amounts=[], total_taxes=[], webhooks_delivered_at=None,
)  # fmt: skip

INVOICE_LINE = ObjectTemplate(
    "line_item", discount_amounts=[], discountable=True, discounts=[], livemode=False, metadata={},
    pretax_credit_amounts=[], quantity=1, taxes=[],
)  # fmt: skip

INVOICE_PAYMENT = ObjectTemplate(
    "invoice_payment", amount_paid=None, is_default=True, livemode=False, status="open",
    status_transitions={"canceled_at": None, "paid_at": None},
)  # fmt: skip

PORTAL_SESSION = ObjectTemplate(
    "billing_portal.session", customer_account=None, flow=None, livemode=False, locale=None,
    on_behalf_of=None, return_url=None,
)  # fmt: skip

PAYMENT_LINK = ObjectTemplate(
    "payment_link", active=True, allow_promotion_codes=False, application=None, application_fee_amount=None,
    application_fee_percent=None, automatic_tax={"enabled": False, "liability": None},
    billing_address_collection="auto", consent_collection=None, custom_fields=[],
    custom_text={"after_submit": None, "shipping_address": None, "submit": None,
    "terms_of_service_acceptance": None}, inactive_message=None, invoice_creation={"enabled": False,
    "invoice_data": None}, livemode=False, managed_payments={"enabled": False}, metadata={}, on_behalf_of=None,
    optional_items=None, payment_method_collection="always", payment_method_types=None,
    phone_number_collection={"enabled": False}, restrictions=None, shipping_address_collection=None,
    shipping_options=[], submit_type="auto", subscription_data=None, tax_id_collection={"enabled": False,
    "required": "never"}, transfer_data=None,
)  # fmt: skip

ENDPOINT = ObjectTemplate(
    "webhook_endpoint", api_version=None, application=None, description=None, enabled_events=["*"],
    livemode=False, metadata={}, status="enabled",
)  # fmt: skip

REFUND = ObjectTemplate(
    "refund", balance_transaction=None, customer_account=None, metadata={}, payment_intent=None, reason=None,
    receipt_number=None, source_transfer_reversal=None, status="pending", transfer_reversal=None,
)  # fmt: skip

_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
).split()

DISPUTE = ObjectTemplate(
    "dispute", balance_transactions=[], enhanced_eligibility_types=[], evidence={**dict.fromkeys(_EVIDENCE),
    "enhanced_evidence": {}}, intended_submission_method=None, is_charge_refundable=False, livemode=False, metadata={},
)  # fmt: skip
EVIDENCE = tuple(_EVIDENCE)

PAYOUT = ObjectTemplate(
    "payout", application_fee=None, application_fee_amount=None, balance_transaction=None,
    description="STRIPE PAYOUT", failure_balance_transaction=None, failure_code=None, failure_message=None,
    livemode=False, metadata={}, method="standard", original_payout=None, payout_method=None,
    reversed_by=None, source_type="card", statement_descriptor=None, status="pending", trace_id=None,
    type="bank_account",
)  # fmt: skip
