"""A payout as a posting: this bank line is campaign A and campaign B, less fees and refunds, and other money. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.entry import NO_CAMPAIGN
from ledger.money import Money
from payments.books.payout_views import PayoutLine
from payments.reading.happenings import Category


@dataclass(frozen=True, slots=True)
class PostingRow:
    """What one campaign, or money without one (`campaign` 0), brought to the bank by this payout.

    `given` is what came in, `given_back` what went back, `fees` what was taken, all positive; `other` is signed.
    """

    campaign: int
    given: Money
    given_back: Money
    fees: Money
    other: Money

    @property
    def gross(self) -> Money:
        """What came and went, before fees."""
        return self.given - self.given_back + self.other

    @property
    def net(self) -> Money:
        """What it brought to the bank."""
        return self.gross - self.fees

    def __add__(self, more: "PostingRow") -> "PostingRow":
        return PostingRow(
            self.campaign, self.given + more.given, self.given_back + more.given_back, self.fees + more.fees,
            self.other + more.other,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PayoutPosting:
    """The rows by campaign, their sum, and what the payout's amount has besides: zero when every line is here."""

    rows: tuple[PostingRow, ...]
    total: PostingRow
    unexplained: Money


def posting(amount: Money, lines: Sequence[PayoutLine]) -> PayoutPosting:
    """The posting of a payout of this amount.

    A line's gross is split over its gift's campaigns as the gift is: largest remainder, so nothing is lost. Its fee is
    in parts already, as it is booked.
    """
    nothing = Money(0, amount.currency)
    rows: dict[int, PostingRow] = {}
    for line in lines:
        for row in _rows_of(line):
            rows[row.campaign] = rows[row.campaign] + row if row.campaign in rows else row
    total = PostingRow(NO_CAMPAIGN, nothing, nothing, nothing, nothing)
    for row in rows.values():
        total += row
    ordered = sorted(rows.values(), key=lambda row: (row.campaign == NO_CAMPAIGN, row.campaign))
    return PayoutPosting(tuple(ordered), total, amount - total.net)


def _rows_of(line: PayoutLine) -> list[PostingRow]:
    of = line.gross.currency
    nothing = Money(0, of)
    fees = [PostingRow(campaign, nothing, nothing, Money(minor, of), nothing) for campaign, minor in line.fees if minor]
    if not line.weights:
        return [PostingRow(NO_CAMPAIGN, nothing, nothing, nothing, line.gross), *fees]
    parts = zip(line.weights, line.gross.allocate([minor for _, minor in line.weights]), strict=True)
    came = line.category is Category.PAYMENT
    moved = [
        PostingRow(campaign, gross if came else nothing, nothing if came else -gross, nothing, nothing)
        for (campaign, _), gross in parts
    ]
    return moved + fees
