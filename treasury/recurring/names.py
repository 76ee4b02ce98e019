"""What the desk calls the states of recurring gifts, and the reasons for which banks decline a payment."""

from payments.gifts.recurring import RecurringState

NAMES = {
    RecurringState.PENDING: "Not begun",
    RecurringState.ACTIVE: "Active",
    RecurringState.PAST_DUE: "Payment failed",
    RecurringState.PAUSED: "Paused",
    RecurringState.ENDING: "Ending",
    RecurringState.ENDED: "Ended",
}

# docs.stripe.com/declines/codes, read 2026-11.
_DECLINES = {
    "insufficient_funds": "there was not enough money in the account",
    "expired_card": "the card has expired",
    "lost_card": "the card was reported lost",
    "stolen_card": "the card was reported stolen",
    "do_not_honor": "the bank declined it and gave no reason",
    "generic_decline": "the bank declined it and gave no reason",
    "card_declined": "the bank declined it and gave no reason",
    "call_issuer": "the bank wants its customer to call",
    "card_velocity_exceeded": "the card has reached its limit",
    "withdrawal_count_limit_exceeded": "the card has reached its limit",
    "authentication_required": "the bank wants its customer to approve it",
    "transaction_not_allowed": "the bank does not allow such payments with this card",
    "stop_payment_order": "the donor told the bank to stop it",
    "revocation_of_authorization": "the donor told the bank to stop it",
    "revocation_of_all_authorizations": "the donor told the bank to stop all such payments",
    "debit_not_authorized": "the donor told the bank that the debit was not authorised",
    "account_closed": "the account was closed",
    "no_account": "there is no such account",
    "incorrect_number": "the card's number is not valid any more",
    "invalid_account": "the card or its account is not valid any more",
    "pickup_card": "the bank has blocked the card",
    "restricted_card": "the bank has blocked the card",
    "processing_error": "the bank could not process it",
    "try_again_later": "the bank could not process it",
}


def decline_words(code: str) -> str:
    """Why a payment was declined, as the end of a sentence; a code without words of its own is shown as it is."""
    return _DECLINES.get(code) or f"the bank's reason is “{code.replace('_', ' ')}”"
