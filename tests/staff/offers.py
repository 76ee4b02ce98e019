"""Walks over the desk as a member of staff, and finds what its pages offer that their role may not do."""

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi.testclient import TestClient

from staff.permissions import ALLOWED
from staff.role import Role
from tests.staff.access_matrix import ACCESS
from tests.staff.public_access import Open

_LINK = re.compile(r'href="(/desk[^"#]*)')
_FORM = re.compile(r"<form\b[^>]*>")
_ACTION = re.compile(r'action="([^"]*)"')
_SEEN_OF_A_ROUTE = 2  # pages of one route are alike
_ROUTES: Mapping[str, re.Pattern[str]] = {
    route: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))) for route in ACCESS
}


def offered_in_vain(browser: TestClient, role: Role, start: str = "/desk") -> list[str]:
    """The links and forms of the pages that this role can reach, which would be refused."""
    waiting, seen, of_route, refused = [start], {start}, Counter[str](), []
    while waiting:
        page = waiting.pop()
        answer = browser.get(page)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        offers = [f"GET {link.replace('&amp;', '&')}" for link in _LINK.findall(answer.text)]
        offers += [_sent_by(form, page) for form in _FORM.findall(answer.text) if 'method="post"' in form]
        for offer in offers:
            route = _route_of(offer)
            if route is None:
                continue
            if not _may(role, route):
                refused.append(f"{page} offers {offer}")
            elif offer.startswith("GET ") and (link := offer.removeprefix("GET ")) not in seen:
                seen.add(link)
                of_route[route] += 1
                waiting += [link] * (of_route[route] <= _SEEN_OF_A_ROUTE)
    return refused


def _sent_by(form: str, page: str) -> str:
    action = _ACTION.search(form)
    return f"POST {action[1] if action else page}"


def _route_of(offer: str) -> str | None:
    """The route that answers; a path that is spelt out goes before one with a value in it."""
    method, _, address = offer.partition(" ")
    plain = f"{method} {urlsplit(address).path}"
    fitting = [route for route, pattern in _ROUTES.items() if pattern.fullmatch(plain)]
    return min(fitting, key=lambda route: route.count("{"), default=None)


def _may(role: Role, route: str) -> bool:
    access = ACCESS[route]
    return isinstance(access, Open) or access in ALLOWED[role]
