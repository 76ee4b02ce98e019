"""Charges and checkouts among the facts: one function a question."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.engine import Connection

from database.bulk import change_rows, insert_rows
from database.questions import look_up, looking_up
from ledger.money import Money, currency
from payments import tables
from payments.happenings import ChargeSucceeded, CheckoutTold

_c, _s = tables.charge.c, tables.checkout.c
_CHARGE = (_c.id, _c.payment, _c.currency, _c.amount_minor)
_WHOLE = (
    _c.id, _c.payment, _c.payment_intent, _c.currency, _c.amount_minor, _c.method, _c.succeeded_at, _c.gift_hint,
    _c.gift_id,
)  # fmt: skip
_SESSION = (_s.session_id, _s.gift_id, _s.payment_intent)
_LINKED = (_s.payment_intent, _s.gift_id)


def known_charges(conn: Connection, ids: Sequence[str]) -> Callable[[], dict[str, tuple[str, str, int]]]:
    """What is among the facts already of these charges: payment, currency and amount, by charge.

    Asked now, known when it is called.
    """
    found = looking_up(conn, _CHARGE, _c.id, ids)
    return lambda: {row[0]: row[1:] for row in found()}


def charges_of(conn: Connection, payments: Sequence[str]) -> list[tuple[ChargeSucceeded, str | None]]:
    """The charges of these payments, each with the gift that it paid, if that is known."""
    found = look_up(conn, _WHOLE, _c.payment, payments)
    return [
        (ChargeSucceeded(charge, payment, intent, Money(minor, currency(code)), method, at, hint), gift)
        for charge, payment, intent, code, minor, method, at, hint, gift in sorted(found, key=lambda row: row[0])
    ]


def gifts_of_intents(conn: Connection, intents: Sequence[str]) -> dict[str, str]:
    """For each payment intent that a checkout told of, its gift."""
    return {row[0]: row[1] for row in look_up(conn, _LINKED, _s.payment_intent, intents)}


def add_charges(conn: Connection, charges: Sequence[ChargeSucceeded], gift_of: Mapping[str, str]) -> None:
    """Add facts: these charges succeeded. `gift_of` names the gift of each charge that has one."""
    insert_rows(
        conn,
        tables.charge,
        [
            {
                "id": fact.charge,
                "payment": fact.payment,
                "payment_intent": fact.payment_intent,
                "gift_hint": fact.gift,
                "currency": fact.amount.currency.code,
                "amount_minor": fact.amount.minor,
                "method": fact.method,
                "succeeded_at": fact.at,
                "gift_id": gift_of.get(fact.charge),
            }
            for fact in charges
        ],
    )


def claim_charges(conn: Connection, gift_of: Mapping[str, str]) -> None:
    """Charges that waited have found their gifts."""
    change_rows(conn, tables.charge, [{"id": one, "gift_id": gift} for one, gift in sorted(gift_of.items())])


def known_checkouts(conn: Connection, sessions: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """What is among the facts already of these sessions: the gift, and the payment intent that it led to."""
    return {row[0]: (row[1], row[2]) for row in look_up(conn, _SESSION, _s.session_id, sessions)}


def add_checkouts(conn: Connection, told: Sequence[CheckoutTold]) -> None:
    """Add facts: these sessions, heard of for the first time, belong to these gifts."""
    rows = [
        {"session_id": one.session, "gift_id": one.gift, "payment_intent": one.payment_intent}
        for one in sorted(told, key=lambda one: one.session)
    ]
    insert_rows(conn, tables.checkout, rows)


def link_checkouts(conn: Connection, told: Sequence[CheckoutTold]) -> None:
    """Add facts: these sessions, known already, led to these payment intents."""
    rows = [
        {"session_id": one.session, "payment_intent": one.payment_intent}
        for one in sorted(told, key=lambda one: one.session)
    ]
    change_rows(conn, tables.checkout, rows)
