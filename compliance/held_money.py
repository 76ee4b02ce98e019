"""How much was raised, and how much of it is not accepted yet and therefore not to be spent. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from compliance.check import Check, CheckState
from compliance.regulated_gift import RegulatedGift
from ledger.money import GBP, Money


@dataclass(frozen=True, slots=True)
class HeldMoney:
    """Gifts that are here, those of them that nobody has accepted yet, and those that went back."""

    raised: Money
    not_accepted: Money
    returned: Money

    @property
    def spendable(self) -> Money:
        """What may be spent."""
        return self.raised - self.not_accepted


def may_be_spent(gift: RegulatedGift, check: Check | None, due: Collection[str]) -> bool:
    """Whether a gift may be spent: a named person accepted it, or it needs no check.

    `due` are the ids of gifts that need a check which nobody has opened yet.
    """
    if check is None:
        return gift.gift_id not in due
    return check.state is CheckState.ACCEPTED


def held_money(gifts: Iterable[RegulatedGift], checks: Mapping[str, Check], due: Collection[str]) -> HeldMoney:
    """The sums over gifts; `checks` by the gift's id."""
    raised = held = returned = Money(0, GBP)
    for gift in gifts:
        check = checks.get(gift.gift_id)
        if check is not None and check.state is CheckState.RETURNED:
            returned += gift.value
            continue
        raised += gift.value
        if not may_be_spent(gift, check, due):
            held += gift.value
    return HeldMoney(raised, held, returned)
