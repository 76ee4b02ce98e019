"""What a screen reader finds in a file."""

import re
from collections.abc import Iterator

import pikepdf


def structure_of(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """The tags of a file, with their alternative texts and attributes, in reading order."""
    return list(_branch(pdf.Root.StructTreeRoot))


def _branch(branch: pikepdf.Object) -> Iterator[tuple[str, str]]:
    if isinstance(branch, pikepdf.Array):
        for twig in branch:
            yield from _branch(twig)
    elif isinstance(branch, pikepdf.Dictionary):
        if "/S" in branch:
            # A header's name has the number of its object, which is no part of what it says.
            yield str(branch.S), re.sub(r"\d+-", "-", f"{branch.get('/Alt')} {branch.get('/A')} {branch.get('/ID')}")
        if "/K" in branch:
            yield from _branch(branch.K)
    else:
        yield "", str(branch)
