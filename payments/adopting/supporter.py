"""A subscription at Stripe that another system made, and the recurring gift that it becomes. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from ledger.money import Money
from payments.gifts.gift import DonorDetails, Gift, GiftState, Share, allocate
from payments.gifts.recurring import Interval, Recurring, RecurringState

# The name space of the ids that a subscription of another system gets here.
SUPPORTERS = UUID("0f6b3a52-9c1d-4a77-8e0b-6d2f4b7c9a11")
# Kinds of jobs: look for supporters at Stripe ({}), and write our mark on an adopted one ({"subscription": id}).
FIND_SUPPORTERS, MARK_SUPPORTER = "supporters.find", "supporters.mark"


@dataclass(frozen=True, slots=True)
class Supporter:
    """A subscription that is not ours: what it pays and how often, who pays, since when, and what for."""

    subscription: str
    donor: DonorDetails
    amount: Money
    interval: Interval
    began_at: datetime
    product: str


def recurring_id_of_supporter(subscription: str) -> str:
    """The id of the recurring gift that a subscription becomes: the same however often it is adopted."""
    return str(uuid5(SUPPORTERS, subscription))


def adopted(supporter: Supporter, shares: tuple[Share, ...]) -> tuple[Gift, Recurring]:
    """The recurring gift, and the gift that stands for its beginning: that was paid before, and is never received."""
    recurring = recurring_id_of_supporter(supporter.subscription)
    first = Gift(
        id=str(uuid5(SUPPORTERS, recurring)),
        state=GiftState.PENDING,
        amount=supporter.amount,
        allocations=allocate(supporter.amount, shares),
        donor=supporter.donor,
        created_at=supporter.began_at,
        attempted_at=supporter.began_at,
        return_token=uuid5(SUPPORTERS, f"token:{recurring}").hex,
        recurring_id=recurring,
    )
    return first, Recurring(
        id=recurring,
        state=RecurringState.PENDING,
        amount=supporter.amount,
        interval=supporter.interval,
        shares=shares,
        donor=supporter.donor,
        first_gift=first.id,
        created_at=supporter.began_at,
        subscription=supporter.subscription,
    )
