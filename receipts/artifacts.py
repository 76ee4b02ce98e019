"""What stands in the margins of later pages, taken out of what is read aloud.

WeasyPrint 70 marks the text of margins as content but leaves it out of the tree of tags, which PDF/UA-1 (7.1) forbids:
content is in the tree, or is an artifact. A title, a page number and a carried total are said elsewhere already.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Tags = Mapping[bytes, dict[str, Any]]


def leave_margins_out(pdf: Any) -> None:
    """Make artifacts of marked content that is not in the tree of tags. `pdf` is pydyf's, before it is written."""
    tags = {part.reference: part for part in pdf.objects if _kind(part) == "/StructElem"}
    [root] = [part for part in pdf.objects if _kind(part) == "/StructTreeRoot"]
    lost = tags.keys() - set(_reached(tags, root["K"]))
    if not lost:
        return
    parts = {part.reference: part for part in pdf.objects}
    for page, contents in _page_contents(pdf):
        numbers = {mark for tag in lost if tags[tag]["Pg"] == page for mark in tags[tag]["K"] if isinstance(mark, int)}
        _unmark(parts[contents].stream, numbers)
    _forget(parts[root["ParentTree"]]["Nums"], lost)


def _kind(part: Any) -> object:
    return part.get("Type") if isinstance(part, dict) else None


def _reached(tags: Tags, kids: list[Any]) -> Iterator[bytes]:
    """The tags below these."""
    for kid in kids:
        if kid in tags:
            yield kid
            yield from _reached(tags, tags[kid].get("K", []))


def _page_contents(pdf: Any) -> Iterator[tuple[bytes, bytes]]:
    """The references of each page, and of what is drawn on it."""
    for part in pdf.objects:
        if _kind(part) == "/Page":
            yield part.reference, part["Contents"]


def _unmark(drawn: list[Any], numbers: set[int]) -> None:
    """Begin an artifact where content of these numbers begins: `/Span <</MCID 7>> BDC` becomes `/Artifact BMC`."""
    for place, properties in enumerate(drawn):
        if isinstance(properties, dict) and properties.get("MCID") in numbers:
            drawn[place - 1 : place + 2] = ["/Artifact", "", b"BMC"]


def _forget(numbered: list[Any], lost: set[bytes]) -> None:
    """Name these tags no more in the way from a page's content to its tags."""
    for tags_of_page in numbered:
        if isinstance(tags_of_page, list):
            tags_of_page[:] = ["null" if tag in lost else tag for tag in tags_of_page]
