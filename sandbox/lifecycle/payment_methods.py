"""Payment methods: cards and bank accounts as objects, attached to a customer or not."""

from dataclasses import dataclass

from sandbox.api.errors import invalid_request, resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.object_templates import MANDATE, PAYMENT_METHOD
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS, SampleMethod
from sandbox.state.store import Object
from sandbox.world import World

SORT_CODE = "108800"


@dataclass(frozen=True)
class Payer:
    """The payer, as entered on the payment page."""

    email: str | None = None
    name: str | None = None
    country: str = "GB"
    postal_code: str | None = None

    def billing_details(self) -> Object:
        """The field billing_details of charges and payment methods."""
        address = {"city": None, "line1": None, "line2": None, "state": None, "country": self.country,
                   "postal_code": self.postal_code}  # fmt: skip
        return {"address": address, "email": self.email, "name": self.name, "phone": None, "tax_id": None}


def create_method(world: World, sample: SampleMethod, payer: Payer) -> Object:
    """A new payment method: this sample card or bank account, with this payer's billing details."""
    details = _card(world, sample) if sample.kind == "card" else _bank_account(world, sample)
    return world.store.add(
        PAYMENT_METHOD(
            world.random.new_id("pm_"),
            billing_details=payer.billing_details(),
            created=world.now,
            type=sample.kind,
            _number=sample.number,
            **{sample.kind: details},
        )
    )


def sample_of(method_or_charge: Object) -> SampleMethod:
    """The sample card or bank account behind a payment method or a charge."""
    return SAMPLE_METHODS[method_or_charge["_number"]]


def _card(world: World, sample: SampleMethod) -> Object:
    year, month = _months_from_now(world, sample.expires_within)
    wallet = sample.wallet and {"dynamic_last4": sample.last4, "type": sample.wallet, sample.wallet: {}}
    return {
        "brand": sample.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": sample.country,
        "display_brand": sample.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": world.random.letters(f"card:{sample.number}", 16),
        "funding": sample.funding,
        "generated_from": None,
        "last4": sample.last4,
        "networks": {"available": [sample.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": wallet,
    }


def _bank_account(world: World, sample: SampleMethod) -> Object:
    fingerprint = world.random.letters(f"account:{sample.number}", 16)
    return {"fingerprint": fingerprint, "last4": sample.last4, "sort_code": SORT_CODE}


def _months_from_now(world: World, months: int) -> tuple[int, int]:
    """The year and the month that are this many months from now."""
    today = world.clock.as_datetime()
    years, month = divmod(today.month - 1 + months, 12)
    return today.year + years, month + 1


def is_expired(world: World, method: Object) -> bool:
    """Whether a card's expiry month has passed. A bank account never expires."""
    if method["type"] != "card":
        return False
    today = world.clock.as_datetime()
    return (today.year, today.month) > (method["card"]["exp_year"], method["card"]["exp_month"])


def replace_card(world: World, method_id: str) -> None:
    """Scheduled for a sample card that is replaced: new last digits and expiry. Nothing where it was detached."""
    method = world.store.get(method_id)
    if method["customer"] is None:
        return
    before = {name: method["card"][name] for name in ("exp_month", "exp_year", "last4")}
    year, month = _months_from_now(world, 36)
    last4 = f"{int(world.random.chance(method_id) * 10_000):04d}"
    world.store.change(method, card={**method["card"], "exp_year": year, "exp_month": month, "last4": last4})
    emit_event(world, "payment_method.automatically_updated", method, {"card": before})


def check_attachable(method: Object) -> None:
    """Refuse a method of another customer, and one that is used up: detached, or charged without a customer."""
    if method["customer"] is not None:
        raise invalid_request("The payment method you provided has already been attached to a customer.")
    if method.get("_used_up"):
        raise invalid_request(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )


def attach_method(world: World, method: Object, customer_id: str) -> Object:
    """Attach a payment method to a customer, for later charges."""
    world.store.change(method, customer=customer_id, allow_redisplay="always", _used_up=False)
    emit_event(world, "payment_method.attached", method)
    sample = sample_of(method)
    if sample.replaced_before_expiry:
        world.tasks.schedule(world.now + 20 * 86400, "renew_card", method["id"])
    return method


def detach_method(world: World, method: Object) -> Object:
    """Detach a payment method: it can never be charged again."""
    customer_id = method["customer"]
    world.tasks.cancel(method["id"])
    world.store.change(method, customer=None, _used_up=True)
    emit_event(world, "payment_method.detached", method, {"customer": customer_id})
    return method


def create_mandate(world: World, method: Object) -> Object:
    """A new mandate: the payer's permission to debit their bank account, accepted by the bank."""
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


def get_method(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The payment method of this id; ApiError where there is none."""
    method = world.store.find(id_)
    if method is None or method["object"] != "payment_method":
        raise resource_missing("PaymentMethod", id_, param=param, status=status)
    return method
