"""Spoken in a language of brackets, every word of the real pages stands in them, but for what people wrote."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from babel.messages.pofile import write_po
from starlette.testclient import TestClient

from campaigns.tables import campaign as campaign_table
from campaigns.tables import campaign_update as update_table
from database.instants import utc_now
from database.transactions import booking, reading
from development.messages import update_messages
from installation import Installation, open_installation, open_sandbox, prepare
from main import build_web
from organisation.store import add_version
from settings import read_settings
from web import language

PSEUDO = "eo"
BASE_URL = "http://127.0.0.1:8001"
PAGES = (
    "/", "/privacy", "/no-such-page", "/thanks?session_id=cs_none", "/receipts/none", "/giving/sign-in",
    "/c/ask-every-candidate", "/c/ask-every-candidate/give", "/c/no-such-campaign", "/updates/stop/none",
)  # fmt: skip
LETTERS = re.compile(r"[^\W\d_]{2}")
MARKS = " \u2013\u00b7,.\u2026"
NOT_READ = ("style", "script", "time")


@pytest.fixture
def speaking_in_brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language that says everything in brackets."""
    monkeypatch.setattr(language, "LOCALES", tmp_path / "locales")
    catalogue = update_messages(PSEUDO, tmp_path / "locales")
    for message in catalogue:
        if message.id:
            is_plain = isinstance(message.id, str)
            message.string = f"«{message.id}»" if is_plain else tuple(f"«{form}»" for form in message.id)
    with (tmp_path / "locales" / PSEUDO / "LC_MESSAGES" / "farthing.po").open("wb") as file:
        write_po(file, catalogue)
    _forget()
    yield
    _forget()


def _forget() -> None:
    language.languages.cache_clear()
    language.catalogue.cache_clear()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[Installation]:
    """The demonstration, which offers that language."""
    settings = read_settings(database_url=sqlite_url, var_dir=tmp_path / "var", base_url=BASE_URL, sandbox=True)
    prepare(settings, durable=False)
    installation = open_installation(settings, durable=False)
    with booking(installation.engine) as conn:
        profile = replace(installation.organisation.profile, languages=(PSEUDO,))
        add_version(conn, profile, "a test", utc_now())
    yield installation
    installation.engine.dispose()


class _Reader(HTMLParser):
    """The words of a page outside of brackets, piece by piece."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth, self.unread, self.outside = 0, 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unread += tag in NOT_READ
        self.outside.append("")
        spoken = [value for name, value in attrs if name in ("alt", "title", "aria-label", "placeholder") and value]
        self.outside += [re.sub(r"«.*»", "", value) for value in spoken]
        self.outside.append("")

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in NOT_READ
        self.outside.append("")

    def handle_data(self, data: str) -> None:
        for character in data if not self.unread else "":
            self.depth += (character == "«") - (character == "»")
            if character in "«»":
                self.outside.append("")
            elif not self.depth:
                self.outside[-1] += character


@pytest.mark.usefixtures("speaking_in_brackets")
def test_every_word_of_the_real_pages_is_translated(house: Installation) -> None:
    """What is left outside was written by people: the organisation, and whoever made its campaigns."""
    form = {"email": "nobody", "other_amount": "x", "amount": "other"}
    with TestClient(build_web(house, open_sandbox(house)), base_url=BASE_URL) as visitor:
        visitor.get("/")  # the web reads the new version
        shown = {path: visitor.get(path).text for path in (f"/?lang={PSEUDO}", *PAGES)}
        shown["a wrong form"] = visitor.post("/c/ask-every-candidate/give", data=form).text

    written = _written(house)
    plain = {path: [words for words in _outside(page) if words not in written] for path, page in shown.items()}
    assert {path: words for path, words in plain.items() if words} == {}
    assert [path for path, page in shown.items() if f'<html lang="{PSEUDO}"' not in page or "«" not in page] == []


def _outside(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    pieces = [part for piece in reader.outside for part in piece.split("\u2013")]
    return [words for piece in pieces if LETTERS.search(words := " ".join(piece.split()).strip(MARKS))]


def _written(house: Installation) -> str:
    """What people wrote, and the names of languages."""
    with reading(house.engine) as conn:
        campaigns = conn.execute(sa.select(campaign_table)).all()
        updates = conn.execute(sa.select(update_table)).all()
    rows = [value for row in (*campaigns, *updates) for value in row]
    typed_by_people = [*rows, house.organisation.profile, *language.languages().values()]
    return " ".join(" ".join(str(value).replace("*", "") for value in typed_by_people).split())
