"""Whether a dict is what the installed library's TypedDict says: names and kinds, read off the annotations."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from typing_extensions import is_typeddict

from tests.sandbox.library_parameters import choices, hints


def faults(value: Any, wanted: Any, path: str = "$") -> list[str]:
    """What the library would not know, would miss, or would take for something else."""
    by_choice = [list(_faults(value, choice, path)) for choice in choices(wanted)]
    return [] if any(not choice for choice in by_choice) else max(by_choice, key=len)


def _faults(value: Any, wanted: Any, path: str) -> Iterator[str]:
    origin = get_origin(wanted)
    if is_typeddict(wanted):
        yield from _of_a_typed_dict(value, wanted, path)
    elif origin is list and isinstance(value, list):
        for place, part in enumerate(value):
            yield from faults(part, get_args(wanted)[0], f"{path}[{place}]")
    elif origin is Literal:
        if value not in get_args(wanted):
            yield f"{path}: {value!r} is unknown"
    elif not _is_a(value, origin or wanted):
        yield f"{path}: {value!r} is no {wanted}"


def _is_a(value: Any, kind: Any) -> bool:
    """Whether a plain value is of a plain kind; maps are of texts, as metadata is."""
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(part, str) for part in (*value, *value.values()))
    return kind is Any or type(value) is kind


def _of_a_typed_dict(value: Any, wanted: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: is no object"
        return
    known = hints(wanted)
    yield from (f"{path}.{name}: is missing" for name in sorted(wanted.__required_keys__ - set(value)))
    for name, part in value.items():
        if name in known:
            yield from faults(part, known[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: the library does not know it"
