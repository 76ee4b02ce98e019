"""A gift as Stripe knows it: its checkout, its charge or its subscription, read into what a treasurer decides about."""

import re
from datetime import datetime
from uuid import uuid5

from database.instants import from_unix
from donors.donor import NO_ADDRESS
from ledger.money import Money, currency
from payments.gifts.gift import DonorDetails
from payments.gifts.lost import ADOPTIONS, LostGift, LostKind, LostShare
from payments.gifts.recurring import LAST_CHOSEN_DAY, Interval
from payments.reading.fields import (
    EMPTY,
    UnexpectedShape,
    expandable_id,
    instant,
    instant_or_none,
    metadata_id,
    nested,
    objects,
    positive_money,
    text,
    whole_number,
)
from payments.stripe.checkout import DAY, ENDS_AT, INSTALMENTS, SOURCE, STRIPE_INTERVALS, WEIGHTS
from payments.stripe.objects import StripeObject

_PRODUCT = "campaign_"
_COUNT = re.compile("[1-9][0-9]{0,11}")
_SOURCE = re.compile("[a-z0-9-]{1,40}")
UNNAMED = DonorDetails("Somebody", f"nobody@{NO_ADDRESS}")
"""A donor of whom Stripe knows neither name nor address."""


def read_lost_once(gift: str, charge: StripeObject, session: StripeObject | None) -> LostGift:
    """A gift given once: what its checkout was for; without a checkout only what was charged."""
    amount = positive_money(charge)
    return LostGift(
        id=gift,
        kind=LostKind.ONCE,
        first_gift=gift,
        shares=_shares_of_session(session) if session else (LostShare("", amount),),
        donor=_donor(session, charge),
        given_at=instant(session or charge),
        session=text(session, "id") if session else None,
        source=_source(session or charge),
    )


def read_lost_recurring(recurring: str, subscription: StripeObject, session: StripeObject | None) -> LostGift:
    """A recurring gift: what its checkout was for; without one what its subscription asks for."""
    first_gift = metadata_id(session, "gift_id") if session else None
    ends_at, instalments = _whole(subscription, ENDS_AT), _whole(subscription, INSTALMENTS)
    says_end, interval = bool(ends_at or instalments), _interval(subscription)
    return LostGift(
        id=recurring,
        kind=LostKind.RECURRING,
        first_gift=first_gift or str(uuid5(ADOPTIONS, recurring)),
        shares=_shares_of_session(session) if session else _shares_of_subscription(subscription),
        donor=_donor(session, EMPTY),
        given_at=instant(session or subscription),
        interval=interval,
        session=text(session, "id") if session else None,
        subscription=text(subscription, "id"),
        weights=_weights(subscription),
        ends_at=from_unix(int(ends_at)) if ends_at and not instalments else None,
        instalments=int(instalments) if instalments else None,
        day=_day(subscription) if interval is Interval.MONTH else None,
        stops_at=None if says_end else _stops_at(subscription),
        source=_source(subscription),
    )


def _stops_at(subscription: StripeObject) -> datetime | None:
    return instant_or_none(subscription, "cancel_at") if "cancel_at" in subscription else None


def _day(subscription: StripeObject) -> int | None:
    day = int(_whole(subscription, DAY) or 0)
    return day if 1 <= day <= LAST_CHOSEN_DAY else None


def _weights(subscription: StripeObject) -> tuple[tuple[str, int], ...]:
    """How each instalment is shared, as we wrote it there; nothing where somebody has changed it."""
    pairs = [pair.rpartition(":") for pair in nested(subscription, "metadata").get(WEIGHTS, "").split()]
    if any(not slug or not _COUNT.fullmatch(weight) for slug, _, weight in pairs):
        return ()
    return tuple((slug, int(weight)) for slug, _, weight in pairs)


def _source(stripe_object: StripeObject) -> str:
    """The code of the link that led to the form, as we wrote it there; empty for anything else."""
    code = str((stripe_object.get("metadata") or {}).get(SOURCE, ""))
    return code if _SOURCE.fullmatch(code) else ""


def _whole(subscription: StripeObject, name: str) -> str:
    """A whole number that we wrote into the metadata, as digits."""
    digits = str(nested(subscription, "metadata").get(name, ""))
    return digits if _COUNT.fullmatch(digits) else ""


def _donor(session: StripeObject | None, charge: StripeObject) -> DonorDetails:
    """Who paid, by the checkout's details, else by the card's."""
    details = (session or {}).get("customer_details") or {}
    billing = charge.get("billing_details") or {}
    name, email = (details.get(field) or billing.get(field) for field in ("name", "email"))
    return DonorDetails(str(name or UNNAMED.name)[:100], str(email or UNNAMED.email)[:254])


def _shares_of_session(session: StripeObject) -> tuple[LostShare, ...]:
    of = currency(text(session, "currency"))
    lines = objects(nested(session, "line_items"), "data")
    shares = [LostShare(_slug(nested(line, "price")), Money(whole_number(line, "amount_total"), of)) for line in lines]
    if not shares or any(share.amount.minor <= 0 for share in shares):
        raise UnexpectedShape("a checkout without amounts")
    return tuple(shares)


def _shares_of_subscription(subscription: StripeObject) -> tuple[LostShare, ...]:
    prices = [nested(item, "price") for item in objects(nested(subscription, "items"), "data")]
    return tuple(LostShare(_slug(price), positive_money(price, "unit_amount")) for price in prices)


def _slug(price: StripeObject) -> str:
    """The address of the campaign whose Product this price is for; empty for another Product."""
    product = expandable_id(price, "product") or ""
    return product.removeprefix(_PRODUCT) if product.startswith(_PRODUCT) else ""


def _interval(subscription: StripeObject) -> Interval:
    rhythm = nested(nested(objects(nested(subscription, "items"), "data")[0], "price"), "recurring")
    every = text(rhythm, "interval"), whole_number(rhythm, "interval_count")
    known = {stripe_interval: interval for interval, stripe_interval in STRIPE_INTERVALS.items()}
    if every not in known:
        raise UnexpectedShape("subscription has a rhythm that we do not offer")
    return known[every]
