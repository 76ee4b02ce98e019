"""The line items of a checkout session: each has a price and a quantity."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter
from sandbox.lifecycle.catalogue import check_product_active, get_active_price, get_product, inline_price
from sandbox.lifecycle.currencies import check_chargeable
from sandbox.lifecycle.object_templates import LINE_ITEM
from sandbox.state.store import Object
from sandbox.world import World, public


def create_line_items(world: World, lines_params: list[dict[str, Any]], mode: str) -> list[Object]:
    """The line items for these parameters. ApiError where currencies are mixed, or prices do not fit the mode."""
    lines = [_line(world, params, f"line_items[{place}]") for place, params in enumerate(lines_params)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid_request("You can not combine currencies on a single Checkout Session.", param="line_items")
    recurring = [line["price"]["recurring"] is not None for line in lines]
    if mode == "payment" and any(recurring):
        raise invalid_request("You must provide only one-time prices in `payment` mode.", param="line_items")
    if mode == "subscription" and not any(recurring):
        raise invalid_request(
            "You must provide at least one recurring price in `subscription` mode.", param="line_items"
        )
    check_chargeable(total_amount(lines), lines[0]["currency"], "line_items")
    return lines


def _line(world: World, params: dict[str, Any], name: str) -> Object:
    if "price" in params:
        price = get_active_price(world, params["price"], f"{name}[price]")
        check_product_active(get_product(world, price["product"]), f"{name}[price]")
    elif "price_data" in params:
        price = inline_price(world, params["price_data"], f"{name}[price_data]", for_sale=True)
    else:
        raise missing_parameter(f"{name}[price]")
    if "quantity" not in params:
        raise invalid_request(f"Quantity is required. Add `quantity` to `{name}`", param=name)
    quantity = params["quantity"]
    amount = price["unit_amount"] * quantity
    return LINE_ITEM(
        world.random.new_id("li_"),
        amount_subtotal=amount,
        amount_total=amount,
        currency=price["currency"],
        description=get_product(world, price["product"])["name"],
        metadata=params.get("metadata", {}),
        price=public(price),
        quantity=quantity,
    )


def total_amount(lines: list[Object]) -> int:
    """The sum of the line items, in minor units."""
    return sum(line["amount_total"] for line in lines)


def recurring_prices(lines: list[Object]) -> list[tuple[Object, int]]:
    """The recurring prices, each with its quantity."""
    return [(line["price"], line["quantity"]) for line in lines if line["price"]["recurring"] is not None]


def describe_interval(recurring: Object) -> str:
    """The interval of a recurring price as text: every month, every 3 months."""
    count: int = recurring["interval_count"]
    return f"every {recurring['interval']}" if count == 1 else f"every {count} {recurring['interval']}s"
