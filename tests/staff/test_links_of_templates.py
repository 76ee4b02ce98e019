"""Every link and form that a template writes leads to a route that there is."""

import re
from pathlib import Path

import pytest

from tests.staff.access_matrix import ACCESS

TEMPLATES = Path(__file__).parents[2] / "templates"
LINK = re.compile(r'\bhref="(/(?:desk|giving|c|give|receipts|updates)\b(?:\{\{.*?\}\}|[^"])*)"')
VALUE = re.compile(r"\{\{.*?\}\}")
ROUTES = [
    re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.removeprefix("GET "))))
    for route in ACCESS
    if route.startswith("GET ")
]


def links_of(template: str) -> set[str]:
    """The addresses in a template that lead to our own pages, each value as one letter."""
    addresses = (address for address in LINK.findall(template) if "{%" not in address and " if " not in address)
    return {re.split(r"[?#]", VALUE.sub("x", address))[0] for address in addresses}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_link_has_its_route(path: Path) -> None:
    """The month's report linked its payouts to a page that nobody had built."""
    missing = {link for link in links_of(path.read_text()) if not any(route.fullmatch(link) for route in ROUTES)}
    assert missing == set()
