"""New objects, complete from the start: every field that Stripe's schema asks for is there, most of them null."""

import json
from typing import Any

from sandbox.state.store import Object


class Blank:
    """What an object of one kind holds before anything is said of it."""

    def __init__(self, kind: str, **fields: Any) -> None:
        self._kind, self._text = kind, json.dumps(fields)

    def __call__(self, id_: str, **fields: Any) -> Object:
        """A fresh object with these fields set: id and kind first, the rest by name, as Stripe prints them."""
        filled = {**json.loads(self._text), **fields}
        return {"id": id_, "object": self._kind, **dict(sorted(filled.items()))}
