"""What a donor got back for a payment, as a receipt keeps it where the law of the receipt wants it stated. Pure.

A ticket, a dinner, what was won in an auction: only what was paid beyond its worth is a gift.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import Money, currency

BENEFIT, BENEFIT_VALUE = "benefit", "benefit_value"
"""The names of these facts among the legal facts of a document."""

LegalFacts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Benefit:
    """What was got back, in words, and what it sells for."""

    words: str
    value: Money

    @property
    def facts(self) -> LegalFacts:
        """The facts of a receipt."""
        return ((BENEFIT, self.words), (BENEFIT_VALUE, f"{self.value.currency.code} {self.value.minor}"))


def benefit_of(facts: Iterable[tuple[str, str]]) -> Benefit | None:
    """What a receipt with these facts says that was got back."""
    named = dict(facts)
    if BENEFIT not in named or BENEFIT_VALUE not in named:
        return None
    code, minor = named[BENEFIT_VALUE].split(" ")
    return Benefit(named[BENEFIT], Money(int(minor), currency(code)))


def benefits_of_several(bought: Sequence[tuple[date, Benefit]]) -> LegalFacts:
    """The fact of a document about several gifts: each day on which something was got back, and what it is worth."""
    listed = "; ".join(f"{day}: {benefit.words}, worth {benefit.value}" for day, benefit in bought)
    return ((BENEFIT, listed),) if listed else ()


def without_benefit(facts: LegalFacts) -> LegalFacts:
    """The facts but for what was got back."""
    return tuple((name, fact) for name, fact in facts if name not in (BENEFIT, BENEFIT_VALUE))
