"""The blanks of every kind of object: complete in the fields of API 2026-10-28.endive, and empty."""

from sandbox.state.blank import Blank

PRODUCT = Blank(
    "product", active=True, attributes=[], default_price=None, description=None, images=[], livemode=False,
    marketing_features=[], metadata={}, package_dimensions=None, shippable=None, statement_descriptor=None,
    tax_code=None, type="service", unit_label=None, url=None,
)  # fmt: skip

PRICE = Blank(
    "price", active=True, billing_scheme="per_unit", custom_unit_amount=None, livemode=False, lookup_key=None,
    metadata={}, nickname=None, recurring=None, tax_behavior="unspecified", tiers_mode=None,
    transform_quantity=None, type="one_time",
)  # fmt: skip

LINE_ITEM = Blank(
    "item", adjustable_quantity=None, amount_discount=0, amount_tax=0, metadata={},
)  # fmt: skip

SESSION = Blank(
    "checkout.session", adaptive_pricing={"enabled": False}, after_expiration=None,
    allow_promotion_codes=None, automatic_tax={"enabled": False, "liability": None, "provider": None,
    "status": None}, billing_address_collection=None, cancel_url=None, client_reference_id=None,
    client_secret=None, collected_information=None, consent=None, consent_collection=None,
    currency_conversion=None, custom_fields=[], custom_text={"after_submit": None, "shipping_address": None,
    "submit": None, "terms_of_service_acceptance": None}, customer=None, customer_account=None,
    customer_creation="if_required", customer_details=None, customer_email=None, discounts=[], invoice=None,
    livemode=False, locale=None, metadata={}, mode="payment", origin_context=None, payment_intent=None,
    payment_link=None, payment_method_collection="if_required", payment_method_configuration_details=None,
    payment_method_options={"card": {"request_three_d_secure": "automatic"}}, payment_method_types=["card"],
    payment_status="unpaid", permissions=None, phone_number_collection={"enabled": False},
    recovered_from=None, saved_payment_method_options=None, setup_intent=None,
    shipping_address_collection=None, shipping_cost=None, shipping_options=[], status="open",
    submit_type=None, subscription=None, success_url=None, total_details={"amount_discount": 0,
    "amount_shipping": 0, "amount_tax": 0}, ui_mode="hosted_page", url=None, wallet_options=None,
)  # fmt: skip

PAYMENT_INTENT = Blank(
    "payment_intent", amount_capturable=0, amount_details={"tip": {}}, amount_received=0, application=None,
    application_fee_amount=None, automatic_payment_methods=None, canceled_at=None, cancellation_reason=None,
    capture_method="automatic_async", confirmation_method="automatic", customer_account=None,
    excluded_payment_method_types=None, last_payment_error=None, latest_charge=None, livemode=False,
    next_action=None, on_behalf_of=None, payment_method=None, payment_method_configuration_details=None,
    payment_method_options={"card": {"installments": None, "mandate_options": None, "network": None,
    "request_three_d_secure": "automatic"}}, payment_method_types=["card"], processing=None,
    receipt_email=None, review=None, setup_future_usage=None, shipping=None, source=None,
    statement_descriptor=None, status="requires_payment_method", transfer_data=None, transfer_group=None,
)  # fmt: skip

MANDATE = Blank("mandate", livemode=False, multi_use={}, status="active", type="multi_use")

PAYMENT_METHOD = Blank(
    "payment_method", allow_redisplay="limited", customer=None, customer_account=None, livemode=False,
    metadata={},
)  # fmt: skip

CHARGE = Blank(
    "charge", amount_captured=0, amount_refunded=0, application=None, application_fee=None,
    application_fee_amount=None, balance_transaction=None, calculated_statement_descriptor="TWIN* TEST GIFT",
    captured=False, disputed=False, failure_balance_transaction=None, failure_code=None, failure_message=None,
    fraud_details={}, livemode=False, on_behalf_of=None, outcome=None, paid=False, radar_options={},
    receipt_number=None, receipt_url=None, refunded=False, review=None, shipping=None, source=None,
    source_transfer=None, statement_descriptor=None, status="pending", transfer_data=None,
)  # fmt: skip

BALANCE_TRANSACTION = Blank(
    "balance_transaction", balance_type="payments", description=None, exchange_rate=None, fee_details=[],
    status="pending",
)  # fmt: skip
