"""One guard of the house, as the lists of guards name it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """Words of one file, and what stands there instead once the guard is gone."""

    path: str
    words: str
    instead: str = ""


@dataclass(frozen=True)
class Guard:
    """What could happen without it, where it stands, and who must cry out."""

    without_it: str
    cuts: tuple[Cut, ...]
    tests: tuple[str, ...]
