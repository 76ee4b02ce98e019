"""What checks are called on the desk. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compliance.check import Check, CheckReason, CheckState
from compliance.check_steps import ReturnReason, ReturnRecipient
from compliance.donor_types import DonorType
from ledger.money import Money

STATES: Mapping[CheckState, str] = {
    CheckState.OPEN: "Open",
    CheckState.TO_RETURN: "On its way back",
    CheckState.CAME_BACK: "Its return failed",
    CheckState.ACCEPTED: "Accepted",
    CheckState.RETURNED: "Returned",
}
REASONS: Mapping[CheckReason, str] = {
    CheckReason.ABOVE_THRESHOLD: "it is more than the threshold",
    CheckReason.LINKED_TOTAL: "smaller gifts together are more than the threshold",
}
DONOR_TYPES: Mapping[DonorType, str] = {
    DonorType.INDIVIDUAL: "Person on a UK electoral register",
    DonorType.OVERSEAS_ELECTOR: "Person abroad on a UK electoral register",
    DonorType.ANONYMOUS_ELECTOR: "Person registered anonymously",
    DonorType.BEQUEST: "Bequest of somebody who died",
    DonorType.COMPANY: "Company",
    DonorType.LLP: "Limited liability partnership",
    DonorType.TRADE_UNION: "Trade union",
    DonorType.BUILDING_SOCIETY: "Building society",
    DonorType.FRIENDLY_SOCIETY: "Friendly or other registered society",
    DonorType.UNINCORPORATED_ASSOCIATION: "Unincorporated association",
    DonorType.PARTY: "Registered party",
    DonorType.TRUST: "Trust",
    DonorType.IRISH_CITIZEN: "Irish citizen",
    DonorType.IRISH_BODY: "Irish body",
    DonorType.ANOTHER: "Another kind of donor",
    DonorType.UNIDENTIFIED: "Nobody knows who gave it",
}
RETURN_REASONS: Mapping[ReturnReason, str] = {
    ReturnReason.IMPERMISSIBLE: "The donor may not give to us",
    ReturnReason.UNIDENTIFIED: "Nobody knows who gave it",
    ReturnReason.REFUSED: "We do not want it, though we could accept it",
}
# As they stand in a sentence.
RECIPIENTS: Mapping[ReturnRecipient, str] = {
    ReturnRecipient.DONOR: "the donor",
    ReturnRecipient.TRANSFERRER: "the person who transferred it",
    ReturnRecipient.INSTITUTION: "the bank or other institution that it came through",
    ReturnRecipient.COMMISSION: "the Electoral Commission, as none of these can be found",
}


def short_type(donor_type: DonorType) -> str:
    """A type of donor in a column: "Overseas elector"."""
    return donor_type.value.replace("_", " ").capitalize()


def days_left_words(days_left: int | None) -> str:
    """How much time is left until the last day: "12 days left"."""
    if days_left is None:
        return ""
    if days_left == 0:
        return "Today is the last day"
    number, days = abs(days_left), "day" if abs(days_left) == 1 else "days"
    return f"{number} {days} left" if days_left > 0 else f"Over by {number} {days}"


def clock_words(state: CheckState, days_left: int | None) -> str:
    """How a check stands: the days that are left until it is accepted or returned, then what became of the gift."""
    left = days_left_words(days_left)
    if state is CheckState.OPEN and left:
        return left
    if state in (CheckState.TO_RETURN, CheckState.CAME_BACK) and left:
        return f"{STATES[state]}, {left[0].lower()}{left[1:]}"
    return STATES[state]


@dataclass(frozen=True, slots=True)
class StatedCheck:
    """A check as other pages name it: where it stands, in words, and whether the money may be spent."""

    gift_id: str
    donor_id: str
    amount: Money
    received_on: date
    last_day: date
    words: str
    is_pending: bool


def stated(check: Check, today: date) -> StatedCheck:
    """A check in a few words."""
    return StatedCheck(
        check.gift.gift_id,
        check.gift.donor_id,
        check.gift.value,
        check.gift.received_on,
        check.clock.last_day,
        clock_words(check.state, days_left_of(check, today)),
        check.is_pending,
    )


def days_left_of(check: Check, today: date) -> int:
    """The days until the last day of a check's clock."""
    return (check.clock.last_day - today).days
