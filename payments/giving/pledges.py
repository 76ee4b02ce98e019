"""A gift's first steps: kept as pending before Stripe hears of it, then a checkout is opened for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaign_by_id
from database.instants import Clock
from database.transactions import reading, writing
from payments.gifts import store
from payments.gifts.gift import Gift, GiftState, pledge
from payments.gifts.recurring import Recurring, Rhythm, begin, recurring_id_of
from payments.gifts.recurring_store import add_recurring, recurring_of
from payments.giving.form import Pledge
from payments.stripe.checkout import Purpose
from payments.stripe.gateway import Gateway

FORMS = UUID("5f1b8a52-6d0e-4c0b-9d53-2f3f6d0a7e11")  # the name space of ids made from a form's token

LATE = timedelta(minutes=20)

log = structlog.get_logger()


class NotOpen(ValueError):
    """The campaign takes no gifts at present."""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """The gift has gone further than a form can follow: its donor belongs on the thank-you page."""

    session_id: str


class Giving:
    """Keeps pledges and opens their checkouts. No transaction is open while Stripe is asked."""

    def __init__(self, engine: Engine, gateway: Gateway, clock: Clock) -> None:
        self._engine, self._gateway, self._clock = engine, gateway, clock

    def keep(self, campaign: Campaign, pledged: Pledge, token: str) -> Gift | OnTheWay:
        """Commit the pending gift, and the recurring one that it begins; raises NotOpen.

        The same form sent twice is the same gift.
        """
        now = self._clock()
        if campaign.openness(now) is not Openness.OPEN:
            raise NotOpen(campaign.slug)
        gift = pledge(pledged.amount, [campaign.id], pledged.donor, now)
        with writing(self._engine) as conn:
            return _kept_once(conn, replace(gift, id=_gift_id(campaign, pledged, token)), pledged.rhythm, now)

    def again(self, gift_id: str) -> Gift | OnTheWay | None:
        """Another try for a gift whose checkout could not be opened; None when there is nothing to try.

        Raises NotOpen when its campaign has closed since, or the gift is older than a day.
        """
        now = self._clock()
        with writing(self._engine) as conn:
            gift = store.gift(conn, gift_id)
            if gift is None or gift.state is not GiftState.PENDING:
                return _further(gift) if gift else None
            campaign = store.campaign_of(conn, gift)
            if campaign is None or campaign.openness(now) is not Openness.OPEN or _is_old(gift, now):
                raise NotOpen(gift_id)
            return _tried_again(conn, gift, now)

    def open_checkout(self, gift: Gift) -> str:
        """The address of Stripe's page for this gift; raises StripeAway or StripeRefused."""
        with reading(self._engine) as conn:
            purposes, recurring = _purposes(conn, gift), recurring_of_gift(conn, gift)
        checkout = self._gateway.open_checkout(gift, purposes, recurring)
        with writing(self._engine) as conn:
            store.link_session(conn, gift.id, checkout.session_id)
        log.info("checkout_opened", gift=gift.id)  # never the session: it opens the thank-you page
        return checkout.url


def recurring_of_gift(conn: Connection, gift: Gift) -> Recurring | None:
    """The recurring gift that this one is an instalment of."""
    return recurring_of(conn, [gift.recurring_id]).get(gift.recurring_id) if gift.recurring_id else None


def _purposes(conn: Connection, gift: Gift) -> dict[int, Purpose]:
    found = [campaign_by_id(conn, share.campaign) for share in gift.allocations]
    return {one.id: Purpose(one.slug, one.title) for one in found if one}


def unfinished(conn: Connection, return_token: str, now: datetime) -> Gift | None:
    """A gift whose donor came back from Stripe without paying, to fill the form again; for one day."""
    gift = store.gift_to_return_to(conn, return_token)
    open_again = gift is not None and gift.state in (GiftState.PENDING, GiftState.EXPIRED)
    return gift if gift and open_again and not _is_old(gift, now) else None


def _is_old(gift: Gift, now: datetime) -> bool:
    return now - gift.created_at >= timedelta(days=1)


def _kept_once(conn: Connection, new: Gift, rhythm: Rhythm | None, now: datetime) -> Gift | OnTheWay:
    """The gift as it is kept now, whoever was first; another one when the first has ended."""
    if rhythm is None:
        store.add_gift(conn, new)
    else:
        new = replace(new, recurring_id=recurring_id_of(new.id))
        store.add_gift(conn, new)
        add_recurring(conn, begin(new, rhythm))
    kept = store.gift(conn, new.id)
    assert kept is not None
    if kept.state is GiftState.PENDING:
        # Stripe takes a session for half an hour at least; one that is asked for late is asked for anew.
        stale = kept.session_id is None and kept.attempted_at is not None and now - kept.attempted_at > LATE
        return _tried_again(conn, kept, now) if stale else kept
    return _further(kept) or _kept_once(conn, replace(new, id=str(uuid5(FORMS, kept.id))), rhythm, now)


def _tried_again(conn: Connection, gift: Gift, now: datetime) -> Gift:
    store.next_attempt(conn, gift.id, now)
    found = store.gift(conn, gift.id)
    assert found is not None
    return found


def _further(gift: Gift) -> OnTheWay | None:
    on_the_way = gift.state in (GiftState.PROCESSING, GiftState.RECEIVED) and gift.session_id
    return OnTheWay(gift.session_id) if on_the_way and gift.session_id else None


def _gift_id(campaign: Campaign, pledged: Pledge, token: str) -> str:
    """The same page sent twice with the same words is one gift; other words are another."""
    words = (token, campaign.slug, pledged.amount, pledged.donor, pledged.rhythm)
    return str(uuid5(FORMS, sha256(repr(words).encode()).hexdigest()))
