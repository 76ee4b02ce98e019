"""What is left of the money that was given for a campaign. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.spending_store import Spending
from ledger.accounts import FIGURE_ACCOUNTS, Figure
from ledger.journal_views import AccountSum
from ledger.money import Currency, Money


@dataclass(frozen=True, slots=True)
class CampaignBalance:
    """A campaign's money in its own currency: given and not given back, less fees, less what was spent.

    `not_accepted` is what nobody has accepted yet of gifts whose donors are checked: it is here, and not to be spent.
    """

    raised: Money
    fees: Money
    spent: Money
    not_accepted: Money

    @property
    def left(self) -> Money:
        """What is still there to be spent; negative when more was spent than came in."""
        return self.raised - self.fees - self.spent - self.not_accepted


def campaign_balance(
    of: Currency, sums: Sequence[AccountSum], spent: Sequence[Spending], not_accepted: Money | None = None
) -> CampaignBalance:
    """The balance by what its accounts moved (debits less credits) and by the notes that count."""
    nothing = Money(0, of)
    moved = {
        figure: sum(
            (row.moved for row in sums if row.account in FIGURE_ACCOUNTS[figure] and row.moved.currency == of),
            start=nothing,
        )
        for figure in (Figure.RAISED, Figure.FEES)
    }
    counted = (note.amount for note in spent if note.withdrawn_at is None and note.amount.currency == of)
    all_spent = sum(counted, start=nothing)
    return CampaignBalance(-moved[Figure.RAISED], moved[Figure.FEES], all_spent, not_accepted or nothing)
