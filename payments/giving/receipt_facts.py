"""What a receipt says besides the gift itself: the donor's postal address, and whether Gift Aid was declared. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.money import GBP, Money
from payments.gift_aid.gift_aid_declaration import GiftAidDeclaration, covering
from payments.gifts.gift import Gift
from payments.gifts.receiving import NO_RECEIPT_FACTS, ReceiptFacts
from payments.giving.postal_address import PostalAddress
from payments.valuing.valuation import Valuation
from receipts.benefit import Benefit, LegalFacts
from receipts.receipt import GiftAidStatus


@dataclass(frozen=True, slots=True)
class KnownForReceipts:
    """What is known for the receipts of some gifts.

    `addresses` are by gift and by recurring gift. `declarations` are those that count, by donor; `made_with` has what
    was declared with a gift, which counts for it once it is received. `bought` is what donors got back, by gift.
    `prints_address`, `prints_gift_aid` and `prints_benefit` say what the organisation's receipts have at all.
    """

    prints_address: bool = False
    prints_gift_aid: bool = False
    prints_benefit: bool = False
    addresses: Mapping[str, PostalAddress] = field(default_factory=dict)
    declarations: Mapping[str, Sequence[GiftAidDeclaration]] = field(default_factory=dict)
    made_with: Mapping[str, GiftAidDeclaration] = field(default_factory=dict)
    bought: Mapping[str, Valuation] = field(default_factory=dict)

    def facts(self, gift: Gift, amount: Money, day: date, *, is_money: bool = True) -> ReceiptFacts:
        """What its receipt says besides. `day` is the gift's; one in kind, or not in pounds, has no Gift Aid."""
        if not (self.prints_address or self.prints_gift_aid or self.prints_benefit):
            return NO_RECEIPT_FACTS
        own = [self.made_with[gift.id]] if gift.id in self.made_with else []
        declared = [*self.declarations.get(gift.donor_id or "", ()), *own]
        has_gift_aid = self.prints_gift_aid and is_money and amount.currency == GBP
        return ReceiptFacts(
            self._address(gift, declared) if self.prints_address else (),
            _gift_aid(gift.id, declared, day) if has_gift_aid else None,
            benefit_facts(self.bought.get(gift.id)) if self.prints_benefit else (),
        )

    def _address(self, gift: Gift, declared: Sequence[GiftAidDeclaration]) -> tuple[str, ...]:
        """What was typed for the gift, else for another of the same recurring gift, else declared for Gift Aid."""
        typed = self.addresses.get(gift.id) or self.addresses.get(gift.recurring_id or "")
        if typed is not None:
            return typed.lines
        homes = [each.taxpayer.address for each in declared if not each.is_erased]
        return homes[-1] if homes else ()


NOTHING_FOR_RECEIPTS = KnownForReceipts()
"""Of an organisation whose receipts say nothing of the kind."""


def benefit_facts(valuation: Valuation | None) -> LegalFacts:
    """What a receipt keeps of what a donor got back; nothing where they got nothing."""
    if valuation is None or not valuation.market_value:
        return ()
    return Benefit(valuation.benefit, valuation.market_value).facts


def _gift_aid(gift_id: str, declared: Sequence[GiftAidDeclaration], day: date) -> GiftAidStatus:
    declaration = covering(declared, gift_id, day)
    return GiftAidStatus() if declaration is None else GiftAidStatus(declaration.declared_on, declaration.words)
