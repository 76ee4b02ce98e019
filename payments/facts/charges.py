"""Whose payment is it: charges and what links them to gifts, joined in whatever order they come (DESIGN §2)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from payments import store
from payments.facts import store_charges
from payments.facts.bills import gifts_of_bills, tell_bills, tell_subscriptions
from payments.facts.heard import Caused, Heard, once, require_same, unknown
from payments.facts.store_withdrawals import WaitingAndFailed, waiting_and_failed
from payments.gifts import Gift, GiftState
from payments.happenings import ChargeSucceeded, CheckoutTold, PaymentFailed

_ENDS = (GiftState.EXPIRED, GiftState.FAILED)


@dataclass(frozen=True, slots=True)
class Pair:
    """A gift and a charge that paid it, who have just met. `linked`: by a session or an invoice."""

    gift: Gift
    charge: ChargeSucceeded
    cause: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of charges, the gifts that are named, and what of the named payments went back: on its way."""

    charges: Callable[[], dict[str, tuple[str, str, int]]]
    gifts: Callable[[], dict[str, Gift]]
    payments: frozenset[str]
    went_back: WaitingAndFailed


@dataclass(frozen=True, slots=True)
class Joined:
    """What a batch made known: pairs, and the payments that a session or an invoice told of, with their cause.

    `causes`: every payment of which something was learned by that, with the cause; `went_back`: what is kept of
    theirs that went back, on its way.
    """

    pairs: Sequence[Pair]
    links: Mapping[str, str]
    causes: Mapping[str, str]
    went_back: WaitingAndFailed


def ask(conn: Connection, heard: Heard) -> Known:
    """Ask which of the charges are known, for the gifts that charges and sessions name, and what went back of theirs.

    All that can be asked before there is anything to write: an answer waits for what was sent before its question.
    """
    charges, checkouts = [one for one, _ in heard.of(ChargeSucceeded)], [one for one, _ in heard.of(CheckoutTold)]
    named = {one.gift for one in charges if one.gift} | {one.gift for one in checkouts}
    payments = {one.payment for one in charges} | {one.payment_intent for one in checkouts if one.payment_intent}
    return Known(
        store_charges.known_charges(conn, [one.charge for one in charges]),
        store.asking_gifts(conn, named),
        frozenset(payments),
        waiting_and_failed(conn, sorted(payments)),
    )


def join(conn: Connection, heard: Heard, known: Known) -> Joined:
    """Add charges and links to the facts; returns what has met by that. `known`: of all that is heard, or more."""
    tell_subscriptions(conn, heard)
    charges = once(heard.of(ChargeSucceeded), lambda one: one.charge, _contents)
    gifts, checkouts = known.gifts(), heard.of(CheckoutTold)
    new = unknown(charges, {one: of for one, of in known.charges().items() if one in charges}, _contents)
    links = _tell_checkouts(conn, [one for one in checkouts if one[0].gift in gifts], gifts) | tell_bills(conn, heard)
    pairs = _pairs(conn, new, links, gifts)
    causes = {**links, **{one.charge.payment: one.cause for one in pairs}}
    return Joined(pairs, links, causes, _went_back(conn, causes, known))


def _went_back(conn: Connection, causes: Mapping[str, str], known: Known) -> WaitingAndFailed:
    """Of these payments, what waits and what failed; those that an invoice has found are asked for only now."""
    others = waiting_and_failed(conn, sorted(causes.keys() - known.payments))

    def found() -> tuple[set[str], list[PaymentFailed]]:
        (waiting, failed), (more_waiting, more_failed) = known.went_back(), others()
        return (waiting | more_waiting) & causes.keys(), [
            one for one in (*failed, *more_failed) if one.payment in causes
        ]

    return found


def _contents(charge: ChargeSucceeded) -> tuple[str, str, int]:
    return charge.payment, charge.amount.currency.code, charge.amount.minor


def _tell_checkouts(
    conn: Connection, told: Sequence[Caused[CheckoutTold]], gifts: Mapping[str, Gift]
) -> dict[str, str]:
    """Add what sessions tell: the gift's state where it is a rise, and payment intents, which are returned."""
    if not told:
        return {}
    _raise_states(conn, [one for one, _ in told], gifts)
    merged = _merged(told)
    known = store_charges.known_checkouts(conn, list(merged))
    for session in merged.keys() & known.keys():
        _require_one_way(merged[session][0], *known[session])
    new = {session: one for session, one in merged.items() if session not in known}
    led = {
        session: one
        for session, one in merged.items()
        if session in known and known[session][1] is None and one[0].payment_intent
    }
    store_charges.add_checkouts(conn, [one for one, _ in new.values()])
    store_charges.link_checkouts(conn, [one for one, _ in led.values()])
    return {
        one.payment_intent: cause
        for one, cause in (*new.values(), *led.values())
        # A gift that this very intent has paid needs no joining any more.
        if one.payment_intent and gifts[one.gift].payment != one.payment_intent
    }


def _merged(told: Iterable[Caused[CheckoutTold]]) -> dict[str, Caused[CheckoutTold]]:
    """Each session once, with its payment intent if anything told it."""
    merged: dict[str, Caused[CheckoutTold]] = {}
    for one in told:
        before, _ = merged.setdefault(one[0].session, one)
        _require_one_way(one[0], before.gift, before.payment_intent)
        if before.payment_intent is None:
            merged[one[0].session] = one
    return merged


def _require_one_way(told: CheckoutTold, gift: str, payment_intent: str | None) -> None:
    """A session is one gift's, and leads to one payment intent."""
    intents = told.payment_intent or payment_intent, payment_intent or told.payment_intent
    require_same(told.session, (told.gift, intents[0]), (gift, intents[1]))


def _raise_states(conn: Connection, told: Iterable[CheckoutTold], gifts: Mapping[str, Gift]) -> None:
    """Move gifts to the highest state that their sessions tell of."""
    rises: defaultdict[str, GiftState] = defaultdict(lambda: GiftState.PENDING)
    for one in told:
        gift = gifts[one.gift]
        if one.state in _ENDS and gift.session_id not in (None, one.session):
            continue  # an earlier session ended; its donor was sent to another since
        if one.state and one.state.rank > max(gift.state.rank, rises[one.gift].rank):
            rises[one.gift] = one.state
    store.raise_states(conn, {gift: state for gift, state in rises.items() if state is not GiftState.PENDING})


def _pairs(
    conn: Connection, new: Sequence[Caused[ChargeSucceeded]], links: Mapping[str, str], gifts: Mapping[str, Gift]
) -> list[Pair]:
    """Pairs of the new charges, and of those that waited for one of these links."""
    marked = {one.charge: gifts[one.gift] for one, _ in new if one.gift and one.gift in gifts}
    # Charges of one payment carry the same metadata: none waits for a link while another names its gift.
    certain = {one.payment for one, _ in new if one.charge in marked}
    kept = store_charges.charges_of(conn, sorted(links.keys() - certain))
    waited = [(one, links[one.payment]) for one, gift in kept if gift is None]
    linked = _linked(conn, [one for one, _ in (*new, *waited) if one.charge not in marked])
    gift_of = marked | linked
    store_charges.add_charges(conn, [one for one, _ in new], {one: gift.id for one, gift in gift_of.items()})
    store_charges.claim_charges(conn, {one.charge: linked[one.charge].id for one, _ in waited if one.charge in linked})
    return [
        Pair(gift_of[one.charge], one, cause, one.charge in linked)
        for one, cause in (*new, *waited)
        if one.charge in gift_of
    ]


def _linked(conn: Connection, charges: Sequence[ChargeSucceeded]) -> dict[str, Gift]:
    """The gifts that sessions or invoices link to these charges, whose own metadata names none."""
    intents = store_charges.gifts_of_intents(conn, sorted({one.payment for one in charges}))
    gifts = store.gifts(conn, intents.values())
    found = {one.charge: gifts[intents[one.payment]] for one in charges if one.payment in intents}
    return found | gifts_of_bills(conn, [one for one in charges if one.charge not in found])
