"""Stripe's test cards and test bank accounts: each always has the same outcome."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Decline:
    """Why a payment is declined: the API's codes, and the message that the payer reads."""

    code: str
    message: str
    decline_code: str | None = None


@dataclass(frozen=True)
class SampleMethod:
    """A test card or a test bank account. Objects show only the last four digits of its number."""

    number: str
    label: str
    description: str
    kind: str = "card"
    brand: str = "visa"
    funding: str = "credit"
    country: str = "GB"
    wallet: str | None = None
    decline: Decline | None = None
    """Every payment with it is declined."""
    decline_off_session: Decline | None = None
    """Payments without the payer present, such as renewals, are declined."""
    requires_authentication: bool = False
    """The payer must approve the payment at their bank (3-D Secure)."""
    dispute_reason: str | None = None
    """The payment is disputed an hour later, for this reason."""
    refund_outcome: str = "succeeds"
    """A refund "succeeds" at once, "fails" two days later, or "waits" pending for three days."""
    available_immediately: bool = False
    """The payment can be paid out at once."""
    fails_late: bool = False
    """A debit that succeeds, and fails two days later."""
    expires_within: int = 36
    """Months until the card expires."""
    replaced_before_expiry: bool = False
    """The bank replaces the card before it expires, and the card network informs Stripe."""

    @property
    def last4(self) -> str:
        """The last four digits, which objects show."""
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

_PLAIN = SampleMethod("4242424242424242", "Succeeds", "The payment goes through at once.")
_BANK = SampleMethod("00012345", "Bacs Direct Debit", "The money arrives some days later.", kind="bacs_debit", brand="")

_ALL = (
    _PLAIN,
    SampleMethod("4000000000000002", "Declined", "The bank refuses the card without a reason.", decline=DECLINED),
    SampleMethod("4000000000009995", "Insufficient funds", "The account behind the card is empty.", decline=NO_FUNDS),
    SampleMethod(
        "4000002500003155",
        "3-D Secure",
        "The bank asks its customer to approve the payment.",
        requires_authentication=True,
    ),
    SampleMethod(
        "4000000000000259",
        "Disputed later",
        "Paid now; the giver disputes it as fraud soon after.",
        dispute_reason="fraudulent",
    ),
    SampleMethod(
        "4000000000001976", "Questioned later", "Paid now; the bank asks about it soon after.", dispute_reason="inquiry"
    ),
    SampleMethod(
        "4000000000000341", "Renewals fail", "Paid now; every later charge is declined.", decline_off_session=DECLINED
    ),
    SampleMethod(
        "4000002760003184",
        "Approves each time",
        "3-D Secure now, and again at every renewal.",
        requires_authentication=True,
        decline_off_session=UNAPPROVED,
    ),
    SampleMethod(
        "4000000000005126", "Refund fails", "Paid now; a refund of it comes back days later.", refund_outcome="fails"
    ),
    SampleMethod(
        "4000000000007726", "Refund is slow", "Paid now; a refund of it stays pending for days.", refund_outcome="waits"
    ),
    SampleMethod(
        "4000000000000077",
        "Available at once",
        "Paid now; the money can be paid out today.",
        available_immediately=True,
    ),
    SampleMethod("4000003720000278", "Irish card", "Paid by a card from the EU, at a higher fee.", country="IE"),
    SampleMethod(
        "5555555555554444",
        "American Mastercard",
        "Paid by a card from afar, at the highest fee.",
        brand="mastercard",
        country="US",
    ),
    SampleMethod(
        "4000000000445566", "Expires next month", "Paid now; the card expires and is not replaced.", expires_within=1
    ),
    SampleMethod(
        "4000000000112233",
        "Replaced next month",
        "Paid now; the bank replaces the card in time.",
        expires_within=1,
        replaced_before_expiry=True,
    ),
    replace(
        _PLAIN,
        number="apple_pay_4242",
        label="Apple Pay",
        description="A wallet; to us it is a card.",
        wallet="apple_pay",
    ),
    replace(
        _PLAIN,
        number="google_pay_4242",
        label="Google Pay",
        description="A wallet; to us it is a card.",
        wallet="google_pay",
    ),
    _BANK,
    replace(
        _BANK,
        number="22222227",
        label="Bacs, no funds",
        description="The debit fails some days later.",
        decline=EMPTY_ACCOUNT,
    ),
    replace(
        _BANK,
        number="33333335",
        label="Bacs, refused",
        description="The bank rejects the debit some days later.",
        decline=NO_MANDATE,
    ),
    replace(
        _BANK,
        number="55555559",
        label="Bacs, disputed",
        description="The debit succeeds and is taken back at once.",
        dispute_reason="debit_not_authorized",
    ),
    replace(
        _BANK,
        number="66666662",
        label="Bacs, taken back",
        description="The debit succeeds and fails two days later.",
        fails_late=True,
    ),
)

SAMPLE_METHODS: dict[str, SampleMethod] = {sample.number: sample for sample in _ALL}


_COMMON = ("4242424242424242", "4000000000000002", "4000000000009995", "4000002500003155", "00012345")


def method_choices(kinds: list[str]) -> tuple[list[SampleMethod], list[SampleMethod]]:
    """The choices on a payment page, for these kinds of payment method: the common ones, and the others."""
    offered = [sample for sample in _ALL if sample.kind in kinds]
    common = [sample for sample in offered if sample.number in _COMMON]
    return common, [sample for sample in offered if sample not in common]
