"""Payment links: pages that open a checkout session for whoever visits them, any number of times."""

import re
from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter, resource_missing
from sandbox.lifecycle.catalogue import get_active_price, merge_metadata
from sandbox.lifecycle.checkout_sessions import create_session
from sandbox.lifecycle.object_templates import PAYMENT_LINK
from sandbox.state.store import Object
from sandbox.world import World

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,200}").fullmatch


def create_link(world: World, params: dict[str, Any]) -> Object:
    """A new link for one price, whose amount the payer may choose where the price says so."""
    if len(params["line_items"]) != 1:
        raise invalid_request("The twin's payment links have one line item.", param="line_items")
    [line] = params["line_items"]
    if "price" not in line:
        raise missing_parameter("line_items[0][price]")
    price = get_active_price(world, line["price"], "line_items[0][price]")
    if price["recurring"]:
        raise invalid_request("The twin's payment links have one-time prices.", param="line_items")
    after = params.get("after_completion")
    id_ = world.random.new_id("plink_")
    link = PAYMENT_LINK(
        id_,
        after_completion={"type": "redirect", "redirect": dict(after["redirect"])}
        if after
        else {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": None}},
        currency=price["currency"],
        customer_creation=params.get("customer_creation", "if_required"),
        metadata=merge_metadata({}, params.get("metadata", {})),
        payment_intent_data=_intent_data(params.get("payment_intent_data")),
        submit_type=params.get("submit_type", "auto"),
        url=f"{world.settings.public_url}/link/{id_}",
        _price=price["id"],
        _payment_asked=params.get("payment_intent_data", {}),
    )
    world.store.add(link)
    return link


def get_link(world: World, id_: str) -> Object:
    """The link of this id; ApiError where there is none."""
    link = world.store.find(id_)
    if link is None or link["object"] != "payment_link":
        raise resource_missing("payment_link", id_)
    return link


def open_link(world: World, link: Object, amount: int, reference: str) -> Object:
    """The session of a visitor who pays this amount. A reference of other signs is dropped, as Stripe does.

    Its line has a price of the amount, where Stripe's has the link's own price.
    """
    price = world.store.get(link["_price"])
    limits = price["custom_unit_amount"] or {"minimum": price["unit_amount"], "maximum": price["unit_amount"]}
    if amount < (limits["minimum"] or 0) or amount > (limits["maximum"] or amount):
        raise invalid_request("This amount cannot be paid by this link.")
    after = link["after_completion"].get("redirect")
    line = {"currency": price["currency"], "product": price["product"], "unit_amount": amount}
    params: dict[str, Any] = {
        "mode": "payment",
        "success_url": after["url"] if after else f"{world.settings.public_url}/link/{link['id']}",
        "line_items": [{"price_data": line, "quantity": 1}],
        "metadata": link["metadata"],
        "customer_creation": link["customer_creation"],
        "payment_intent_data": link["_payment_asked"],
        "submit_type": link["submit_type"],
    }
    if _REFERENCE(reference):
        params["client_reference_id"] = reference
    session = create_session(world, params)
    world.store.change(session, payment_link=link["id"])
    return session


def _intent_data(asked: dict[str, Any] | None) -> Object | None:
    names = ("capture_method", "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix")
    if asked is None:
        return None
    fields = {**dict.fromkeys((*names, "transfer_group")), "description": asked.get("description")}
    return fields | {"metadata": asked.get("metadata", {})}
