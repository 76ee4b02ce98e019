"""What a batch tells, by kind, each fact once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ledger.entry import ConflictingEntry
from payments.happenings import Happening

H = TypeVar("H")
Caused = tuple[H, str]  # a happening, and the delivery (or run) that told us


class Heard:
    """The happenings of a batch, by kind."""

    def __init__(self, told: Iterable[Caused[Happening]]) -> None:
        self._by_kind: defaultdict[type, list[Any]] = defaultdict(list)
        for happening, cause in told:
            self._by_kind[type(happening)].append((happening, cause))

    def of(self, kind: type[H]) -> list[Caused[H]]:
        """Those of one kind, in the order in which they were told."""
        return self._by_kind.get(kind, [])


def once(
    told: Iterable[Caused[H]], key: Callable[[H], str], contents: Callable[[H], tuple[object, ...]]
) -> dict[str, Caused[H]]:
    """Each fact once, by its id; the same id with other contents raises ConflictingEntry."""
    first: dict[str, Caused[H]] = {}
    for one in told:
        before, _ = first.setdefault(key(one[0]), one)
        if before is not one[0]:
            require_same(key(one[0]), contents(one[0]), contents(before))
    return first


def unknown(
    told: Mapping[str, Caused[H]], known: Mapping[str, tuple[object, ...]], contents: Callable[[H], tuple[object, ...]]
) -> list[Caused[H]]:
    """The facts that are new, by id; one that is known with other contents raises ConflictingEntry."""
    for identity in told.keys() & known.keys():
        require_same(identity, contents(told[identity][0]), tuple(known[identity]))
    return [told[identity] for identity in sorted(told.keys() - known.keys())]


def require_same(identity: str, told: tuple[object, ...], known: tuple[object, ...]) -> None:
    """The same fact with other contents is an alarm, never a silent skip."""
    if told != known:
        raise ConflictingEntry(f"{identity} was told before with other contents")
