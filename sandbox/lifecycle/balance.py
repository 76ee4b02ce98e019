"""The account's balance: everything that enters or leaves it is one balance transaction."""

from typing import Any

from sandbox.events import emit_event
from sandbox.lifecycle.exchange_rates import SETTLEMENT_CURRENCIES, convert_for_settlement
from sandbox.lifecycle.fees import fee_for
from sandbox.lifecycle.object_templates import BALANCE_TRANSACTION
from sandbox.lifecycle.payment_methods import sample_of
from sandbox.state.store import Object
from sandbox.world import World

DAY = 86400
AVAILABLE_AFTER = 3 * DAY
"""Seconds until money that came in can be paid out, rounded to the start of a UTC day."""
SETTLES_AFTER = 1.0
"""Seconds from a card charge to its balance transaction, unless the intent's capture_method is "automatic"."""


def write_balance_transaction(
    world: World, source: Object, kind: str, amount: int, fee: int = 0, **fields: Any
) -> Object:
    """Add a balance transaction and change the balance by its net.

    `amount` is in minor units of the source's currency, negative for money that leaves; `fee` is in minor units of
    the settlement currency. `source` is the object behind it; where there is none (Stripe's own fee) its id is None.
    """
    settled = convert_for_settlement(world, amount, source["currency"])
    balance_transaction = BALANCE_TRANSACTION(
        world.random.new_id("txn_"),
        **{"reporting_category": kind, "available_on": world.now, **fields},
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
        (settled.currency, balance_transaction["net"]),
    )
    if not world.tasks.of("account"):
        world.tasks.schedule(start_of_next_day(world.now), "new_day", "account")
    return world.store.add(balance_transaction)


def _fee_detail(fee: int, currency: str) -> Object:
    return {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
            "type": "stripe_fee"}  # fmt: skip


def start_of_next_day(instant: int) -> int:
    """The second at which the next UTC day starts."""
    return instant - instant % DAY + DAY


def write_charge_transaction(world: World, charge: Object) -> Object:
    """Add the balance transaction of a charge, with Stripe's fee."""
    sample = sample_of(charge)
    amount = convert_for_settlement(world, charge["amount"], charge["currency"]).amount
    available_on = world.now if sample.available_immediately else start_of_next_day(world.now + AVAILABLE_AFTER)
    balance_transaction = write_balance_transaction(
        world,
        charge,
        "payment" if sample.kind == "bacs_debit" else "charge",
        charge["amount"],
        fee_for(amount, sample),
        available_on=available_on,
        description=charge["description"],
        reporting_category="charge",
    )
    world.store.change(charge, balance_transaction=balance_transaction["id"])
    return balance_transaction


def settle_charge(world: World, charge_id: str) -> None:
    """Scheduled a second after a card charge: add its balance transaction, and emit charge.updated."""
    charge = world.store.get(charge_id)
    if charge["balance_transaction"] is None:
        write_charge_transaction(world, charge)
        emit_event(world, "charge.updated", charge, {"balance_transaction": None})


def balance_transaction_status(world: World, balance_transaction: Object) -> Object:
    """The computed field `status`: available from the second `available_on`, before it pending."""
    return {"status": "available" if balance_transaction["available_on"] <= world.now else "pending"}


def balance(world: World) -> Object:
    """The balance object: available and pending amounts for each currency."""
    pending = dict(
        world.store.query(
            "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net'))"
            " FROM object INDEXED BY balance_transaction_by_available_on"
            " WHERE kind = 'balance_transaction' AND json_extract(body, '$.available_on') > ? GROUP BY 1",
            (world.now,),
        )
    )
    totals = world.store.query("SELECT currency, net FROM holding ORDER BY currency")
    total = {SETTLEMENT_CURRENCIES[0]: 0} | dict(totals)
    available = [_amount(currency, net - pending.get(currency, 0)) for currency, net in total.items()]
    pending_amounts = [_amount(currency, pending.get(currency, 0)) for currency in total]
    return {"object": "balance", "available": available, "livemode": False, "pending": pending_amounts,
            "refund_and_dispute_prefunding": {"available": [], "pending": []}}  # fmt: skip


def _amount(currency: str, minor: int) -> Object:
    return {"amount": minor, "currency": currency, "source_types": {"card": minor}}


def balance_in(world: World, currency: str) -> int:
    """The balance in this currency, available and pending together, in minor units."""
    rows = world.store.query("SELECT net FROM holding WHERE currency = ?", (currency,))
    return int(rows[0][0]) if rows else 0


def available_in(world: World, currency: str) -> int:
    """The available balance in this currency, in minor units."""
    return next((part["amount"] for part in balance(world)["available"] if part["currency"] == currency), 0)
