"""What came of a gift, and what went back of it. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GiftSums:
    """What came of one gift, in minor units: on some days, on all days, and how much of that went back."""

    gift: str
    within: int
    given: int
    back: int

    @property
    def left_within(self) -> int:
        """What is left of what came on these days. What went back is taken off what came on other days first."""
        return max(0, min(self.within, self.given - self.back))
