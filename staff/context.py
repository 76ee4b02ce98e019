"""What the routes of staff share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from database.instants import Clock
from staff.authentication import Authentication
from staff.door import Door
from web.pages import Pages
from web.sessions import SessionCookie

CampaignTitles = Callable[[Connection], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class StaffContext:
    """The database, the pages, the door of the desk, and what checks passwords and codes.

    `campaign_titles` gives the titles of campaigns by id, of which organisers look after some.
    """

    engine: Engine
    clock: Clock
    pages: Pages
    door: Door
    cookie: SessionCookie
    authentication: Authentication
    campaign_titles: CampaignTitles
