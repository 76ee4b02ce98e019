"""A gift's first steps: kept as pending before Stripe hears of it, then a checkout is opened for it."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaign_by_id
from database.instants import Clock
from database.transactions import reading, writing
from payments import store
from payments.form import Pledged
from payments.gifts import Gift, GiftState, pledge
from payments.stripe_gateway import Gateway, Purpose

FORMS = UUID("5f1b8a52-6d0e-4c0b-9d53-2f3f6d0a7e11")  # the name space of ids made from a form's token

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

    def keep(self, campaign: Campaign, pledged: Pledged, token: str) -> Gift | OnTheWay:
        """Commit the pending gift. The same form sent twice is the same gift; raises NotOpen."""
        now = self._clock()
        if campaign.openness(now) is not Openness.OPEN:
            raise NotOpen(campaign.slug)
        new = replace(
            pledge(pledged.amount, [campaign.id], pledged.donor, now),
            id=_gift_id(campaign, pledged, token),
            attempts=1,
        )
        with writing(self._engine) as conn:
            return _kept_once(conn, new)

    def again(self, gift_id: str) -> Gift | OnTheWay | None:
        """Another try for a gift whose checkout could not be opened; None if there is no such gift."""
        with writing(self._engine) as conn:
            gift = store.gift(conn, gift_id)
            if gift is None:
                return None
            if gift.state is GiftState.PENDING:
                return replace(gift, attempts=store.next_attempt(conn, gift_id))
            return _further(gift)

    def open_checkout(self, gift: Gift) -> str:
        """The address of Stripe's page for this gift; raises StripeAway or StripeRefused."""
        checkout = self._gateway.open_checkout(gift, self._purposes(gift), self._clock())
        with writing(self._engine) as conn:
            store.link_session(conn, gift.id, checkout.session_id)
        log.info("checkout_opened", gift=gift.id, session=checkout.session_id)
        return checkout.url

    def _purposes(self, gift: Gift) -> dict[int, Purpose]:
        with reading(self._engine) as conn:
            found = [campaign_by_id(conn, share.campaign) for share in gift.allocations]
        return {one.id: Purpose(one.slug, one.title) for one in found if one}


def unfinished(conn: Connection, gift_id: str, now: datetime) -> Gift | None:
    """A gift whose donor came back from Stripe without paying, to fill the form again; for one day."""
    gift = store.gift(conn, gift_id)
    if gift is None or gift.state not in (GiftState.PENDING, GiftState.EXPIRED) or (now - gift.created_at).days:
        return None
    return gift


def _kept_once(conn: Connection, new: Gift) -> Gift | OnTheWay:
    before = store.gift(conn, new.id)
    if before is None:
        store.add_gift(conn, new)
        return new
    if before.state is GiftState.PENDING:
        return before
    further = _further(before)
    if further is None:
        new = replace(new, id=str(uuid4()))
        store.add_gift(conn, new)
        return new
    return further


def _further(gift: Gift) -> OnTheWay | None:
    on_the_way = gift.state in (GiftState.PROCESSING, GiftState.RECEIVED) and gift.session_id
    return OnTheWay(gift.session_id) if on_the_way and gift.session_id else None


def _gift_id(campaign: Campaign, pledged: Pledged, token: str) -> str:
    """The same page sent twice with the same words is one gift; other words are another."""
    words = (token, campaign.slug, pledged.amount, pledged.donor)
    return str(uuid5(FORMS, sha256(repr(words).encode()).hexdigest()))
