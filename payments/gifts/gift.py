"""A gift, its shares and its states: values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from ledger.kinds import EntryKind
from ledger.money import Money

# What the return token of a gift begins with that came from the form for several campaigns.
SHARED_FORM = "shared-"


class GiftState(StrEnum):
    """How far a gift has come. It is stored, and only rises in this order."""

    PENDING = "pending"
    PROCESSING = "processing"
    EXPIRED = "expired"
    FAILED = "failed"
    RECEIVED = "received"

    @property
    def rank(self) -> int:
        """Its place in the order: of two reported states the higher one wins, whichever came first."""
        return _ORDER.index(self)


_ORDER = tuple(GiftState)


@dataclass(frozen=True, slots=True)
class Allocation:
    """A gift's share for one campaign."""

    n: int
    campaign: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Share:
    """A campaign's part of a gift, or of every instalment of a recurring one, by weight."""

    n: int
    campaign: int
    weight: int


@dataclass(frozen=True, slots=True)
class DonorDetails:
    """What a donor typed in the form. It stays with the gift, whatever becomes of the donor (`donors/`)."""

    name: str
    email: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutLink:
    """A Checkout Session belongs to this gift, and led to this payment intent, if that is known."""

    session: str
    gift: str
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class Gift:
    """Money given once: asked for with the form, received when its charge has succeeded.

    `attempts` counts the attempts to open a checkout, the last at `attempted_at`. `return_token` opens the filled form
    again for a donor who turns back at Stripe; all gifts of one form have the same. An instalment has the id of its
    recurring gift, and of the invoice that asked for it. `donor_id` is None until the gift is stored.

    `source` is the code of the link that led to the form, such as `leaflet-7`; `show_name` whether the donor's name and
    message may stand on public pages; `fee_cover` the part of the amount that the donor added for fees.
    """

    id: str
    state: GiftState
    amount: Money
    allocations: tuple[Allocation, ...]
    donor: DonorDetails
    created_at: datetime
    received_at: datetime | None = None
    attempts: int = 1
    attempted_at: datetime | None = None
    return_token: str = ""
    session_id: str | None = None
    payment: str | None = None
    recurring_id: str | None = None
    invoice_id: str | None = None
    donor_id: str | None = None
    source: str = ""
    show_name: bool = False
    fee_cover: Money | None = None

    def __post_init__(self) -> None:
        if sum(share.amount.minor for share in self.allocations) != self.amount.minor:
            raise ValueError(f"gift {self.id}: the shares do not add up to {self.amount}")

    @property
    def is_from_shared_form(self) -> bool:
        """Whether its donor shared it over campaigns, in the form at `/give`."""
        return self.return_token.startswith(SHARED_FORM)

    @property
    def reference(self) -> str:
        """The gift's short name for donors: the first eight characters of its id, in capitals."""
        return self.id[:8].upper()

    @property
    def is_offline(self) -> bool:
        """Whether it did not come through Stripe: a treasurer entered it."""
        return self.payment == EntryKind.OFFLINE.key(self.id)


def pledge(amount: Money, shares: Sequence[Share], donor: DonorDetails, now: datetime) -> Gift:
    """A new pending gift for these campaigns. A part of nothing makes no allocation."""
    return Gift(
        id=str(uuid4()),
        state=GiftState.PENDING,
        amount=amount,
        allocations=allocate(amount, shares),
        donor=donor,
        created_at=now,
        attempted_at=now,
        return_token=uuid4().hex,
    )


def allocate(amount: Money, shares: Sequence[Share]) -> tuple[Allocation, ...]:
    """Split an amount over campaigns: by largest remainder, ties to the earlier share."""
    parts = zip(shares, split(amount, [share.weight for share in shares]), strict=True)
    return tuple(Allocation(share.n, share.campaign, part) for share, part in parts if part)


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Split an amount into parts that Stripe charges: to the penny, in whole krónur. They add up to the amount."""
    step = amount.currency.step
    if amount.minor % step:  # no charge of Stripe's
        return amount.allocate(weights)
    parts = Money(amount.minor // step, amount.currency).allocate(weights)
    return [Money(part.minor * step, part.currency) for part in parts]


def shares_of(charged: Money, gift: Gift) -> list[Money]:
    """Split the amount that was charged over the gift's campaigns, in proportion to what was asked for."""
    if charged == gift.amount:
        return [share.amount for share in gift.allocations]
    return split(charged, [share.amount.minor for share in gift.allocations])
