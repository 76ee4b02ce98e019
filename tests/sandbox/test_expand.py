"""Which fields may be expanded: those that the installed library calls expandable."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from sandbox.api.expand import EXPANDABLE
from sandbox.calls.all_calls import CALLS
from sandbox.random_activity import RandomActivity
from sandbox.soak import stopped_twin
from tests.sandbox.laws import everything

CLASSES: dict[str, Any] = {
    "checkout.session": stripe.checkout.Session,
    "line_item": stripe.InvoiceLineItem,
    **{kind: getattr(stripe, "".join(word.title() for word in kind.split("_"))) for kind in EXPANDABLE if kind not in
       ("checkout.session", "line_item")},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(EXPANDABLE))
def test_links_are_those_of_the_library(kind: str) -> None:
    """Those and no others."""
    source = inspect.getsource(CLASSES[kind])
    expandable = set(re.findall(r"^    (\w+): (?:Optional\[\s*)?(?:List\[)?ExpandableField", source, re.MULTILINE))

    assert EXPANDABLE[kind] == expandable


def _paths(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """Every key of an object, of the groups in it, and of the first element of its lists."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and depth < 3:
        for name, inner in value.items():
            yield f"{path}{name}"
            yield from _paths(inner, f"{path}{name}.", depth + 1)


def _addresses() -> dict[str, str]:
    """Kind of object: the path under which its list is, from the calls that retrieve one."""
    retrieved = [
        call.path.removesuffix("/{id}")
        for call in CALLS
        if call.method == "GET" and call.path.endswith("/{id}") and call.path.count("{") == 1
    ]
    names = {path.removeprefix("/v1/").replace("/", "."): path for path in retrieved}
    return {("checkout.session" if "." in name else name.removesuffix("s")): path for name, path in names.items()}


def test_no_path_of_any_object_breaks_the_twin() -> None:
    """Every key of every kind of object is expanded, by its id and in its list: 200 or 400, never 5xx.

    An event broke it: its `data` is a group with a field called `object`.
    """
    twin = stopped_twin(seed=3)
    activity = RandomActivity(twin, 3)
    for _ in range(120):
        activity.step()
    objects = {obj["object"]: obj for obj in everything(twin)}
    statuses = {
        (url, path): twin.api.request("GET", url, {"expand": [path]})[0]
        for kind, address in _addresses().items()
        if kind in objects
        for key in _paths(objects[kind])
        for url, path in ((f"{address}/{objects[kind]['id']}", key), (address, f"data.{key}"))
    }
    twin.close()

    assert len(statuses) > 1000
    assert {place: status for place, status in statuses.items() if status not in (200, 400)} == {}
