"""Payment methods: what a typed card or bank account becomes, and the customer that keeps it."""

from dataclasses import dataclass

from sandbox.api.errors import resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks import MANDATE, PAYMENT_METHOD
from sandbox.life.means import MEANS, Means
from sandbox.state.store import Object
from sandbox.world import World

SORT_CODE = "108800"


@dataclass(frozen=True)
class Payer:
    """Who pays, as typed on the payment page."""

    email: str | None = None
    name: str | None = None
    country: str = "GB"
    postal_code: str | None = None

    def billing_details(self) -> Object:
        """The payer as a charge and a payment method show them."""
        nowhere = {"city": None, "line1": None, "line2": None, "state": None}
        address = {**nowhere, "country": self.country, "postal_code": self.postal_code}
        return {"address": address, "email": self.email, "name": self.name, "phone": None, "tax_id": None}


def new_method(world: World, means: Means, payer: Payer) -> Object:
    """The payment method that these means become in this payer's hands."""
    face = _card(world, means) if means.kind == "card" else _bank_account(world, means)
    return world.store.add(
        PAYMENT_METHOD(
            world.random.new_id("pm_"),
            billing_details=payer.billing_details(),
            created=world.now,
            type=means.kind,
            _number=means.number,
            **{means.kind: face},
        )
    )


def means_of(method: Object) -> Means:
    """The test means behind a payment method."""
    return MEANS[method["_number"]]


def _card(world: World, means: Means) -> Object:
    year, month = _months_on(world, means.expires_within)
    wallet = means.wallet and {"dynamic_last4": means.last4, "type": means.wallet, means.wallet: {}}
    return {
        "brand": means.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": means.country,
        "display_brand": means.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": world.random.letters(f"card:{means.number}", 16),
        "funding": means.funding,
        "generated_from": None,
        "last4": means.last4,
        "networks": {"available": [means.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": wallet,
    }


def _bank_account(world: World, means: Means) -> Object:
    fingerprint = world.random.letters(f"account:{means.number}", 16)
    return {"fingerprint": fingerprint, "last4": means.last4, "sort_code": SORT_CODE}


def _months_on(world: World, months: int) -> tuple[int, int]:
    """Year and month, so many months from now."""
    today = world.clock.as_datetime()
    years, month = divmod(today.month - 1 + months, 12)
    return today.year + years, month + 1


def expired(world: World, method: Object) -> bool:
    """Whether the month on the card has passed."""
    if method["type"] != "card":
        return False
    today = world.clock.as_datetime()
    return (today.year, today.month) > (method["card"]["exp_year"], method["card"]["exp_month"])


def renew_card(world: World, method_id: str) -> None:
    """The bank has sent a new card in time: new end, later expiry, told by payment_method.automatically_updated."""
    method = world.store.get(method_id)
    if method["customer"] is None:
        return
    before = {name: method["card"][name] for name in ("exp_month", "exp_year", "last4")}
    year, month = _months_on(world, 36)
    last4 = f"{int(world.random.chance(method_id) * 10_000):04d}"
    world.store.change(method, card={**method["card"], "exp_year": year, "exp_month": month, "last4": last4})
    emit_event(world, "payment_method.automatically_updated", method, {"card": before})


def keep(world: World, method: Object, customer_id: str) -> Object:
    """Attach a payment method to a customer, for later charges."""
    world.store.change(method, customer=customer_id, allow_redisplay="always")
    emit_event(world, "payment_method.attached", method)
    means = means_of(method)
    if means.replaced:
        world.tasks.schedule(world.now + 20 * 86400, "renew_card", method["id"])
    return method


def let_go(world: World, method: Object) -> Object:
    """Detach a payment method: it can never be charged again."""
    customer_id = method["customer"]
    world.tasks.cancel(method["id"])
    world.store.change(method, customer=None)
    emit_event(world, "payment_method.detached", method, {"customer": customer_id})
    return method


def new_mandate(world: World, method: Object) -> Object:
    """The giver's permission to debit their account, as accepted by the bank."""
    id_ = world.random.new_id("mandate_")
    details = {
        "display_name": None,
        "network_status": "accepted",
        "reference": world.random.letters(id_, 10).upper(),
        "revocation_reason": None,
        "service_user_number": "000000",
        "url": f"{world.settings.public_url}/",
    }
    mandate = MANDATE(
        id_,
        customer_acceptance={
            "accepted_at": world.now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "twin"},
            "type": "online",
        },
        payment_method=method["id"],
        payment_method_details={"bacs_debit": details, "type": "bacs_debit"},
    )
    world.store.add(mandate)
    emit_event(world, "mandate.updated", mandate, {"status": "pending"})
    return mandate


def the_method(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The payment method of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "payment_method":
        raise resource_missing("PaymentMethod", id_, param=param, status=status)
    return found
