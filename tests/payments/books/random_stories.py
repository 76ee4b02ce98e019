"""Random stories: by a seed, some of everything that may happen to an organisation's account at Stripe."""

import random
from collections.abc import Callable

from ledger.money import EUR, GBP, JPY, USD, Currency, Money
from payments.gifts.gift import Gift, GiftState
from payments.gifts.recurring import Recurring, instalment_id
from payments.reading.happenings import (
    NO_RECURRING_GIFT,
    BalanceChanged,
    Category,
    CheckoutReported,
    InvoicePaid,
    InvoiceReported,
    PayoutArrived,
    PayoutReturned,
    StatusChanged,
    StatusObject,
    SubscriptionReported,
)
from tests.books.model import Shares
from tests.payments.books.story import Payment, Story

_SHARES: tuple[Shares, ...] = (((1, 1),), ((2, 1),), ((1, 1), (2, 1), (3, 1)), ((3, 5), (1, 2)))
_CURRENCIES = ((GBP, GBP),) * 6 + ((EUR, EUR), (EUR, GBP), (USD, GBP), (JPY, GBP))
"""What donors pay in, and what Stripe holds it in."""
LATE_LINKS = 5  # every fifth story may be reported with links that come after the lines of their payments
_NOBODYS_RECURRING = "99999999-0000-4000-8000-000000000000"


def random_story(seed: int) -> Story:
    """A story of three to seven parts."""
    chance = random.Random(seed)
    story = Story(seed, chance)
    for part in chance.choices(_PARTS, k=chance.randint(3, 7)):
        part(story)
    return story


def _gift_by_card(story: Story) -> None:
    """A gift, in any currency, of which some may go back; rarely another amount is charged than was asked for."""
    currency, held_in = story.chance.choice(_CURRENCIES)
    gift, amount = _pledge(story, currency)
    if story.chance.random() < 0.1:
        amount = Money(amount.minor + 1, currency)
        story.odd_gifts.add(gift.id)
    payment = _payment_of(story, gift, amount, held_in)
    if payment.gift is None or story.chance.random() < 0.5:
        _linked(story, gift, payment, story.sessions[gift.id])
    _paid(story, gift, payment)
    _goes_back(story, payment)


def _gift_paid_twice(story: Story) -> None:
    """The donor paid an earlier checkout as well: it is booked, and the gift is received once."""
    gift, amount = _pledge(story, GBP)
    for session in (story.name("cs"), story.sessions[gift.id]):
        payment = _payment_of(story, gift, amount, GBP)
        _linked(story, gift, payment, session)
        _paid(story, gift, payment)
        _goes_back(story, payment)
    story.second_payments += 1
    story.odd_gifts.add(gift.id)


def _gift_not_paid(story: Story) -> None:
    """The checkout expired; or an earlier one of the same gift did, which says nothing."""
    gift, _ = _pledge(story, GBP)
    if story.chance.random() < 0.5:
        story.add(CheckoutReported(story.name("cs"), gift.id, None, GiftState.EXPIRED))
    else:
        story.add(CheckoutReported(story.sessions[gift.id], gift.id, None, GiftState.EXPIRED))
        story.states[gift.id] = GiftState.EXPIRED


def _gift_by_debit(story: Story) -> None:
    """A bank debit: confirmed after days, or it fails; what failed late may be collected again."""
    gift, amount = _pledge(story, GBP)
    payment = _payment_of(story, gift, amount, GBP)
    if payment.gift is None or story.chance.random() < 0.5:
        _linked(story, gift, payment, story.sessions[gift.id], GiftState.PROCESSING)
    else:
        story.add(CheckoutReported(story.sessions[gift.id], gift.id, None, GiftState.PROCESSING))
    story.states[gift.id] = GiftState.PROCESSING
    fate = story.chance.choice(("waits", "fails", "fails then succeeds", "succeeds", "fails late", "fails late"))
    if fate.startswith("fails") and fate != "fails late":
        story.failed_first(payment)
        if story.chance.random() < 0.5:
            _linked(story, gift, payment, story.sessions[gift.id], GiftState.FAILED)
        story.states[gift.id] = GiftState.FAILED
    if fate in ("succeeds", "fails then succeeds"):
        _paid(story, gift, payment)
        _goes_back(story, payment)
    if fate == "fails late":
        _fails_late(story, gift, payment)


def _fails_late(story: Story, gift: Gift, payment: Payment) -> None:
    for _ in range(story.chance.randint(1, 2)):
        charge = _paid(story, gift, payment)
        story.taken_back(payment, charge)
        story.taken_back_settled(payment)
    if story.chance.random() < 0.5:
        _paid(story, gift, payment)
        _goes_back(story, payment)


def _recurring_gift(story: Story) -> None:
    """A first instalment and up to three more, some of which cannot be collected."""
    chance = story.chance
    amount = Money(chance.randint(200, 9_000), GBP)
    recurring = story.pledge_recurring(amount, chance.choice(_SHARES))
    first, subscription = recurring.first_gift, story.name("sub")
    story.add(SubscriptionReported(subscription, recurring.id))
    story.add(CheckoutReported(story.sessions[first], first, None, None))
    _instalment(story, recurring, amount, is_first=True)
    for _ in range(chance.randint(0, 3)):
        if chance.random() < 0.2:
            story.add(InvoiceReported(story.name("in"), recurring.id, first=False))
        else:
            amount = amount if chance.random() < 0.7 else Money(chance.randint(200, 9_000), GBP)
            _instalment(story, recurring, amount, is_first=False)
    story.add(StatusChanged(StatusObject.SUBSCRIPTION, subscription))


def _instalment(story: Story, recurring: Recurring, amount: Money, *, is_first: bool) -> None:
    """One invoice. It may be paid twice; its debit may fail late, and be collected again."""
    chance, invoice = story.chance, story.name("in")
    shares = tuple((share.campaign, share.weight) for share in recurring.shares)
    gift = recurring.first_gift if is_first else instalment_id(invoice)
    story.states[gift] = GiftState.RECEIVED
    story.invoices[gift] = invoice
    payments = [
        Payment(intent, intent, amount, shares, None, GBP)
        for intent in (story.name("pi"), story.name("pi"))[: 2 if chance.random() < 0.25 else 1]
    ]
    if len(payments) > 1:
        story.second_payments += 1
        story.odd_gifts.add(gift)
    story.add(InvoiceReported(invoice, recurring.id, is_first))
    # Also in an old shape, which leaves the subscription out: what it reports may come before the lines.
    if story.number % LATE_LINKS == 0 and chance.random() < 0.3:
        story.add(InvoiceReported(invoice, NO_RECURRING_GIFT, first=False))
    for payment in payments:
        story.add(InvoicePaid(invoice, payment.id))
        charge = story.taken(payment)
        _shows(story, payment)
        if chance.random() < 0.15:
            story.taken_back(payment, charge)
            story.taken_back_settled(payment)
            if chance.random() < 0.5:
                continue
            story.taken(payment)
            _shows(story, payment)
        _goes_back(story, payment)


def _somebody_elses_payment(story: Story) -> None:
    """A ticket, a membership fee by invoice, or a recurring gift that another system keeps."""
    chance = story.chance
    intent = story.name("pi") if chance.random() < 0.8 else None
    payment = Payment(intent or story.name("ch"), intent, Money(chance.randint(200, 9_000), GBP), None, None, GBP)
    kind = chance.choice(("ticket", "ticket", "checkout", "membership", "another system's"))
    if kind == "checkout":
        story.add(CheckoutReported(story.name("cs"), _NOBODYS_RECURRING, intent, None))
    if kind in ("membership", "another system's"):
        invoice = story.name("in")
        recurring = NO_RECURRING_GIFT if kind == "membership" else _NOBODYS_RECURRING
        story.add(InvoicePaid(invoice, payment.id), InvoiceReported(invoice, recurring, chance.random() < 0.5))
    charge = story.taken(payment)
    story.settled(payment, chance.randint(0, 60))
    if chance.random() < 0.2:
        story.taken_back(payment, charge)
        story.taken_back_settled(payment)
    else:
        _goes_back(story, payment)


def _payout(story: Story) -> None:
    """Sent, and arrived or not, and perhaps come back; Stripe debits the bank when the amount is negative."""
    chance, payout, of = story.chance, story.name("po"), story.chance.choice((GBP, GBP, GBP, EUR))
    minor = chance.randint(1, 20_000) * chance.choice((1, 1, 1, -1))
    fate = chance.choice(("under way", "arrived", "arrived", "returned", "never arrived", "left before our time"))
    if fate != "left before our time":
        story.own_line(Category.PAYOUT, -minor, payout, of)
        story.model.sent(payout, minor, of.code)
    if fate in ("arrived", "returned", "left before our time"):
        story.add(PayoutArrived(payout, Money(minor, of), story.later().date()))
    if fate in ("arrived", "returned"):
        story.model.arrives(payout)
    if fate in ("returned", "never arrived"):
        story.add(PayoutReturned(payout, Money(minor, of), story.later()))
        story.own_line(Category.PAYOUT_RETURNED, minor, payout, of)
        story.model.came_back(payout)
    story.add(StatusChanged(StatusObject.PAYOUT, payout), BalanceChanged())


_OWN = {
    Category.STRIPE_FEE: "fees",
    Category.TOP_UP: "bank",
    Category.ADJUSTMENT: "adjustments",
    Category.OTHER: "other",
    Category.UNKNOWN: "suspense",
}


def _own_line(story: Story) -> None:
    """What Stripe does by itself: fees, reserves, and what we know no word for."""
    category = story.chance.choice(list(_OWN))
    minor = story.chance.randint(-3_000, 3_000)
    story.own_line(category, minor)
    story.model.moved(_OWN[category], minor)


def _pledge(story: Story, currency: Currency) -> tuple[Gift, Money]:
    amount = Money(story.chance.randint(200, 9_000), currency)
    return story.pledge(amount, story.chance.choice(_SHARES)), amount


def _payment_of(story: Story, gift: Gift, amount: Money, held_in: Currency) -> Payment:
    """A payment of this gift. Its charge's own metadata may say so; else a session must."""
    intent = story.name("pi")
    shares = tuple((share.campaign, share.amount.minor) for share in gift.allocations)
    return Payment(intent, intent, amount, shares, story.chance.choice((gift.id, None)), held_in)


def _linked(story: Story, gift: Gift, payment: Payment, session: str, state: GiftState | None = None) -> None:
    """A session of the gift leads to this payment, and may say how the gift stands; it may say so twice."""
    if story.chance.random() < 0.2:
        story.add(CheckoutReported(session, gift.id, None, state))
    story.add(CheckoutReported(session, gift.id, payment.intent, state))


def _paid(story: Story, gift: Gift, payment: Payment) -> str:
    story.states[gift.id] = GiftState.RECEIVED
    charge = story.taken(payment)
    _shows(story, payment)
    return charge


def _shows(story: Story, payment: Payment) -> None:
    """Nearly all money has settled by the end of a story."""
    if story.chance.random() < 0.9:
        story.settled(payment, story.chance.randint(0, 60))


def _goes_back(story: Story, payment: Payment) -> None:
    """Some of it is refunded, once or twice; some of what is left is disputed."""
    chance, left = story.chance, payment.amount.minor
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        minor = chance.randint(1, left)
        refund = story.refunded(payment, minor)
        fate = chance.choice(("agreed", "settled", "settled", "fails", "called off"))
        if fate in ("settled", "fails"):
            story.refund_settled(refund, payment, -minor)
        if fate in ("fails", "called off"):
            story.undone(refund, payment, minor)
        if fate == "fails":
            story.refund_settled(refund, payment, minor)
        left -= minor if fate in ("agreed", "settled") else 0
        if not left:
            return
    if chance.random() < 0.25:
        _is_disputed(story, payment, chance.randint(1, left))


def _is_disputed(story: Story, payment: Payment, minor: int) -> None:
    """The bank takes it with a fee; it may give all of it back with the fee, or a part without."""
    dispute = story.name("du")
    story.disputed(dispute, payment, -minor, 2000)
    verdict = story.chance.choice(("open", "won", "won in part"))
    if verdict == "won":
        story.disputed(dispute, payment, minor, -2000)
    if verdict == "won in part" and minor > 1:
        story.disputed(dispute, payment, minor // 2, 0)
    story.add(StatusChanged(StatusObject.DISPUTE, dispute), BalanceChanged())


_PARTS: tuple[Callable[[Story], None], ...] = (
    _gift_by_card, _gift_by_card, _gift_by_card, _gift_by_debit, _gift_by_debit, _recurring_gift, _recurring_gift,
    _somebody_elses_payment, _payout, _own_line, _gift_not_paid, _gift_paid_twice,
)  # fmt: skip
