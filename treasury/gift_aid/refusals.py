"""Why a Gift Aid claim is not made, or not taken back, in words for the treasurer."""

from web.errors import Refusal, Trouble


class ClaimMoved(Refusal):
    """What can be claimed changed between the page and the button."""

    trouble = Trouble(
        409, "What can be claimed has changed", "A gift, a refund or a withdrawal came meanwhile. Nothing was claimed.",
        "Go back to Gift Aid, look at the sum that stands there now, and press the button again.",
    )  # fmt: skip


class ClaimWaits(Refusal):
    """The books were restored, and nobody has said yet which claim was the last."""

    trouble = Trouble(
        409, "First an owner must answer", "These books were restored from a backup. A claim that was made after it is"
        " not here, and its gifts could be claimed twice. Nothing was claimed.",
        "Ask an owner to open Gift Aid and to say which claim was the last.",
    )  # fmt: skip


class ClaimBuiltUpon(Refusal):
    """A later claim pays back, or claims again, what this one claimed."""

    trouble = Trouble(409, "A later claim builds on this one", "Nothing was changed.", "Take the later one back first.")

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Claim {number} pays tax back, or claims it again, on a gift of this claim. Nothing was changed.",
            advice=f"If claim {number} was never sent either, take it back first. If HMRC has it, this one must stand.",
        )
