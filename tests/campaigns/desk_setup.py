"""Somebody at the desk's pages of campaigns, with a form filled in as it should be."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.store import campaigns
from database.transactions import reading
from organisation.publication import MissingNotice
from staff.act import Act, Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.staff.signing_in import ADA, sign_in_as

BASE_URL = "http://127.0.0.1"
DESK = "/desk/campaigns"
NEW = {
    "title": "Keep the van",
    "slug": "the-van",
    "story": "It lends books.\n\nAll **winter**.",
    "currency": "GBP",
    "target_kind": "amount",
    "target": "6,500",
    "opens_on": "",
    "closes_on": "2026-12-10",
    "above_target": "The rest buys books.",
}


@dataclass(frozen=True)
class DeskSetup:
    """A client, the database behind it, and what is said to be missing of the organisation."""

    client: TestClient
    engine: Engine
    clock: FixedClock
    missing: list[MissingNotice]

    def sign_in(self, role: Role = Role.TREASURER, *, email: str = ADA, campaigns: tuple[int, ...] = ()) -> None:
        """Sit at the desk in this role."""
        sign_in_as(self.client, self.engine, self.clock(), role, email, campaigns)

    def get(self, path: str) -> Response:
        """A page."""
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> Response:
        """A form; its version is that of the campaign now, unless another is given."""
        version = (
            {} if path.endswith(("/new", "/wall")) or "version" in fields else {"version": str(self.campaign.version)}
        )
        return self._send(path, version | fields)

    def add(self, **changes: str) -> Response:
        """A new campaign as it should be, but for the changes."""
        return self._send(f"{DESK}/new", NEW | changes)

    def edit(self, **changes: str) -> Response:
        """The same for the campaign that is there."""
        typed = {name: text for name, text in NEW.items() if name != "currency"}
        return self.post(f"{DESK}/1/edit", **(typed | changes))

    def _send(self, path: str, fields: dict[str, str]) -> Response:
        self.clock.now += timedelta(seconds=1)  # the log of acts goes by time
        return self.client.post(path, data=fields)

    @property
    def campaign(self) -> Campaign:
        """The first campaign."""
        return self.campaigns[0]

    @property
    def campaigns(self) -> list[Campaign]:
        """Every campaign."""
        with reading(self.engine) as conn:
            return campaigns(conn)

    @property
    def acts(self) -> list[Act]:
        """What was done to the first campaign."""
        with reading(self.engine) as conn:
            return acts_on(conn, Subject("campaign", "1"))


def words(answer: Any) -> str:
    """What can be read of a page, between its menu and its foot."""
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
