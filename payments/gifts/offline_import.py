"""Many offline gifts from one file: their ids, and which of them are here already. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from ledger.money import Money
from payments.gifts.offline import Means


@dataclass(frozen=True, slots=True)
class OfflineContent:
    """What makes two offline gifts the same one: all that a line of a file says of it."""

    day: date
    amount: Money
    means: Means
    reference: str
    donor: str

    @classmethod
    def of(cls, day: date, amount: Money, means: Means, reference: str, donor: str) -> "OfflineContent":
        """`donor` is an address, else a name; neither capitals nor spaces make a difference."""
        return cls(day, amount, means, _plain(reference), _plain(donor))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def imported_gift_id(import_id: str, line: int) -> str:
    """The id of the gift of a line: the same import cannot enter a line twice."""
    return str(uuid5(UUID(import_id), str(line)))


def are_here(contents: Iterable[OfflineContent], known: Counter[OfflineContent]) -> list[bool]:
    """Whether each is here already, in their order.

    Two gifts with the same content in one file are two gifts, and the same file read twice adds nothing: as many are
    here as were entered before.
    """
    left = Counter(known)
    here = []
    for content in contents:
        here.append(left[content] > 0)
        left[content] -= 1
    return here
