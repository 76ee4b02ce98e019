"""Settlement: what enters and leaves the balance, one balance transaction each."""

from typing import Any

from sandbox.events import emit_event
from sandbox.life.blanks import BALANCE_TRANSACTION
from sandbox.life.exchange import HELD, settle_in_held
from sandbox.life.fees import fee_for
from sandbox.life.methods import means_of
from sandbox.state.store import Object
from sandbox.world import World

DAY = 86400
AVAILABLE_AFTER = 3 * DAY
"""Seconds until money that came in can be paid out, rounded to the start of a UTC day."""
SETTLES_AFTER = 1.0
"""Seconds from a card charge to its balance transaction: capture is asynchronous unless asked otherwise."""


def enter(world: World, source: Object, kind: str, amount: int, fee: int = 0, **more: Any) -> Object:
    """Write a balance transaction; `amount`, in the source's currency, is negative for money that leaves.

    What has no object behind it (Stripe's own fee) comes with a source of no id.

    `fee` is in the currency of settlement. The balance moves by the net.
    """
    settled = settle_in_held(world, amount, source["currency"])
    entry = BALANCE_TRANSACTION(
        world.random.new_id("txn_"),
        **{"reporting_category": kind, "available_on": world.now, **more},
        amount=settled.amount,
        created=world.now,
        currency=settled.currency,
        exchange_rate=settled.rate,
        fee=fee,
        fee_details=[_fee_detail(fee, settled.currency)] if fee else [],
        net=settled.amount - fee,
        source=source["id"],
        type=kind,
    )
    world.store.execute(
        "INSERT INTO holding VALUES (?, ?) ON CONFLICT (currency) DO UPDATE SET net = net + excluded.net",
        (settled.currency, entry["net"]),
    )
    if not world.tasks.of("account"):
        world.tasks.schedule(next_day(world.now), "new_day", "account")
    return world.store.add(entry)


def _fee_detail(fee: int, currency: str) -> Object:
    return {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
            "type": "stripe_fee"}  # fmt: skip


def next_day(instant: int) -> int:
    """The start of the next UTC day."""
    return instant - instant % DAY + DAY


def enter_charge(world: World, charge: Object) -> Object:
    """The balance transaction of a charge, with Stripe's fee."""
    means = means_of(charge)
    amount = settle_in_held(world, charge["amount"], charge["currency"]).amount
    available_on = world.now if means.available_at_once else next_day(world.now + AVAILABLE_AFTER)
    entry = enter(
        world,
        charge,
        "payment" if means.kind == "bacs_debit" else "charge",
        charge["amount"],
        fee_for(amount, means),
        available_on=available_on,
        description=charge["description"],
        reporting_category="charge",
    )
    world.store.change(charge, balance_transaction=entry["id"])
    return entry


def settle_charge(world: World, charge_id: str) -> None:
    """A moment after a card charge: its balance transaction is there, and charge.updated says so."""
    charge = world.store.get(charge_id)
    if charge["balance_transaction"] is None:
        enter_charge(world, charge)
        emit_event(world, "charge.updated", charge, {"balance_transaction": None})


def entry_status(world: World, entry: Object) -> Object:
    """A balance transaction is available once its day has come."""
    return {"status": "available" if entry["available_on"] <= world.now else "pending"}


def balance(world: World) -> Object:
    """What the account holds: available and pending, per currency."""
    pending = dict(
        world.store.query(
            "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net'))"
            " FROM object INDEXED BY balance_transaction_by_available_on"
            " WHERE kind = 'balance_transaction' AND json_extract(body, '$.available_on') > ? GROUP BY 1",
            (world.now,),
        )
    )
    held = {HELD[0]: 0} | dict(world.store.query("SELECT currency, net FROM holding ORDER BY currency"))
    available = [_amount(currency, net - pending.get(currency, 0)) for currency, net in held.items()]
    waiting = [_amount(currency, pending.get(currency, 0)) for currency in held]
    return {"object": "balance", "available": available, "livemode": False, "pending": waiting,
            "refund_and_dispute_prefunding": {"available": [], "pending": []}}  # fmt: skip


def _amount(currency: str, minor: int) -> Object:
    return {"amount": minor, "currency": currency, "source_types": {"card": minor}}


def held(world: World, currency: str) -> int:
    """What the account holds in this currency, available and pending, in minor units."""
    rows = world.store.query("SELECT net FROM holding WHERE currency = ?", (currency,))
    return int(rows[0][0]) if rows else 0


def available_in(world: World, currency: str) -> int:
    """What could be paid out now in this currency, in minor units."""
    return next((part["amount"] for part in balance(world)["available"] if part["currency"] == currency), 0)
