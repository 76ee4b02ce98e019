"""Our own checks of a tagged PDF, where no veraPDF is: PDF/UA-1 (ISO 14289-1), section 7."""

import io
from collections.abc import Iterator

import pikepdf

DRAWS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "Do", "sh"}
Place = tuple[int, int]


def structure_faults(pdf: bytes) -> list[str]:
    """What is wrong with the tags of a PDF, a sentence each."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [*_content_faults(opened), *_tree_faults(opened)]


def _content_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.1: everything drawn is an artifact, or content that the tree of tags has, once."""
    tagged = list(_tagged(pdf.Root.StructTreeRoot.K, None))
    if len(tagged) != len(set(tagged)):
        yield "content stands in the tree twice"
    for number, page in enumerate(pdf.pages, start=1):
        marked, bare = _marked(page)
        expected = {mark for at, mark in tagged if at == page.obj.objgen[0]}
        if bare:
            yield f"page {number}: {bare} things are drawn without a mark"
        if marked != expected:
            yield f"page {number}: marks {sorted(marked ^ expected)} are in the content or in the tree alone"


def _marked(page: pikepdf.Page) -> tuple[set[int], int]:
    """The marks of a page's content, and how much is drawn outside of any."""
    marks, bare, depth = set[int](), 0, 0
    for step in pikepdf.parse_content_stream(page):
        match str(step.operator):
            case "BMC":
                depth += 1
            case "BDC":
                depth += 1
                marks.add(int(step.operands[1].MCID))
            case "EMC":
                depth -= 1
            case drawn if drawn in DRAWS and not depth:
                bare += 1
    return marks, bare


def _tagged(tag: object, page: int | None) -> Iterator[tuple[int | None, int]]:
    """The marks below a tag, with the number of the object that their page is."""
    match tag:
        case pikepdf.Array():
            for kid in tag:
                yield from _tagged(kid, page)
        case pikepdf.Dictionary():
            page = tag.Pg.objgen[0] if "/Pg" in tag else page
            if "/K" in tag:
                yield from _tagged(tag.K, page)
        case _:
            yield page, int(tag)  # type: ignore[call-overload]


def _tree_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    """7.2 to 7.5: rows as wide as their table, headers that say of what, words for pictures, one first heading."""
    elements = [part for part in pdf.objects if isinstance(part, pikepdf.Dictionary) and part.get("/S") is not None]
    for element in elements:
        if element.S == "/Figure" and not str(element.get("/Alt", "")):
            yield "a picture has no words"
        if element.S == "/Table":
            widths = {_width(row) for row in _rows(element)}
            if len(widths) != 1:
                yield f"a table has rows of {sorted(widths)} cells"
        if element.S == "/TH" and "/Scope" not in element.get("/A", {}) and "/ID" not in element:
            yield "a header does not say of what"
    headings = [str(element.S) for element in elements if str(element.S) in ("/H1", "/H2", "/H3")]
    if headings != ["/H1"]:
        yield f"the headings are {headings}"


def _rows(tag: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for kid in tag.K:
        if kid.S == "/TR":
            yield kid
        else:
            yield from _rows(kid)


def _width(row: pikepdf.Object) -> int:
    return sum(int(cell.A.get("/ColSpan", 1)) for cell in row.K)
