"""Many offline gifts from one file: their ids, which of them are here already, and which look like one. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from ledger.money import Money
from payments.gifts.offline import Means

DAYS_APART = timedelta(days=5)  # a transfer is written down when it was promised, and booked when it came
_NAMED_MEANS = ({Means.TRANSFER, Means.STANDING_ORDER}, {Means.CHEQUE})  # cash says nothing of who gave it
_WORD = re.compile(r"[^\W_]{3,}")
_SAYS_NOTHING = frozenset(
    (
        "and bank bacs cheque chq com donation fpi from gift miss mrs org payment ref reference sto the tfr transfer"
    ).split()
)


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


@dataclass(frozen=True, slots=True)
class ComparedOffline:
    """An offline gift in the books, or a line that would be one; `words` are those that tell its giver."""

    id: str
    content: OfflineContent
    words: frozenset[str]

    @classmethod
    def of(cls, identity: str, content: OfflineContent, *written: str) -> "ComparedOffline":
        """`written` is the reference, and the giver's name and address."""
        words = (word for text in written for word in _WORD.findall(text.partition("@")[0].casefold()))
        return cls(identity, content, frozenset(words) - _SAYS_NOTHING)


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


def look_alikes(lines: Sequence[ComparedOffline], known: Iterable[ComparedOffline]) -> dict[str, ComparedOffline]:
    """Of each line's id the gift in the books that it looks like. Each gift is looked like once.

    A transfer that was entered from the bank's line has the bank's day and words. It is the same sum within five days,
    and shares a word of its giver or reference. Lines with the very same content are left to `are_here`.
    """
    by_amount = defaultdict[Money, list[ComparedOffline]](list)
    for gift in known:
        by_amount[gift.content.amount].append(gift)
    alike: dict[str, ComparedOffline] = {}
    for line in lines:
        gifts = by_amount[line.content.amount]
        same = next((gift for gift in gifts if _looks_like(line, gift)), None)
        if same is not None:
            gifts.remove(same)
            alike[line.id] = same
    return alike


def _looks_like(line: ComparedOffline, gift: ComparedOffline) -> bool:
    means = {line.content.means, gift.content.means}
    is_near = abs(line.content.day - gift.content.day) <= DAYS_APART
    return is_near and any(means <= named for named in _NAMED_MEANS) and bool(line.words & gift.words)


def gifts_beside(known: Iterable[ComparedOffline], here: Iterable[OfflineContent]) -> list[ComparedOffline]:
    """The gifts in the books that no line of the file is already."""
    left, others = Counter(here), []
    for gift in known:
        if left[gift.content] > 0:
            left[gift.content] -= 1
        else:
            others.append(gift)
    return others
