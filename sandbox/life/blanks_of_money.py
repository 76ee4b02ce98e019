"""The blanks of what moves money back and out: refunds, disputes, payouts."""

from sandbox.state.blank import Blank

REFUND = Blank(
    "refund", balance_transaction=None, metadata={}, payment_intent=None, reason=None, receipt_number=None,
    source_transfer_reversal=None, status="pending", transfer_reversal=None,
)  # fmt: skip

_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
).split()

DISPUTE = Blank(
    "dispute", balance_transactions=[], enhanced_eligibility_types=[], evidence={**dict.fromkeys(_EVIDENCE),
    "enhanced_evidence": {}}, is_charge_refundable=False, livemode=False, metadata={},

)  # fmt: skip
EVIDENCE = tuple(_EVIDENCE)

PAYOUT = Blank(
    "payout", application_fee=None, application_fee_amount=None, balance_transaction=None,
    description="STRIPE PAYOUT", failure_balance_transaction=None, failure_code=None, failure_message=None,
    livemode=False, metadata={}, method="standard", original_payout=None, payout_method=None,
    reversed_by=None, source_type="card", statement_descriptor=None, status="pending", trace_id=None,
    type="bank_account",
)  # fmt: skip
