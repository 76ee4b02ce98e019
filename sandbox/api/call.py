"""An API call, such as POST /v1/refunds, and one request to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.api.parameters import Params
from sandbox.state.store import Object
from sandbox.world import World


@dataclass(frozen=True)
class ApiRequest:
    """What a call's function gets: the world, the parameters as read, and the ids in the path."""

    world: World
    params: dict[str, Any]
    path_ids: tuple[str, ...] = ()

    @property
    def object_id(self) -> str:
        """The first id in the path."""
        return self.path_ids[0]


@dataclass(frozen=True)
class Call:
    """One call of the API: method and path, the parameters that it accepts, and the function that answers it."""

    method: str
    path: str
    accepts: Params
    answer: Callable[[ApiRequest], Object]


def ids_in(pattern: str, path: str) -> tuple[str, ...] | None:
    """The ids in a path that matches this pattern, such as /v1/refunds/{id}; None where it does not match."""
    expected, parts = pattern.split("/"), path.split("/")
    if len(expected) != len(parts):
        return None
    pairs = list(zip(expected, parts, strict=True))
    if any(part != wanted and (wanted != "{id}" or not part) for wanted, part in pairs):
        return None
    return tuple(part for wanted, part in pairs if wanted == "{id}")
