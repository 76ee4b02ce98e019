"""Why a donor's bank asks for money back, in words."""

# Stripe's reasons (docs.stripe.com/disputes/categories, read 2026-11), in our words.
_REASONS = {
    "bank_cannot_process": "the bank could not take the debit",
    "check_returned": "the cheque was not honoured",
    "credit_not_processed": "the donor was promised a refund and did not get it",
    "customer_initiated": "the donor asked the bank for it",
    "debit_not_authorized": "the donor says that they did not allow the debit",
    "duplicate": "the donor says that they were charged twice",
    "fraudulent": "the donor says that they did not pay it",
    "general": "the bank gives no reason",
    "incorrect_account_details": "the account could not be debited",
    "insufficient_funds": "there was not enough money in the account",
    "product_not_received": "the donor says that they did not get what they paid for",
    "product_unacceptable": "the donor says that it was not what they paid for",
    "subscription_canceled": "the donor says that they had stopped the recurring gift",
    "unrecognized": "the donor does not know what the payment was",
}


def dispute_words(reason: str) -> str:
    """Why, as the end of a sentence; a reason without words of its own is shown as the bank's."""
    return _REASONS.get(reason) or f"the bank's reason is “{reason.replace('_', ' ')}”"
