"""Money in the account that no gift has to do with: Stripe's fees, reserves, and charges by other programs."""

from sandbox.lifecycle.balance import write_balance_transaction
from sandbox.lifecycle.currencies import parse_currency
from sandbox.lifecycle.payment_intents import confirm_intent, create_intent
from sandbox.lifecycle.payment_methods import Payer, create_method
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS
from sandbox.state.store import Object
from sandbox.world import World

# Reporting category: the type of its balance transactions, for money in and for money out. Others are adjustments.
_KINDS = {
    "fee": ("stripe_fee", "stripe_fee"),
    "network_cost": ("stripe_fee", "stripe_fee"),
    "risk_reserved_funds": ("reserve_release", "reserve_hold"),
    "tax": ("tax_fee", "tax_fee"),
    "topup": ("topup", "topup_reversal"),
    "transfer": ("transfer", "transfer"),
}


def add_unrelated_transaction(
    world: World, category: str, amount: int, currency: str = "gbp", fee: int = 0, description: str = "By hand"
) -> Object:
    """A balance transaction of any reporting category, without a source. `amount` and `fee` are in minor units."""
    kind = _KINDS.get(category, ("adjustment", "adjustment"))[amount < 0]
    source = {"id": None, "currency": parse_currency(currency, "currency")}
    return write_balance_transaction(
        world, source, kind, amount, fee, reporting_category=category, description=description
    )


def add_billing_fee(world: World, amount: int) -> Object:
    """Stripe's monthly fee for Billing, in minor units."""
    return add_unrelated_transaction(world, "fee", -amount, description="Billing - Usage Fee")


def add_unrelated_charge(
    world: World, amount: int, currency: str = "gbp", card: str = "4242424242424242", **metadata: str
) -> Object:
    """A charge by another program, or one made in the dashboard. `metadata` names no gift."""
    params = {"description": "A ticket", "metadata": metadata}
    intent = create_intent(world, amount, parse_currency(currency, "currency"), params)
    confirm_intent(world, intent, create_method(world, SAMPLE_METHODS[card], Payer("visitor@example.org", "A Visitor")))
    return world.store.get(intent["latest_charge"])
