"""What the desk calls the states of letters."""

from outbox.letters import LetterState

STATE_NAMES = {
    LetterState.WAITING: "Waiting",
    LetterState.SENDING: "Being sent",
    LetterState.SENT: "Sent",
    LetterState.FILED: "Kept, not sent",
    LetterState.REFUSED: "Refused",
    LetterState.GIVEN_UP: "Given up",
    LetterState.UNCERTAIN: "May have been sent",
}
