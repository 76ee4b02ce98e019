"""Stripe's lists: newest first, one page at a time, with a cursor in either direction."""

from typing import Any

from sandbox.api.errors import resource_missing
from sandbox.state.store import Object
from sandbox.world import World

_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class ListQuery:
    """The query for one list: its conditions, as SQL over the stored objects, and its page."""

    def __init__(self, world: World, kind: str, params: dict[str, Any], url: str) -> None:
        self._world, self._kind, self._params, self._url = world, kind, params, url
        self._conditions: list[str] = []
        self._values: list[object] = []

    def where(self, condition: str, *values: object) -> "ListQuery":
        """Keep objects that meet this condition, in SQL over seq, id, created and body."""
        self._conditions.append(condition)
        self._values.extend(values)
        return self

    def filter_by(self, *fields: str) -> "ListQuery":
        """Filter by those of these fields for which the caller named a value."""
        for name in fields:
            if name in self._params:
                value = self._params[name]
                self.where(f"json_extract(body, '$.{name}') = ?", int(value) if isinstance(value, bool) else value)
        return self

    def filter_created(self) -> "ListQuery":
        """Filter by the caller's bounds for `created`."""
        return self.where_between("created", self._params.get("created", {}))

    def where_between(self, expression: str, bounds: dict[str, int]) -> "ListQuery":
        """Keep objects for which this number is within these bounds (gt, gte, lt, lte)."""
        for word, bound in bounds.items():
            self.where(f"{expression} {_OPERATORS[word]} ?", bound)
        return self

    def where_in(self, field: str, values: list[str]) -> "ListQuery":
        """Keep objects whose field has one of these values."""
        return self.where(f"json_extract(body, '$.{field}') IN ({', '.join('?' * len(values))})", *values)

    def page(self) -> Object:
        """The page that the caller asked for, as a list object."""
        limit = self._params.get("limit", 10)
        backwards = "ending_before" in self._params
        for word, operator in (("starting_after", "<"), ("ending_before", ">")):
            if word in self._params:
                self.where(f"seq {operator} ?", self._cursor(word))
        objects = self._world.store.select(
            self._kind, " AND ".join(self._conditions), self._values, newest_first=not backwards, limit=limit + 1
        )
        page = objects[:limit]
        shown = [self._world.show(obj) for obj in (page[::-1] if backwards else page)]
        return list_object(shown, self._url, has_more=len(objects) > limit)

    def _cursor(self, word: str) -> int:
        id_ = self._params[word]
        kind_and_seq = self._world.store.kind_and_seq(id_)
        if kind_and_seq is None or kind_and_seq[0] != self._kind:
            raise resource_missing(self._kind.replace(".", " "), id_, param=word, status=400)
        return kind_and_seq[1]


def list_object(objects: list[Object], url: str, *, has_more: bool = False) -> Object:
    """Stripe's list object with these elements."""
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}


def page_of_embedded(objects: list[Object], params: dict[str, Any], url: str) -> Object:
    """A page of a short list that is part of another object (a session's line items), in its own order."""
    ids = [obj["id"] for obj in objects]
    for word in ("starting_after", "ending_before"):
        if word in params and params[word] not in ids:
            raise resource_missing("item", params[word], param=word, status=400)
    start = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
    end = ids.index(params["ending_before"]) if "ending_before" in params else len(ids)
    limit = params.get("limit", 10)
    if "ending_before" in params:
        return list_object(objects[max(start, end - limit) : end], url, has_more=end - limit > start)
    return list_object(objects[start : min(end, start + limit)], url, has_more=end > start + limit)
