"""Checkout Sessions: which payment intent is whose gift, and how far the gift has come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from payments.books.decide.changes import CheckoutChanges
from payments.books.decide.known import Known
from payments.books.decide.notice import Batch, Caused, require_same
from payments.gifts.gift import CheckoutLink, Gift, GiftState
from payments.reading.happenings import CheckoutReported

_ENDS = (GiftState.EXPIRED, GiftState.FAILED)


@dataclass(frozen=True, slots=True)
class DecidedCheckouts:
    """`gift_of_intent` is all that is known afterwards. `newly_linked` are payments, each with its cause."""

    changes: CheckoutChanges
    states: Mapping[str, GiftState]
    gift_of_intent: Mapping[str, str]
    newly_linked: Mapping[str, str]


def decide_checkouts(known: Known, batch: Batch) -> DecidedCheckouts:
    """Decide about the sessions of known gifts; a session of an unknown gift is not ours."""
    reported = [(session, cause) for session, cause in batch.of(CheckoutReported) if session.gift in known.gifts]
    sessions = _each_once(reported)
    for session, _ in sessions.values():
        if session.session in known.checkouts:
            _require_one_way(session, known.checkouts[session.session])
    new = {name: session for name, session in sessions.items() if name not in known.checkouts}
    completed = {
        name: session
        for name, session in sessions.items()
        if name in known.checkouts and known.checkouts[name].payment_intent is None and session[0].payment_intent
    }
    changes = CheckoutChanges(_links(new), _links(completed))
    links = {**known.checkouts, **{link.session: link for link in (*changes.new, *changes.completed)}}
    return DecidedCheckouts(
        changes=changes,
        states=_rises([session for session, _ in reported], known.gifts),
        gift_of_intent={link.payment_intent: link.gift for link in links.values() if link.payment_intent},
        newly_linked={
            session.payment_intent: cause
            for session, cause in (*new.values(), *completed.values())
            # A gift that this very intent has paid needs no joining any more.
            if session.payment_intent and known.gifts[session.gift].payment != session.payment_intent
        },
    )


def _each_once(reported: Iterable[Caused[CheckoutReported]]) -> dict[str, Caused[CheckoutReported]]:
    """Each session once, with its payment intent if any report has it."""
    sessions: dict[str, Caused[CheckoutReported]] = {}
    for session, cause in reported:
        before, _ = sessions.setdefault(session.session, (session, cause))
        _require_one_way(session, before)
        if before.payment_intent is None:
            sessions[session.session] = session, cause
    return sessions


def _require_one_way(session: CheckoutReported, known: CheckoutReported | CheckoutLink) -> None:
    """A session is one gift's, and leads to one payment intent."""
    reported_intent = session.payment_intent or known.payment_intent
    known_intent = known.payment_intent or session.payment_intent
    require_same(session.session, (session.gift, reported_intent), (known.gift, known_intent))


def _links(sessions: Mapping[str, Caused[CheckoutReported]]) -> tuple[CheckoutLink, ...]:
    return tuple(
        CheckoutLink(name, session.gift, session.payment_intent) for name, (session, _) in sorted(sessions.items())
    )


def _rises(sessions: Iterable[CheckoutReported], gifts: Mapping[str, Gift]) -> dict[str, GiftState]:
    """The gifts that a session moves to a higher state, and the highest state."""
    rises: defaultdict[str, GiftState] = defaultdict(lambda: GiftState.PENDING)
    for session in sessions:
        gift = gifts[session.gift]
        if session.state in _ENDS and gift.session_id not in (None, session.session):
            continue  # an earlier session ended; its donor was sent to another since
        if session.state and session.state.rank > max(gift.state.rank, rises[gift.id].rank):
            rises[gift.id] = session.state
    return {gift: state for gift, state in rises.items() if state is not GiftState.PENDING}
