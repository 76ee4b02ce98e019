"""Which fields may be expanded: those that the installed library calls expandable."""

import inspect
import re
from typing import Any

import pytest
import stripe

from sandbox.api.expand import EXPANDABLE

CLASSES: dict[str, Any] = {
    "checkout.session": stripe.checkout.Session,
    "line_item": stripe.InvoiceLineItem,
    **{kind: getattr(stripe, "".join(word.title() for word in kind.split("_"))) for kind in EXPANDABLE if kind not in
       ("checkout.session", "line_item")},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(EXPANDABLE))
def test_links_are_those_of_the_library(kind: str) -> None:
    """No field more; fields that the twin never fills may be missing."""
    source = inspect.getsource(CLASSES[kind])
    expandable = set(re.findall(r"^    (\w+): (?:Optional\[\s*)?(?:List\[)?ExpandableField", source, re.MULTILINE))

    assert EXPANDABLE[kind] <= expandable
