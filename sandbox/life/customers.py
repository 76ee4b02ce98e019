"""Customers: who gives again and again, with the payment methods that they left."""

from typing import Any

from sandbox.api.errors import resource_missing
from sandbox.events import emit_event
from sandbox.life.blanks_of_giving import CUSTOMER
from sandbox.life.catalogue import labelled
from sandbox.life.methods import Payer
from sandbox.state.store import Object
from sandbox.world import World


def new_customer(world: World, asked: dict[str, Any]) -> Object:
    """A customer as described by the caller."""
    id_ = world.random.new_id("cus_", 14)
    named = {name: value for name, value in asked.items() if name not in ("expand", "metadata", "invoice_settings")}
    customer = CUSTOMER(
        id_,
        created=world.now,
        invoice_prefix=world.random.letters(id_, 8).upper(),
        metadata=labelled({}, asked.get("metadata", {})),
        **named,
    )
    world.store.add(customer)
    emit_event(world, "customer.created", customer)
    return customer


def customer_for(world: World, payer: Payer) -> Object:
    """The customer that a payer on the payment page becomes."""
    return new_customer(world, {"email": payer.email, "name": payer.name,
                                "address": payer.billing_details()["address"]})  # fmt: skip


def the_customer(world: World, id_: str, *, param: str = "id", status: int = 404) -> Object:
    """The customer of this id; refused when there is none."""
    found = world.store.find(id_)
    if found is None or found["object"] != "customer" or found.get("_deleted"):
        raise resource_missing("customer", id_, param=param, status=status)
    return found


def set_default_method(world: World, customer: Object, method_id: str | None) -> None:
    """The payment method for later invoices."""
    before = customer["invoice_settings"]
    world.store.change(customer, invoice_settings={**before, "default_payment_method": method_id})
    emit_event(world, "customer.updated", customer, {"invoice_settings": before})


def methods_of(world: World, customer_id: str) -> list[Object]:
    """A customer's payment methods, the newest first."""
    return world.store.select("payment_method", "json_extract(body, '$.customer') = ?", (customer_id,))


def number_next_invoice(world: World, customer: Object) -> str:
    """The next number of this customer's own sequence: ABCD1234-0001."""
    sequence = customer["next_invoice_sequence"]
    world.store.change(customer, next_invoice_sequence=sequence + 1)
    return f"{customer['invoice_prefix']}-{sequence:04d}"
