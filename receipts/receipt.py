"""A receipt: what an organisation confirms to a donor, fixed at the moment of issue."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring as _quoted

from ledger.money import CurrencyMismatch, Money, currency
from organisation.organisation import Organisation

# The wording and layout that a receipt was issued with; a changed legal sentence is a new template.
TEMPLATE = 1


class NotAReceipt(ValueError):
    """What is to be receipted cannot stand on a receipt: no lines, or an amount that is not positive."""


def printed_number(year: int, number: int) -> str:
    """The number as donors and treasurers read it: 2026-000123. Sorts as the numbers do, up to a million."""
    return f"{year}-{number:06d}"


@dataclass(frozen=True, slots=True)
class Line:
    """A gift's share for one campaign, by the title that the campaign had at the time."""

    campaign: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a receipt will say, before it has a number.

    `given_on`: the day of the gift in the organisation's time zone. `method`: as the donor knows it,
    "Visa ending 4242". `reference`: finds the payment again, at our end and at Stripe's.
    """

    gift_id: str
    given_on: date
    donor_name: str
    lines: tuple[Line, ...]
    method: str
    reference: str
    organisation: Organisation
    mode: str

    def snapshot(self, number: str, issued_on: date) -> str:
        """The receipt of this number as the JSON that is kept for good: `Receipt.from_json` reads it back.

        Raises NotAReceipt, CurrencyMismatch. Put together by hand, keys in order, because the webhook's
        writer waits for it: a seventh of what `json.dumps` takes for the same text.
        """
        of = _only_currency(self.lines)
        lines = ",".join([f"[{_quoted(line.campaign)},{line.amount.minor}]" for line in self.lines])
        return (
            f'{{"currency":"{of}","donor_name":{_quoted(self.donor_name)},"given_on":"{self.given_on}",'
            f'"issued_on":"{issued_on}","lines":[{lines}],"method":{_quoted(self.method)},'
            f'"mode":"{self.mode}","number":"{number}","organisation":{_as_json(self.organisation)},'
            f'"reference":{_quoted(self.reference)},"template":{TEMPLATE}}}'
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was issued. Page, print and email say the same, because all are made from this."""

    number: str
    issued_on: date
    given_on: date
    donor_name: str
    lines: tuple[Line, ...]
    method: str
    reference: str
    organisation: Organisation
    mode: str
    template: int

    @property
    def total(self) -> Money:
        """What was given: the lines together."""
        first, *others = [line.amount for line in self.lines]
        return sum(others, start=first)

    @property
    def moved_money(self) -> bool:
        """Whether this is a receipt for real money, and not one of the sandbox or of Stripe's test mode."""
        return self.mode == "live"

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        """Read a snapshot back."""
        snapshot = json.loads(text)
        of = currency(snapshot["currency"])
        organisation = snapshot["organisation"]
        return cls(
            number=snapshot["number"],
            issued_on=date.fromisoformat(snapshot["issued_on"]),
            given_on=date.fromisoformat(snapshot["given_on"]),
            donor_name=snapshot["donor_name"],
            lines=tuple(Line(campaign, Money(minor, of)) for campaign, minor in snapshot["lines"]),
            method=snapshot["method"],
            reference=snapshot["reference"],
            organisation=Organisation(**organisation | {"address": tuple(organisation["address"])}),
            mode=snapshot["mode"],
            template=snapshot["template"],
        )


def _only_currency(lines: tuple[Line, ...]) -> str:
    """The code of the one currency that every line is in; each amount is positive."""
    if not lines:
        raise NotAReceipt("a receipt needs at least one line")
    of = lines[0].amount.currency
    for line in lines:
        if line.amount.minor <= 0:
            raise NotAReceipt(f"{line.amount} cannot stand on a receipt")
        if line.amount.currency is not of and line.amount.currency != of:
            raise CurrencyMismatch(f"{of} and {line.amount.currency} do not mix on one receipt")
    return of.code


# Cached because a batch of receipts carries one letterhead hundreds of times.
@lru_cache(maxsize=8)
def _as_json(organisation: Organisation) -> str:
    return json.dumps(asdict(organisation), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
