"""Where the file of a page repeats what the page says: its title, its day of issue and its headings."""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from receipts.plates.page_texts import PageTexts, read_text
from receipts.plates.pdf_file import pdf_text
from receipts.plates.plate import FileNames, NotStampable

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def file_names(pdf: Any, texts: PageTexts) -> FileNames:
    """The objects that repeat the page's title, its day and its headings."""
    title = next((number + 1 for number, tag in enumerate(texts.tags) if tag == "<title>"), 0)
    title_text = read_text(texts.texts[title]).strip()
    pdf.add_object(pdf.info)
    xml = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    info = pdf.info.data.decode()
    info = _hole(info, f"/Title {pdf_text(title_text)}", "/Title \0title\0")
    day = texts.created.replace("-", "")
    packet = _hole(xml.stream[0].decode(), f">{escape(title_text)}<", ">\0title\0<")
    if texts.created:
        info = _hole(info, f"(D:{day})", "(D:\0created\0)")
        packet = _hole(packet, f">{texts.created}<", ">\0created\0<")
    return FileNames((pdf.info.number, info), (xml.number, packet), tuple(_bookmarks(pdf, texts)), title)


def _hole(template: str, text: str, hole: str) -> str:
    """The template with a hole instead of what it says; it must say it once."""
    if template.count(text) != 1:
        raise NotStampable("the file does not repeat the page as we expect")
    return template.replace(text, hole)


def _bookmarks(pdf: Any, texts: PageTexts) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    """The bookmarks, each with the texts of its heading."""
    bookmarks = [part for part in pdf.objects[1:] if "Title" in getattr(part, "keys", tuple)() and "Dest" in part]
    headings = list(_headings(texts))
    if len(bookmarks) != len(headings):
        raise NotStampable("not every heading has its bookmark")
    for bookmark, heading in zip(bookmarks, headings, strict=True):
        label = read_text("".join(texts.texts[number] for number in heading)).strip()
        written = _hole(bookmark.data.decode(), f"/Title {pdf_text(label)}", "/Title \0label\0")
        yield bookmark.number, written, heading


def _headings(texts: PageTexts) -> Iterator[tuple[int, ...]]:
    numbers: list[int] = []
    inside = False
    for number, tag in enumerate(texts.tags):
        inside = inside or tag[1:3] in HEADINGS
        if inside and tag[2:4] in HEADINGS and tag[1] == "/":
            yield tuple(numbers)
            numbers, inside = [], False
        if inside:
            numbers.append(number + 1)
