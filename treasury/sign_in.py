"""Signing in by a link that works once: a secret that only its hash of is kept, used by a button.

A button and not the link itself, because mail programs and chat rooms open links to look at them.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from treasury import store
from treasury.store import Treasurer
from web.errors import NotFound
from web.sessions import start_session

TOKEN_BYTES = 32
LINK_LIFETIME = timedelta(minutes=30)
INVITATION_LIFETIME = timedelta(hours=24)


class NotAnEmail(ValueError):
    """A treasurer is known by an email address; the message says what to type."""


class NoSuchLink(NotFound):
    """A link that lets nobody in: never made, used or run out, and the answer does not say which."""

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link does not work. Each link works once, and not for long.",
            advice="Make a new one on the server: ./farthing treasurer add YOUR-EMAIL",
        )


def invite(conn: Connection, email: str, name: str, now: datetime, lifetime: timedelta = INVITATION_LIFETIME) -> str:
    """Let somebody sit at the desk (if they may not yet), and return the token of a link that signs them in.

    Raises NotAnEmail.
    """
    address = _address(email)
    whose = store.treasurer_by_email(conn, address)
    if whose is None:
        whose = Treasurer(str(uuid4()), address, name.strip() or address)
        store.add_treasurer(conn, whose, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    store.add_link(conn, _hash(token), whose, now + lifetime, now)
    return token


def invited(conn: Connection, token: str, now: datetime) -> Treasurer:
    """Whom a link would let in; looking does not use it up. Raises NoSuchLink."""
    found = store.treasurer_of_link(conn, _hash(token), now)
    if found is None:
        raise NoSuchLink
    return found


def sign_in(conn: Connection, token: str, now: datetime) -> str:
    """Use the link up and begin a session, whose token is returned. Raises NoSuchLink."""
    whose = invited(conn, token, now)
    if not store.use_link(conn, _hash(token), now):
        raise NoSuchLink
    return start_session(conn, whose.id, now)


def _address(email: str) -> str:
    try:
        found = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise NotAnEmail(f"{email!r} is not an email address: write it like name@example.org.") from None
    return found.normalized.lower()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
