"""One call of the API, and one asking of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.state.store import Object
from sandbox.wire.shapes import Fields
from sandbox.world import World


@dataclass(frozen=True)
class Ask:
    """What a call is given: the world, the parameters as read, and the ids in the path."""

    world: World
    params: dict[str, Any]
    ids: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The id in the path."""
        return self.ids[0]


@dataclass(frozen=True)
class Call:
    """One line of the API: method and path, the parameters it accepts, and what carries it out."""

    method: str
    path: str
    accepts: Fields
    answer: Callable[[Ask], Object]

    def ids_in(self, path: str) -> tuple[str, ...] | None:
        """The ids in a path that is this call's, or None."""
        pattern, parts = self.path.split("/"), path.split("/")
        if len(pattern) != len(parts):
            return None
        pairs = list(zip(pattern, parts, strict=True))
        if any(part != wanted and (wanted != "{id}" or not part) for wanted, part in pairs):
            return None
        return tuple(part for wanted, part in pairs if wanted == "{id}")
