"""Gifts that were paid by a campaign's Payment Link: whose they are, and their place in the books.

A link gives back the id of our pending gift, and the message alone joins them. Where it does not (somebody passed the
link on), the session is fetched, and a gift of the link's campaign is made from what the donor told Stripe.
"""

from uuid import UUID, uuid5

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.store import campaign_by_id, parent_of
from database.instants import Clock, from_unix
from database.transactions import writing
from ledger.money import Money, currency
from payments.books.bookkeeper import Bookkeeper
from payments.gifts import store
from payments.gifts.gift import DonorDetails, Gift, GiftState, allocate
from payments.giving.pledges import shares_for
from payments.reading.charges import immediate_success
from payments.reading.checkouts import campaign_of_link
from payments.reading.fields import expandable_id, installation_mark, nested, text
from payments.reading.happenings import BalanceChanged, CheckoutReported, Happening
from payments.settlement.list_reader import ListReader, ListRow, read_rows
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject

LINK_GIFTS = UUID("9c1d7a64-0f6b-4f0e-8a55-6d1b7f1c2e90")  # the name space of gifts made from a link's session

log = structlog.get_logger()


class LinkGifts:
    """Makes gifts of what was paid by a link."""

    def __init__(self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, clock: Clock) -> None:
        self._engine, self._bookkeeper, self._lists, self._clock = engine, bookkeeper, lists, clock

    def fetch(self, session_id: str) -> None:
        """Fetch a session that a link has made, and join its payment with its gift. Any number of times."""
        session = self._lists.checkout_session(session_id)
        campaign = campaign_of_link(session)
        if campaign is None or installation_mark(session) != (self._bookkeeper.rules.mark or None):
            return
        with writing(self._engine) as conn:
            gift_id = _gift_id(conn, session) or _add_gift(conn, session, campaign)
        if gift_id is None:
            log.warning("link_of_no_campaign", campaign=campaign)
            return
        self._apply(session, gift_id)

    def _apply(self, session: StripeObject, gift_id: str) -> None:
        intent = expandable_id(session, "payment_intent")
        reported = CheckoutReported(text(session, "id"), gift_id, intent, None)
        charges = self._lists.charges(payment_intent=intent).rows if intent else []
        reader = ListReader(self._engine, self._bookkeeper, self._clock, f"link:{text(session, 'id')}")
        at = from_unix(session["created"])
        reader.apply_rows([ListRow(text(session, "id"), at, (reported,)), *read_rows(charges, _success)])


def _success(charge: StripeObject) -> tuple[Happening, ...]:
    success = immediate_success(charge)
    return (success, BalanceChanged()) if success else ()


def _gift_id(conn: Connection, session: StripeObject) -> str | None:
    """Our own gift that the session names, or that was made from it before."""
    named = session.get("client_reference_id")
    known = store.gifts(conn, [str(named), _made_id(session)])
    return str(named) if named in known else next(iter(known), None)


def _made_id(session: StripeObject) -> str:
    return str(uuid5(LINK_GIFTS, text(session, "id")))


def _add_gift(conn: Connection, session: StripeObject, campaign_id: int) -> str | None:
    campaign = campaign_by_id(conn, campaign_id)
    if campaign is None:
        return None
    shares, donor = shares_for(campaign, parent_of(conn, campaign)), nested(session, "customer_details")
    amount = Money(session["amount_total"], currency(text(session, "currency").upper()))
    created = from_unix(session["created"])
    gift = Gift(
        id=_made_id(session),
        state=GiftState.PENDING,
        amount=amount,
        allocations=allocate(amount, shares),
        donor=DonorDetails(str(donor.get("name") or ""), str(donor.get("email") or "")),
        created_at=created,
        attempted_at=created,
    )
    store.add_gift(conn, gift)
    return gift.id
