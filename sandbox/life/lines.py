"""The lines of a session: what is paid for, at which price, how often."""

from typing import Any

from sandbox.api.errors import invalid_request, missing_parameter
from sandbox.life.blanks import LINE_ITEM
from sandbox.life.catalogue import inline_price, the_price, the_product
from sandbox.life.currencies import check_chargeable
from sandbox.state.store import Object
from sandbox.world import World, public


def make_lines(world: World, asked: list[dict[str, Any]], mode: str) -> list[Object]:
    """The lines that a caller asked for, all in one currency and of the rhythm that the mode wants."""
    lines = [_line(world, line, f"line_items[{place}]") for place, line in enumerate(asked)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid_request("You can not combine currencies on a single Checkout Session.", param="line_items")
    recurring = [line["price"]["recurring"] is not None for line in lines]
    if mode == "payment" and any(recurring):
        raise invalid_request("You must provide only one-time prices in `payment` mode.", param="line_items")
    if mode == "subscription" and not any(recurring):
        raise invalid_request(
            "You must provide at least one recurring price in `subscription` mode.", param="line_items"
        )
    check_chargeable(total(lines), lines[0]["currency"], "line_items")
    return lines


def _line(world: World, asked: dict[str, Any], name: str) -> Object:
    if "price" in asked:
        price = the_price(world, asked["price"], param=f"{name}[price]", status=400)
    elif "price_data" in asked:
        price = inline_price(world, asked["price_data"], f"{name}[price_data]")
    else:
        raise missing_parameter(f"{name}[price]")
    quantity = asked.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return LINE_ITEM(
        world.random.new_id("li_"),
        amount_subtotal=amount,
        amount_total=amount,
        currency=price["currency"],
        description=the_product(world, price["product"])["name"],
        metadata=asked.get("metadata", {}),
        price=public(price),
        quantity=quantity,
    )


def total(lines: list[Object]) -> int:
    """What the lines come to, in minor units."""
    return sum(line["amount_total"] for line in lines)


def standing(lines: list[Object]) -> list[tuple[Object, int]]:
    """The prices that come again, each with its quantity."""
    return [(line["price"], line["quantity"]) for line in lines if line["price"]["recurring"] is not None]


def in_words(rhythm: Object) -> str:
    """Every month, every 3 months."""
    count: int = rhythm["interval_count"]
    return f"every {rhythm['interval']}" if count == 1 else f"every {count} {rhythm['interval']}s"
