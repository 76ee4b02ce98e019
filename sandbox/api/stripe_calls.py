"""Stripe's calls: every method and path, read from the services of the installed official library."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import stripe

from sandbox.api.call import Call, ids_in
from sandbox.api.errors import ApiError, RejectedRequest, unrecognized_url

_REQUEST = re.compile(r'self\._request\(\s*"(get|post|delete)",\s*"(/v\d/[^"]+)"')
_ID = re.compile(r"\{\w+\}")


@cache
def stripe_calls() -> frozenset[tuple[str, str]]:
    """Method and path of each call that the library makes, with {id} for each id. Read once: it takes 0.3 s."""
    services = Path(stripe.__file__).parent.rglob("*_service.py")
    requests = (match for service in services for match in _REQUEST.findall(service.read_text(encoding="utf-8")))
    return frozenset((method.upper(), _ID.sub("{id}", path)) for method, path in requests)


def missing_calls(calls: Iterable[Call]) -> frozenset[tuple[str, str]]:
    """Stripe's calls that are not among these."""
    return stripe_calls() - {(call.method, call.path) for call in calls}


def methods_by_path(calls: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each path with its methods ("GET POST"), in the order of paths."""
    methods = defaultdict(list)
    for method, path in sorted(calls):
        methods[path].append(method)
    return [(path, " ".join(methods[path])) for path in sorted(methods)]


@cache
def more_exact_paths(method: str, pattern: str) -> tuple[str, ...]:
    """The paths of Stripe's calls that this call's pattern matches too: /v1/products/search is no product's."""
    paths = [path for known, path in stripe_calls() if known == method and path != pattern]
    return tuple(path for path in paths if ids_in(pattern, path) is not None)


def unknown_call(method: str, path: str, home: str) -> ApiError:
    """The twin has no such call; the message says whether Stripe has. `home` is the address of the panel."""
    if not any(method == known and ids_in(pattern, path) is not None for known, pattern in stripe_calls()):
        return unrecognized_url(method, path)
    return RejectedRequest(
        f"Stripe does this; the twin does not yet: {method} {path}. The calls that it answers are listed at {home}/",
        status=404,
    )
