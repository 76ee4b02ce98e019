"""Reads what somebody answers while setting up. Each function returns the value, or raises a sentence that says why."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
KEY_MODES: Mapping[str, str] = {"sk_test_": "test", "rk_test_": "test", "sk_live_": "live", "rk_live_": "live"}
_KEY = re.compile(r"[A-Za-z0-9_]{12,300}")


class NotAnAnswer(ValueError):
    """What was typed cannot be used; the message says what to type."""


def read_base_url(typed: str) -> str:
    """An address such as https://give.example.org, without a path."""
    address = typed.strip().rstrip("/")
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise NotAnAnswer("Type an address like https://give.example.org.") from None
    if parts.scheme not in ("http", "https") or not host or parts.path or parts.query or " " in address:
        raise NotAnAnswer("Type an address like https://give.example.org, without anything after the name.")
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise NotAnAnswer(f"Donors need https: type https://{host}.")
    if host not in LOCAL_HOSTS and "." not in host:
        raise NotAnAnswer("Type the whole name of the machine, like https://give.example.org.")
    return address


def read_key(typed: str) -> str:
    """Stripe's secret or restricted key. A publishable one (pk_…) is refused, and so is a webhook's secret."""
    key = typed.strip()
    if key.startswith("pk_"):
        raise NotAnAnswer("That is the publishable key. Copy the secret key (sk_…), or a restricted one (rk_…).")
    if key.startswith("whsec_"):
        raise NotAnAnswer(
            "That is a webhook's signing secret, which setting up gets by itself. The key begins with sk_ or rk_."
        )
    if mode_of(key) is None or not _KEY.fullmatch(key):
        raise NotAnAnswer(
            "A key begins with sk_test_, rk_test_, sk_live_ or rk_live_. Copy the whole of it from Stripe."
        )
    return key


def mode_of(key: str) -> str | None:
    """Whether a key is for play money (test) or real money (live)."""
    return next((mode for prefix, mode in KEY_MODES.items() if key.startswith(prefix)), None)


def read_email(typed: str) -> str:
    """An email address."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise NotAnAnswer("Type an email address like name@example.org.") from None


def read_short_text(typed: str, longest: int = 200) -> str:
    """A line of text."""
    line = " ".join(typed.split())
    if not line:
        raise NotAnAnswer("Type something.")
    if len(line) > longest or not line.isprintable():
        raise NotAnAnswer(f"Type at most {longest} letters, on one line.")
    return line


def read_address_lines(typed: str) -> tuple[str, ...]:
    """A postal address in one line, its parts separated by semicolons or commas."""
    separator = ";" if ";" in typed else ","
    lines = tuple(" ".join(part.split()) for part in typed.split(separator) if part.strip())
    if not lines:
        raise NotAnAnswer("Type a postal address, with commas between its lines.")
    return lines


def imprint_of(name: str, address: tuple[str, ...]) -> str:
    """The imprint that most bodies need: the promoter's name and postal address (Elections Act 2022, part 6)."""
    return f"Promoted by {name}, {', '.join(address)}."
