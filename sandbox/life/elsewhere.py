"""What moves the balance without any giver of ours: Stripe's own fees, reserves, and what others take in."""

from sandbox.life.currencies import known_currency
from sandbox.life.intents import intend, take
from sandbox.life.means import MEANS
from sandbox.life.methods import Payer, new_method
from sandbox.life.settlement import enter
from sandbox.state.store import Object
from sandbox.world import World

# reporting category -> type, for money in and for money out; what nobody knows is an adjustment
_KINDS = {
    "fee": ("stripe_fee", "stripe_fee"),
    "network_cost": ("stripe_fee", "stripe_fee"),
    "risk_reserved_funds": ("reserve_release", "reserve_hold"),
    "tax": ("tax_fee", "tax_fee"),
    "topup": ("topup", "topup_reversal"),
    "transfer": ("transfer", "transfer"),
}


def enter_line(
    world: World, category: str, amount: int, currency: str = "gbp", fee: int = 0, description: str = "By hand"
) -> Object:
    """A line of this reporting category, known or not, in minor units: negative takes money away."""
    kind = _KINDS.get(category, ("adjustment", "adjustment"))[amount < 0]
    source = {"id": None, "currency": known_currency(currency, "currency")}
    return enter(world, source, kind, amount, fee, reporting_category=category, description=description)


def bill_for_billing(world: World, amount: int) -> Object:
    """Stripe's own fee for Billing, as it comes once a month."""
    return enter_line(world, "fee", -amount, description="Billing - Usage Fee")


def charge_elsewhere(
    world: World, amount: int, currency: str = "gbp", card: str = "4242424242424242", **labels: str
) -> Object:
    """A charge by another program, or typed into the dashboard: it carries no gift's metadata."""
    asked = {"description": "A ticket", "metadata": labels}
    intent = intend(world, amount, known_currency(currency, "currency"), asked)
    take(world, intent, new_method(world, MEANS[card], Payer("visitor@example.org", "A Visitor")))
    return world.store.get(intent["latest_charge"])
