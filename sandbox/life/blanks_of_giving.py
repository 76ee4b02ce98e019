"""The blanks of standing gifts: customers, subscriptions, invoices."""

from sandbox.state.blank import Blank

CUSTOMER = Blank(
    "customer", address=None, balance=0, currency=None, customer_account=None, default_source=None,
    delinquent=False, description=None, discount=None, email=None, invoice_settings={"custom_fields": None,
    "default_payment_method": None, "footer": None, "rendering_options": None}, livemode=False, metadata={},
    name=None, next_invoice_sequence=1, phone=None, preferred_locales=[], shipping=None, tax_exempt="none",
    test_clock=None,
)  # fmt: skip

_NO_TAX = {"disabled_reason": None, "enabled": False, "liability": None}
_SELF = {"type": "self"}

SUBSCRIPTION = Blank(
    "subscription", application=None, application_fee_percent=None, automatic_tax=_NO_TAX,
    billing_cycle_anchor_config=None, billing_mode={"flexible": {"proration_discounts": "included"},
    "type": "flexible"}, billing_schedules=[], billing_thresholds=None, cancel_at=None,
    cancel_at_period_end=False, canceled_at=None, cancellation_details={"comment": None, "feedback": None,
    "feedback_option": None, "reason": None}, collection_method="charge_automatically", customer_account=None,
    days_until_due=None, default_payment_method=None, default_source=None, default_tax_rates=[],
    description=None, discounts=[], ended_at=None, invoice_settings={"account_tax_ids": None,
    "custom_fields": None, "footer": None, "issuer": _SELF}, latest_invoice=None, livemode=False, metadata={},
    next_pending_invoice_item_invoice=None, on_behalf_of=None, pause_collection=None,
    payment_settings={"payment_method_options": None, "payment_method_types": None,
    "save_default_payment_method": "off"}, pending_invoice_item_interval=None, pending_setup_intent=None,
    pending_update=None, schedule=None, status="active", test_clock=None, transfer_data=None, trial_end=None,
    trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}}, trial_start=None,
)  # fmt: skip

SUBSCRIPTION_ITEM = Blank(
    "subscription_item", billing_thresholds=None, discounts=[], metadata={}, quantity=1, tax_rates=[],
)  # fmt: skip

INVOICE = Blank(
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

INVOICE_LINE = Blank(
    "line_item", discount_amounts=[], discountable=True, discounts=[], livemode=False, metadata={},
    pretax_credit_amounts=[], quantity=1, taxes=[],
)  # fmt: skip

INVOICE_PAYMENT = Blank(
    "invoice_payment", amount_paid=None, is_default=True, livemode=False, status="open",
    status_transitions={"canceled_at": None, "paid_at": None},
)  # fmt: skip

PORTAL_SESSION = Blank(
    "billing_portal.session", customer_account=None, flow=None, livemode=False, locale=None,
    on_behalf_of=None, return_url=None,
)  # fmt: skip

ENDPOINT = Blank(
    "webhook_endpoint", api_version=None, application=None, description=None, enabled_events=["*"],
    livemode=False, metadata={}, status="enabled",
)  # fmt: skip
