"""What became of a refund that was asked for, in words."""

from collections.abc import Mapping

from payments.refunding.request import RefundRequest

DISPUTED = "The donor's bank has disputed the payment: the bank gives the money back if the donor is right."
# Stripe's codes (docs.stripe.com/error-codes), in our words.
REFUSALS: Mapping[str, str] = {
    "charge_already_refunded": "It was refunded in Stripe's dashboard: the books show it once Stripe reports it.",
    "charge_disputed": DISPUTED,
    "refund_disputed_payment": DISPUTED,
    "amount": "It is more than is left of the payment at Stripe: something went back that is not in the books yet. "
    "Wait an hour, and ask again.",
    "amount_too_large": "It is more than Stripe lets go back of this payment.",
    "charge_expired_for_refund": "The payment is too old to be refunded: send the money by bank transfer.",
    "payment_method_not_available": "The donor's card or account is closed: send the money by bank transfer.",
    "charge_not_refundable": "This kind of payment cannot be refunded: send the money by bank transfer.",
    "balance_insufficient": "Stripe holds too little of our money. Wait for the next gifts, or pay in from the bank in "
    "Stripe's dashboard; then ask again.",
    "resource_missing": "Stripe does not know this payment: it was made in another account.",
}  # fmt: skip
OTHER_REFUSAL = "Stripe calls the reason {code}. Its dashboard says more beside the payment."
WAITS: Mapping[str, str] = {
    "insufficient_funds": "Stripe has agreed, and sends it when enough of our money is there: it tries every day. "
    "There is nothing to do.",
    "charge_pending": "Stripe has agreed, and sends it when the payment itself has arrived.",
}
AGREED = "Stripe has agreed. The money is on its way to the donor, and a letter tells them."
UNDONE = "It came back: the donor's bank did not take it, and the money is ours again. Ask the donor for another way."
ASKING = "Stripe is being asked. This takes a few seconds."
NO_RIGHT = (
    "Stripe does not let our key make refunds, so that nothing has gone back yet. Whoever runs this installation allows"
    " it at Stripe: write access to Charges and Refunds (README, Going live). Then it goes back by itself, once."
)
_NO_RIGHT = ("PermissionError", "AuthenticationError")
ASKED_AGAIN = "Stripe has not answered yet. We ask again by ourselves, and it goes back once, however often we ask."


def words_of_request(request: RefundRequest, *, is_undone: bool, error: str = "") -> str:
    """A sentence that says how it stands, and what to do next if there is anything to do.

    `error` is what the last try to ask Stripe ended with, in the words of its job; nothing for none.
    """
    if request.refusal is not None:
        why = REFUSALS.get(request.refusal) or OTHER_REFUSAL.format(code=request.refusal)
        return f"Stripe refused, and nothing went back. {why}"
    if request.is_open:
        return _while_open(error)
    if is_undone:
        return UNDONE
    return WAITS.get(request.waits_for or "", AGREED)


def _while_open(error: str) -> str:
    if not error:
        return ASKING
    return NO_RIGHT if any(name in error for name in _NO_RIGHT) else ASKED_AGAIN
