"""Reads the form of a refund: what goes back of each share, confirmed by typing the whole sum."""

from collections.abc import Mapping

from ledger.money import BadAmount, Money
from ledger.typed_money import read_typed_money
from payments.giving.form import AmountWords
from payments.reading.happenings import ChosenParts
from payments.refunding.request import PaymentLeft, RefundReason, chosen_parts
from web.typed import compact

FIELDS = ("request", "payment", "reason", "sum")
REASONS = {
    RefundReason.WISHED.value: "The donor asks for it",
    RefundReason.DUPLICATE.value: "It was charged twice by mistake",
}


def part_field(share: int) -> str:
    """The field of a share."""
    return f"part-{share}"


def read_parts(
    typed: Mapping[str, str], payment: PaymentLeft, words: AmountWords
) -> tuple[ChosenParts, dict[str, str]]:
    """What goes back of each share, or what must be corrected, by field."""
    errors: dict[str, str] = {}
    wanted = {share.share.n: _part(typed, share.share.n, share.left, words, errors) for share in payment.shares}
    total = sum((part.minor for part in wanted.values()), 0)
    if not errors and not total:
        errors[part_field(payment.shares[0].share.n)] = "Enter how much goes back."
    if not errors and _amount(typed.get("sum", ""), payment.left, words) != Money(total, payment.left.currency):
        errors["sum"] = "Type the sum that goes back, to confirm it."
    return (() if errors else chosen_parts(payment, wanted)), errors


def _part(typed: Mapping[str, str], share: int, left: Money, words: AmountWords, errors: dict[str, str]) -> Money:
    written = typed.get(part_field(share), "")
    amount = _amount(written, left, words) if compact(written) else Money(0, left.currency)
    if amount is None:
        errors[part_field(share)] = f"Enter an amount like {words.print(left)}."
    elif amount > left:
        errors[part_field(share)] = f"No more than {words.print(left)} is left."
    return amount or Money(0, left.currency)


def _amount(written: str, like: Money, words: AmountWords) -> Money | None:
    try:
        amount = read_typed_money(compact(written), like.currency, words.style)
    except BadAmount:
        return None
    return amount if amount.minor >= 0 and amount.minor % like.currency.step == 0 else None
