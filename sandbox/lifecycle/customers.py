"""Customers, with their payment methods and invoice numbers."""

from typing import Any

from sandbox.api.errors import resource_missing
from sandbox.events import emit_event
from sandbox.lifecycle.catalogue import merge_metadata
from sandbox.lifecycle.object_templates import CUSTOMER
from sandbox.lifecycle.payment_methods import Payer
from sandbox.state.store import Object
from sandbox.world import World


def create_customer(world: World, params: dict[str, Any]) -> Object:
    """A new customer with the caller's fields."""
    id_ = world.random.new_id("cus_", 14)
    fields = {name: value for name, value in params.items() if name not in ("expand", "metadata", "invoice_settings")}
    customer = CUSTOMER(
        id_,
        created=world.now,
        invoice_prefix=world.random.letters(id_, 8).upper(),
        metadata=merge_metadata({}, params.get("metadata", {})),
        **fields,
    )
    world.store.add(customer)
    emit_event(world, "customer.created", customer)
    return customer


def create_customer_for(world: World, payer: Payer) -> Object:
    """A new customer for a payer on the payment page."""
    address = payer.billing_details()["address"]
    return create_customer(world, {"email": payer.email, "name": payer.name, "address": address})


def get_customer(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The customer of this id; ApiError where there is none."""
    customer = world.store.find(id_)
    if customer is None or customer["object"] != "customer" or customer.get("_deleted"):
        raise resource_missing("customer", id_, param=param, status=status)
    return customer


def set_default_method(world: World, customer: Object, method_id: str | None) -> None:
    """Set the payment method for later invoices."""
    before = customer["invoice_settings"]
    world.store.change(customer, invoice_settings={**before, "default_payment_method": method_id})
    emit_event(world, "customer.updated", customer, {"invoice_settings": before})


def customer_methods(world: World, customer_id: str) -> list[Object]:
    """A customer's payment methods, the newest first."""
    return world.store.select("payment_method", "json_extract(body, '$.customer') = ?", (customer_id,))


def next_invoice_number(world: World, customer: Object) -> str:
    """The next number of this customer's own sequence: ABCD1234-0001."""
    sequence = customer["next_invoice_sequence"]
    world.store.change(customer, next_invoice_sequence=sequence + 1)
    return f"{customer['invoice_prefix']}-{sequence:04d}"
