"""Apply what was told: add the facts, post the entries that follow, move gifts, number receipts, queue jobs.

Everything here happens in one `booking` transaction that the caller opens and commits. Facts are sets: any
order, loss and repetition of deliveries ends in the same books.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.engine import Connection

import campaigns.store
import ledger.store
import receipts.store
from ledger.entry import ConflictingEntry, book_date
from payments import store
from payments.bookkeeping import gift_entries
from payments.gifts import Gift, GiftState, shares_of
from payments.happenings import ChargeSucceeded, CheckoutTold, Happening
from receipts.jobs import queue_prints
from receipts.receipt import Draft, Line
from web.organisation import Organisation

_ENDS = (GiftState.EXPIRED, GiftState.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """A happening and the delivery (or reconcile run) that told us."""

    happening: Happening
    cause: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A gift and the charge that paid it: a pair that has become known."""

    gift: Gift
    charge: ChargeSucceeded
    day: date
    cause: str


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Applies happenings for one organisation, whose days are those of `zone`."""

    organisation: Organisation
    zone: tzinfo
    mode: str

    def apply(self, conn: Connection, told: Sequence[Told], now: datetime) -> None:
        """Bring the books to what these happenings make known; applying one again changes nothing."""
        checkouts = [(one.happening, one.cause) for one in told if isinstance(one.happening, CheckoutTold)]
        charges: dict[str, tuple[ChargeSucceeded, str]] = {}
        for one in told:
            if isinstance(one.happening, ChargeSucceeded):
                first, _ = charges.setdefault(one.happening.charge, (one.happening, one.cause))
                _require_same(one.happening, _fact(first))
        known = _known_gifts(conn, charges.values(), [one for one, _ in checkouts])
        ours = [(one, cause) for one, cause in checkouts if one.gift in known]
        _tell_checkouts(conn, [one for one, _ in ours], known)
        pairs = _new_pairs(conn, list(charges.values()), known) + _awaited_pairs(conn, ours, known)
        self._receive([self._paid(*pair) for pair in pairs], conn, now)

    def _paid(self, gift: Gift, charge: ChargeSucceeded, cause: str) -> Paid:
        return Paid(gift, charge, book_date(charge.at, self.zone), cause)

    def _receive(self, paid: Sequence[Paid], conn: Connection, now: datetime) -> None:
        if not paid:
            return
        ledger.store.post(
            conn,
            [entry for one in paid for entry in gift_entries(one.charge, one.gift, one.day, one.cause)],
            now,
        )
        first, later = _first_payments(paid)
        store.receive(conn, [(one.gift, one.charge, one.day) for one in first])
        self._give_receipts(conn, first, now)
        odd = [(one.gift, one.charge, why) for one in first if (why := _odd(one))]
        odd += [(one.gift, one.charge, "second_payment") for one in later]
        store.note_discrepancies(conn, odd, now)

    def _give_receipts(self, conn: Connection, paid: Sequence[Paid], now: datetime) -> None:
        titles = campaigns.store.campaign_titles(
            conn, {share.campaign for one in paid for share in one.gift.allocations}
        )
        drafts = [self._draft(one, titles) for one in paid]
        numbers = receipts.store.issue(conn, drafts, issued_on=book_date(now, self.zone), now=now)
        queue_prints(conn, numbers, now=now)

    def _draft(self, paid: Paid, titles: dict[int, str]) -> Draft:
        shares = zip(paid.gift.allocations, shares_of(paid.charge.amount, paid.gift), strict=True)
        return Draft(
            gift_id=paid.gift.id,
            given_on=paid.day,
            donor_name=paid.gift.donor.name,
            lines=tuple(Line(titles[share.campaign], amount) for share, amount in shares if amount),
            method=paid.charge.method,
            reference=paid.gift.reference,
            organisation=self.organisation,
            mode=self.mode,
        )


def _known_gifts(
    conn: Connection, charges: Iterable[tuple[ChargeSucceeded, str]], checkouts: Sequence[CheckoutTold]
) -> dict[str, Gift]:
    """The gifts that these happenings name, as far as they are ours."""
    named = {charge.gift for charge, _ in charges if charge.gift} | {one.gift for one in checkouts}
    return store.gifts(conn, named)


def _tell_checkouts(conn: Connection, checkouts: Sequence[CheckoutTold], known: dict[str, Gift]) -> None:
    """Add what sessions tell: the link to a payment intent, and a state where it is a rise."""
    if not checkouts:
        return
    store.add_checkouts(conn, checkouts)
    rises: defaultdict[str, GiftState] = defaultdict(lambda: GiftState.PENDING)
    for one in checkouts:
        gift = known[one.gift]
        if one.state in _ENDS and gift.session_id not in (None, one.session):
            continue  # an earlier session ended; its donor was sent to another since
        if one.state and one.state.rank > max(gift.state.rank, rises[one.gift].rank):
            rises[one.gift] = one.state
    store.raise_states(conn, {gift: state for gift, state in rises.items() if state is not GiftState.PENDING})


def _new_pairs(
    conn: Connection, told: Sequence[tuple[ChargeSucceeded, str]], known: dict[str, Gift]
) -> list[tuple[Gift, ChargeSucceeded, str]]:
    """Add charges to the facts; return those that are new and whose gift is known."""
    before = store.known_charges(conn, [charge.charge for charge, _ in told]) if told else {}
    for charge, _ in told:
        _require_same(charge, before.get(charge.charge, _fact(charge)))
    new = sorted((pair for pair in told if pair[0].charge not in before), key=lambda pair: pair[0].charge)
    gift_of = _gifts_of(conn, [charge for charge, _ in new], known)
    store.add_charges(conn, [charge for charge, _ in new], gift_of)
    found = store.gifts(conn, set(gift_of.values()) - set(known)) | known
    return [(found[gift_of[one.charge]], one, cause) for one, cause in new if one.charge in gift_of]


def _fact(charge: ChargeSucceeded) -> tuple[str, str, int]:
    return charge.payment, charge.amount.currency.code, charge.amount.minor


def _require_same(charge: ChargeSucceeded, known: tuple[str, str, int]) -> None:
    """The same charge with other contents is an alarm, never a silent skip."""
    if _fact(charge) != tuple(known):
        raise ConflictingEntry(f"{charge.charge} was told before with another payment, currency or amount")


def _gifts_of(conn: Connection, charges: Sequence[ChargeSucceeded], known: dict[str, Gift]) -> dict[str, str]:
    """Whose payment is it: the charge's own metadata says, or the checkout that led to it."""
    gift_of = {one.charge: one.gift for one in charges if one.gift in known and one.gift}
    others = [one for one in charges if one.charge not in gift_of and one.payment_intent]
    if others:
        linked = store.gifts_of_intents(conn, [one.payment_intent for one in others if one.payment_intent])
        gift_of |= {
            one.charge: linked[one.payment_intent]
            for one in others
            if one.payment_intent and one.payment_intent in linked
        }
    return gift_of


def _awaited_pairs(
    conn: Connection, checkouts: Sequence[tuple[CheckoutTold, str]], known: dict[str, Gift]
) -> list[tuple[Gift, ChargeSucceeded, str]]:
    """Charges that came before the checkout which says whose they are."""
    told = {one.payment_intent: (one.gift, cause) for one, cause in checkouts if one.payment_intent}
    pairs = []
    for charge in store.waiting_charges(conn, list(told)):
        gift_id, cause = told[charge.payment]  # a charge with an intent is the payment of that intent
        store.claim_charge(conn, charge.charge, gift_id)
        pairs.append((known[gift_id], charge, cause))
    return pairs


def _first_payments(paid: Sequence[Paid]) -> tuple[list[Paid], list[Paid]]:
    """A gift is received once; what pays it again is booked, but has no receipt and is listed."""
    first: dict[str, Paid] = {}
    later = []
    for one in sorted(paid, key=lambda one: (one.charge.at, one.charge.charge)):
        if one.gift.payment is not None or one.gift.id in first:
            later.append(one)
        else:
            first[one.gift.id] = one
    return list(first.values()), later


def _odd(paid: Paid) -> str | None:
    """Why a charge is not what was asked for, if it is not."""
    asked, charged = paid.gift.amount, paid.charge.amount
    if asked.currency != charged.currency:
        return "currency"
    return "amount" if asked != charged else None
