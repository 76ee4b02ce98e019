"""The letter with the link to a donor's own pages, for whoever asks for one.

The web only queues the wish, whoever it is for: it does the same work for an address that has given and for one that
has not. The worker looks the address up, and writes to those who have given.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from database.transactions import writing
from donors.donor import Donor, address_key
from donors.link_store import LINK_LASTS, make_donor_link
from donors.store import donor_of_address
from outbox.jobs import enqueue
from outbox.letters import Letter, is_address, post_letter
from web.pages import Pages
from web.typed import clipped

# The kind of job that writes to whoever asks for a link: {"email": as typed}.
WRITE_LINK = "donor.link"
OPEN_LINK = "/giving/link"
LONGEST_NAME = 200


def ask_for_donor_link(conn: Connection, email: str, now: datetime) -> None:
    """Queue the wish for a link. Asked twice before the worker looks, it is one letter."""
    subject = hashlib.sha256(address_key(email).encode()).hexdigest()
    enqueue(conn, WRITE_LINK, subject, {"email": email}, now=now, urgent=True)


def link_letter_handler(engine: Engine, pages: Pages, clock: Clock) -> Callable[[Any], None]:
    """The worker's handler of `WRITE_LINK`."""

    def write_link(payload: Any) -> None:
        now = clock()
        with writing(engine) as conn:
            donor = donor_of_address(conn, payload["email"])
            if donor is not None and is_address(donor.email):
                post_letter(conn, _link_letter(conn, pages, donor, now), now, urgent=True)

    return write_link


def _link_letter(conn: Connection, pages: Pages, donor: Donor, now: datetime) -> Letter:
    token, expires_at = make_donor_link(conn, donor.id, now), now + LINK_LASTS
    link = f"{pages.base_url}{OPEN_LINK}/{token}"
    with pages.speaking(donor.language):
        words = pages.letter("donors/letters/link", name=donor.name, link=link, minutes=LINK_LASTS.seconds // 60)
    key = f"donor-link:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    to_name = clipped(donor.name, LONGEST_NAME)
    return Letter(key, donor.email, *words, to_name=to_name, personal=True, expires_at=expires_at)
