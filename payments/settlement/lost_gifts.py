"""Finds gifts of ours that only Stripe knows, and brings the payments of those that a treasurer adopts into the books.

A gift is saved before Stripe hears of it. So one with our mark that is not kept here was lost: this database was
restored from a backup that is older than the gift. Its money stands in `other` until somebody decides.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading, writing
from outbox.jobs import Payload
from outbox.worker import Handler
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.books.lost_views import payments_of_lost, unexplained_charges, unexplained_invoices
from payments.gifts.lost import LostGift
from payments.gifts.lost_store import ADOPT, add_lost, add_strangers, subscription_of_lost
from payments.reading.fields import expandable_id, installation_mark, nested
from payments.reading.happenings import GiftAdopted, Happening, StatusChanged, StatusObject
from payments.reading.lost_gifts import read_lost_once, read_lost_recurring
from payments.settlement.list_reader import ROW_ERRORS, ListReader, describe_error
from payments.settlement.unreported import MOST_OBJECTS
from payments.stripe.lists import NoSuchObject, StripeLists
from payments.stripe.objects import StripeObject


def find_lost_gifts(reader: ListReader, lists: StripeLists) -> None:
    """Ask Stripe once about each gift of ours that a charge or an invoice names and that is not kept here."""
    mark = reader.bookkeeper.rules.mark
    with reading(reader.engine) as conn:
        charges = unexplained_charges(conn, MOST_OBJECTS)
        invoices = unexplained_invoices(conn, MOST_OBJECTS)
    lost: list[LostGift] = []
    strangers: list[str] = []
    for gift, charge_id in charges:
        lost += _asked(reader, gift, partial(_once, lists, gift, charge_id))
    for recurring, invoice_id in invoices:
        answer = _asked(reader, recurring, partial(_recurring, lists, recurring, invoice_id, mark))
        lost += answer
        strangers += [] if answer or recurring in reader.errors else [recurring]
    if lost or strangers:
        with writing(reader.engine) as conn:
            add_lost(conn, lost, reader.clock())
            add_strangers(conn, strangers, reader.clock())


def _asked(reader: ListReader, name: str, ask: Callable[[], LostGift | None]) -> list[LostGift]:
    """What Stripe says of it. An object of an unexpected shape is noted, and keeps no other from being found."""
    try:
        gift = ask()
    except NoSuchObject:
        return []
    except ROW_ERRORS as error:
        reader.errors[name] = describe_error(error)
        return []
    return [gift] if gift else []


def _once(lists: StripeLists, gift: str, charge_id: str) -> LostGift:
    charge = lists.charge(charge_id)
    intent = expandable_id(charge, "payment_intent")
    sessions = lists.checkout_sessions(payment_intent=intent).rows if intent else []
    return read_lost_once(gift, charge, sessions[0] if sessions else None)


def _recurring(lists: StripeLists, recurring: str, invoice_id: str, mark: str) -> LostGift | None:
    """None for one that is another installation's, whose mark its subscription bears."""
    subscription_id = _subscription_of(lists.invoice(invoice_id))
    if subscription_id is None:
        return None
    subscription = lists.subscription(subscription_id)
    if not mark or installation_mark(subscription) != mark:
        return None
    sessions = lists.checkout_sessions(subscription=subscription_id).rows
    return read_lost_recurring(recurring, subscription, sessions[0] if sessions else None)


def _subscription_of(invoice: StripeObject) -> str | None:
    parent = nested(invoice, "parent")
    details = nested(parent, "subscription_details") if parent else {}
    return expandable_id(details, "subscription") if details else None


def adoption_jobs(engine: Engine, bookkeeper: Bookkeeper, clock: Clock) -> dict[str, Handler]:
    """The handler that brings an adopted gift's payments into the books. Twice does no harm."""

    def adopt(payload: Payload) -> None:
        identity = payload["id"]
        with booking(engine) as conn:
            happenings: list[Happening] = [GiftAdopted(payment) for payment in payments_of_lost(conn, identity)]
            if subscription := subscription_of_lost(conn, identity):
                happenings.append(StatusChanged(StatusObject.SUBSCRIPTION, subscription))
            bookkeeper.apply(conn, [Notice(happening, f"{ADOPT}:{identity}") for happening in happenings], clock())

    return {ADOPT: adopt}
