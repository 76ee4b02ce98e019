"""The HTML of a page that a template has written, apart: its tags, and the texts between them."""

import html
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

# The day of issue stands in an attribute; every other attribute belongs to the tags.
_CREATED = '<meta name="dcterms.created" content="'
_TAGS = re.compile(r"(<[^>]*>)")
_SPACES = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The tags of a page, the texts between them, the day of issue and the address of its code."""

    tags: Sequence[str]
    texts: Sequence[str]
    created: str
    code: str

    @classmethod
    def of(cls, page: str, code: str) -> "PageTexts":
        """The texts of a page that shows the code of an address."""
        before, named, after = page.partition(_CREATED)
        created, quote, rest = after.partition('"')
        apart = _TAGS.split(before + named + quote + rest)
        return cls(tuple(apart[1::2]), tuple(apart[::2]), created, code)


class PageForm:
    """The HTML of pages that differ in nothing but some `free` texts, by their numbers, and the day of issue."""

    def __init__(self, page: PageTexts, free: Set[int]) -> None:
        self._page, self._places, pattern = page, [], ""
        for number, (text, tag) in enumerate(zip(page.texts, [*page.tags, ""], strict=True)):
            if number in free:
                self._places.append(number)
            pattern += _free_text(text) if number in free else re.escape(text)
            if page.created and tag.startswith(_CREATED):
                self._places.append(len(page.texts))
                pattern += re.escape(_CREATED) + '([^"]+)' + re.escape(tag.removeprefix(_CREATED))
            else:
                pattern += re.escape(tag)
        self._pattern = re.compile(pattern)

    def read(self, page: str, code: str) -> PageTexts | None:
        """The texts of a page; None if it has another form, or a text that is empty or begins or ends with a space."""
        matched = self._pattern.fullmatch(page)
        if matched is None:
            return None
        texts = [*self._page.texts, ""]
        for place, text in zip(self._places, matched.groups(), strict=True):
            texts[place] = text
        return PageTexts(self._page.tags, texts, texts.pop(), code)

    def changes(self, texts: Sequence[str]) -> Set[int]:
        """The numbers of the texts that differ from those of the page that the form was made of."""
        own = self._page.texts
        return {place for place in self._places if place < len(own) and texts[place] != own[place]}


def _free_text(text: str) -> str:
    """A pattern of any text with the same space around it."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return re.escape(before) + r"([^<\s](?:[^<]*[^<\s])?)" + re.escape(after)


def read_text(text: str) -> str:
    """A text between two tags as it is read: its entities are letters, and each run of space is one."""
    if "&" in text:
        text = html.unescape(text)
    if text.isprintable() and "  " not in text:
        return text
    return _SPACES.sub(" ", text)
