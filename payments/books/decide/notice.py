"""A batch of happenings with their causes, sorted by kind; each fact once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ledger.entry import ConflictingEntry
from payments.reading.happenings import Happening

H = TypeVar("H")
Contents = tuple[object, ...]
Caused = tuple[H, str]
"""A happening of one kind, and its cause."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A happening, and what reported it: a delivery, a settlement or a reconcile run."""

    happening: Happening
    cause: str


class FactsOf(NamedTuple):
    """How facts of one kind are distinguished: by an id, with contents that must agree when the id comes again."""

    identity: Callable[[Any], str]
    contents: Callable[[Any], Contents]


class Batch:
    """The happenings of a batch, by kind."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._by_kind: defaultdict[type, list[Any]] = defaultdict(list)
        for notice in notices:
            self._by_kind[type(notice.happening)].append((notice.happening, notice.cause))

    def of(self, kind: type[H]) -> list[Caused[H]]:
        """The happenings of one kind, in the order in which they were reported."""
        return self._by_kind.get(kind, [])


def each_once(reported: Iterable[Caused[H]], facts: FactsOf) -> dict[str, Caused[H]]:
    """Each fact once, by its id; the same id with other contents raises ConflictingEntry."""
    first: dict[str, Caused[H]] = {}
    for happening, cause in reported:
        identity = facts.identity(happening)
        before, _ = first.setdefault(identity, (happening, cause))
        if before is not happening:
            require_same(identity, facts.contents(happening), facts.contents(before))
    return first


def new_facts(reported: Iterable[Caused[H]], known: Mapping[str, H], facts: FactsOf) -> list[Caused[H]]:
    """The facts that are new, by id; one that is known with other contents raises ConflictingEntry."""
    once = each_once(reported, facts)
    for identity in once.keys() & known.keys():
        require_same(identity, facts.contents(once[identity][0]), facts.contents(known[identity]))
    return [once[identity] for identity in sorted(once.keys() - known.keys())]


def require_same(identity: str, reported: Contents, known: Contents) -> None:
    """The same fact with other contents is an alarm, never a silent skip."""
    if reported != known:
        raise ConflictingEntry(f"{identity} was reported before with other contents")
