"""Which text of a page's HTML each box says that WeasyPrint has made of it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from receipts.plates.page_texts import PageTexts, read_text
from receipts.plates.plate import NotStampable

VOID_TAGS = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def boxes_in(box: Any) -> list[Any]:
    """The boxes in a box. One that is placed absolutely stands where the page names it."""
    return [getattr(child, "_box", child) for child in getattr(box, "children", ())]


def _text_boxes(box: Any) -> Iterator[Any]:
    if type(box).__name__ == "TextBox":
        yield box
    for child in boxes_in(box):
        yield from _text_boxes(child)


def texts_of_boxes(texts: PageTexts, root: Any, page_box: Any) -> dict[int, int]:
    """The number of the text of each text box (by `id`) that has one for itself."""
    of_element = _texts_of_elements(texts, root)
    boxes = defaultdict(list)
    for box in _text_boxes(page_box):
        if "::" in (box.element_tag or "::"):
            _refuse_carried(box.text, texts)
        elif box.text.strip():
            boxes[id(box.element)].append(box)
    by_box = {}
    for element, numbers in of_element.items():
        parts = iter(boxes.pop(element, ()))
        for number in numbers:
            if len(own := _boxes_of(_letters(read_text(texts.texts[number])), parts)) == 1:
                by_box[id(own[0])] = number
    if boxes:
        raise NotStampable("a text is not in the page")
    return by_box


def _boxes_of(letters: str, parts: Iterator[Any]) -> list[Any]:
    """The next boxes that say these letters together."""
    boxes, drawn = [], ""
    while drawn != letters:
        box = next(parts, None)
        if box is None or not letters.startswith(drawn):
            raise NotStampable("a text is drawn otherwise than it stands in the page")
        boxes.append(box)
        drawn += _letters(box.text)
    return boxes


def _letters(text: str) -> str:
    return "".join(text.casefold().split())


def _refuse_carried(carried: str, texts: PageTexts) -> None:
    """Refuse a generated text that repeats one of the page's: it would be another in the next page."""
    if any(len(text.strip()) > 2 and text.strip() in carried for text in map(read_text, texts.texts)):
        raise NotStampable("a text is carried to the margin")


def _texts_of_elements(texts: PageTexts, root: Any) -> dict[int, list[int]]:
    """The numbers of the texts that stand right in each element (by `id`), which are shown."""
    elements = (element for element in root.iter() if isinstance(element.tag, str))
    of_element: dict[int, list[int]] = {}
    open_elements: list[tuple[str, int]] = []
    for number, tag in enumerate(texts.tags):
        name = re.match(r"</?([a-z0-9]*)", tag)
        assert name is not None
        if tag.startswith("</"):
            if open_elements.pop()[0] != name[1]:
                raise NotStampable("a tag is not closed")
        elif name[1]:
            # The parser adds elements that are not written down.
            element = next((element for element in elements if element.tag == name[1]), None)
            if element is None:
                raise NotStampable("an element is not in the page")
            if name[1] not in VOID_TAGS:
                open_elements.append((name[1], id(element)))
        if texts.texts[number + 1].strip() and not any(name in {"head", "title"} for name, _ in open_elements):
            of_element.setdefault(open_elements[-1][1], []).append(number + 1)
    return of_element
