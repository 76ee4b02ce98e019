"""Lists: newest first, a page at a time, by cursor both ways."""

from typing import Any

from sandbox.state.store import Object
from sandbox.wire.refusals import no_such
from sandbox.world import World

_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Listing:
    """The conditions of one list, gathered as SQL over the stored objects."""

    def __init__(self, world: World, kind: str, params: dict[str, Any], url: str) -> None:
        self._world, self._kind, self._params, self._url = world, kind, params, url
        self._where: list[str] = []
        self._values: list[object] = []

    def only(self, condition: str, *values: object) -> "Listing":
        """Keep what meets this condition, in SQL over seq, id, created and body."""
        self._where.append(condition)
        self._values.extend(values)
        return self

    def by(self, *fields: str) -> "Listing":
        """Filter by these fields of the object, each where the caller gave a value for it."""
        for name in fields:
            if name in self._params:
                value = self._params[name]
                self.only(f"json_extract(body, '$.{name}') = ?", int(value) if isinstance(value, bool) else value)
        return self

    def by_created(self) -> "Listing":
        """Keep what was made within the bounds that the caller gave."""
        return self.between("created", self._params.get("created", {}))

    def between(self, expression: str, bounds: dict[str, int]) -> "Listing":
        """Keep what has this number within these bounds (gt, gte, lt, lte)."""
        for sign, bound in bounds.items():
            self.only(f"{expression} {_SIGNS[sign]} ?", bound)
        return self

    def among(self, field: str, values: list[str]) -> "Listing":
        """Keep what has one of these values in a field."""
        return self.only(f"json_extract(body, '$.{field}') IN ({', '.join('?' * len(values))})", *values)

    def page(self) -> Object:
        """The page that was asked for, in Stripe's envelope."""
        limit = self._params.get("limit", 10)
        backwards = "ending_before" in self._params
        for word, sign in (("starting_after", "<"), ("ending_before", ">")):
            if word in self._params:
                self.only(f"seq {sign} ?", self._cursor(word))
        found = self._world.store.select(
            self._kind, " AND ".join(self._where), self._values, newest_first=not backwards, limit=limit + 1
        )
        shown = found[:limit]
        shown = [self._world.show(obj) for obj in (shown[::-1] if backwards else shown)]
        return envelope(shown, self._url, has_more=len(found) > limit)

    def _cursor(self, word: str) -> int:
        id_ = self._params[word]
        place = self._world.store.kind_and_seq(id_)
        if place is None or place[0] != self._kind:
            raise no_such(self._kind.replace(".", " "), id_, param=word, status=400)
        return place[1]


def envelope(objects: list[Object], url: str, *, has_more: bool = False) -> Object:
    """A list as every list of the API looks."""
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}


def page_of(objects: list[Object], params: dict[str, Any], url: str) -> Object:
    """A page of a short list that is part of another object (a session's line items), in its own order."""
    ids = [obj["id"] for obj in objects]
    for word in ("starting_after", "ending_before"):
        if word in params and params[word] not in ids:
            raise no_such("item", params[word], param=word, status=400)
    start = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
    end = ids.index(params["ending_before"]) if "ending_before" in params else len(ids)
    limit = params.get("limit", 10)
    if "ending_before" in params:
        return envelope(objects[max(start, end - limit) : end], url, has_more=end - limit > start)
    return envelope(objects[start : min(end, start + limit)], url, has_more=end > start + limit)
