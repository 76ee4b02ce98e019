"""Means of payment for tests: cards and bank accounts that always meet the same fate, told in one sentence."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Decline:
    """Why a payment is refused, in the API's codes and in the words that the payer reads."""

    code: str
    message: str
    decline_code: str | None = None


@dataclass(frozen=True)
class Means:
    """A test card or a test bank account. `number` is what the payment page sends; only its end is ever shown."""

    number: str
    label: str
    sentence: str
    kind: str = "card"
    brand: str = "visa"
    funding: str = "credit"
    country: str = "GB"
    wallet: str | None = None
    decline: Decline | None = None
    """Refused whenever it is used."""
    decline_later: Decline | None = None
    """Refused when it is used again without its owner: at a renewal."""
    authenticates: bool = False
    """Its owner must approve the payment (3-D Secure)."""
    disputed: str | None = None
    """The reason for which its owner disputes the payment soon after."""
    refund: str = "succeeds"
    """What becomes of a refund: it succeeds, fails days later, or is pending for days."""
    available_at_once: bool = False
    taken_back: bool = False
    """A debit that succeeds, and fails some days later after all."""
    expires_within: int = 36
    """Months until the card expires."""
    replaced: bool = False
    """The bank sends a new card before this one expires, and Stripe hears of it."""

    @property
    def last4(self) -> str:
        """The only digits that an object ever shows."""
        return self.number[-4:]


DECLINED = Decline("card_declined", "Your card was declined.", "generic_decline")
NO_FUNDS = Decline("card_declined", "Your card has insufficient funds.", "insufficient_funds")
EXPIRED = Decline("expired_card", "Your card has expired.", "expired_card")
UNAPPROVED = Decline(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)
NOT_AUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
EMPTY_ACCOUNT = Decline(
    "insufficient_funds", "The customer's account has insufficient funds to cover this payment.", "insufficient_funds"
)
NO_MANDATE = Decline(
    "debit_not_authorized",
    "The customer has notified their bank that this payment was unauthorized.",
    "debit_not_authorized",
)

_PLAIN = Means("4242424242424242", "Succeeds", "The payment goes through at once.")
_BANK = Means("00012345", "Bacs Direct Debit", "The money arrives some days later.", kind="bacs_debit", brand="")

_ALL = (
    _PLAIN,
    Means("4000000000000002", "Declined", "The bank refuses the card without a reason.", decline=DECLINED),
    Means("4000000000009995", "Insufficient funds", "The account behind the card is empty.", decline=NO_FUNDS),
    Means("4000002500003155", "3-D Secure", "The bank asks its customer to approve the payment.",
          authenticates=True),
    Means("4000000000000259", "Disputed later", "Paid now; the giver disputes it as fraud soon after.",
          disputed="fraudulent"),
    Means("4000000000001976", "Questioned later", "Paid now; the bank asks about it soon after.", disputed="inquiry"),
    Means("4000000000000341", "Renewals fail", "Paid now; every later charge is declined.", decline_later=DECLINED),
    Means("4000002760003184", "Approves each time", "3-D Secure now, and again at every renewal.", authenticates=True,
          decline_later=UNAPPROVED),
    Means("4000000000005126", "Refund fails", "Paid now; a refund of it comes back days later.", refund="fails"),
    Means("4000000000007726", "Refund is slow", "Paid now; a refund of it stays pending for days.", refund="waits"),
    Means("4000000000000077", "Available at once", "Paid now; the money can be paid out today.",
          available_at_once=True),
    Means("4000003720000278", "Irish card", "Paid by a card from the EU, at a higher fee.", country="IE"),
    Means("5555555555554444", "American Mastercard", "Paid by a card from afar, at the highest fee.",
          brand="mastercard", country="US"),
    Means("4000000000445566", "Expires next month", "Paid now; the card expires and is not replaced.",
          expires_within=1),
    Means("4000000000112233", "Replaced next month", "Paid now; the bank replaces the card in time.", expires_within=1,
          replaced=True),
    replace(_PLAIN, number="apple_pay_4242", label="Apple Pay", sentence="A wallet; to us it is a card.",
            wallet="apple_pay"),
    replace(_PLAIN, number="google_pay_4242", label="Google Pay", sentence="A wallet; to us it is a card.",
            wallet="google_pay"),
    _BANK,
    replace(_BANK, number="22222227", label="Bacs, no funds", sentence="The debit fails some days later.",
            decline=EMPTY_ACCOUNT),
    replace(_BANK, number="33333335", label="Bacs, refused", sentence="The bank rejects the debit some days later.",
            decline=NO_MANDATE),
    replace(_BANK, number="55555559", label="Bacs, disputed", sentence="The debit succeeds and is taken back at once.",
            disputed="debit_not_authorized"),
    replace(_BANK, number="66666662", label="Bacs, taken back", sentence="The debit succeeds and fails two days later.",
            taken_back=True),
)  # fmt: skip

MEANS: dict[str, Means] = {means.number: means for means in _ALL}


_FIRST = ("4242424242424242", "4000000000000002", "4000000000009995", "4000002500003155", "00012345")


def chips(kinds: list[str]) -> tuple[list[Means], list[Means]]:
    """What a payment page offers, for these kinds of payment method: the few first choices, and the others."""
    offered = [means for means in _ALL if means.kind in kinds]
    first = [means for means in offered if means.number in _FIRST]
    return first, [means for means in offered if means not in first]
