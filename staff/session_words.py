"""Sessions in words: "Firefox on Android"."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.sessions import Session

# The first that is found counts: each browser also calls itself by the names of those before it.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("CrOS", "a Chromebook"),
           ("Windows", "Windows"), ("Mac OS", "a Mac"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session, where it is, and whether it is the one that looks."""

    session: Session
    browser: str
    is_this: bool


def shown_sessions(sessions: Sequence[Session], this: str = "") -> list[ShownSession]:
    """Sessions in words; `this` is the id of the one that looks."""
    return [ShownSession(each, browser_words(each.device.browser), each.id == this) for each in sessions]


def browser_words(agent: str | None) -> str:
    """What a browser that calls itself so is called by people."""
    text = agent or ""
    browser = next((name for mark, name in BROWSERS if mark in text), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in text), "")
    return f"{browser} on {system}" if system else browser
