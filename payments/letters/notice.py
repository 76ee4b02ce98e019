"""A letter of a few sentences, with perhaps a table of facts and one button: most letters about gifts are one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from outbox.letters import Letter
from web.pages import Pages
from web.typed import clipped

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Button:
    """A link with the words on it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What such a letter says. `facts` are pairs of a label and its value; `why` is why its reader gets it.

    `stop` is the link that ends letters of its kind, where consent is the reason for them.
    """

    subject: str
    heading: str
    paragraphs: Sequence[str]
    why: str
    facts: Sequence[tuple[str, str]] = field(default=())
    button: Button | None = None
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets a letter."""

    email: str
    name: str


def write_notice(pages: Pages, key: str, to: Addressee, notice: NoticeWords) -> Letter:
    """The letter, in the organisation's look."""
    words = pages.letter("payments/letters/notice", notice=notice, name=to.name)
    return Letter(key, to.email, *words, to_name=clipped(to.name, LONGEST_NAME), unsubscribe=notice.stop)
