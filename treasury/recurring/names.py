"""What the desk calls the states of recurring gifts."""

from payments.gifts.recurring import RecurringState

NAMES = {
    RecurringState.PENDING: "Not begun",
    RecurringState.ACTIVE: "Active",
    RecurringState.PAST_DUE: "Payment failed",
    RecurringState.PAUSED: "Paused",
    RecurringState.ENDING: "Ending",
    RecurringState.ENDED: "Ended",
}
