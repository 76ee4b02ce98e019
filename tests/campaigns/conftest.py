"""The desk's pages of campaigns and the public ones, on a migrated database of both kinds."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.editing.desk import CampaignDesk
from campaigns.editing.group_routes import LIST_PATH
from campaigns.editing.picture_routes import PICTURE_PATH
from campaigns.editing.routes import campaign_desk_routes
from campaigns.routes import campaign_routes
from campaigns.store import GiftMeasures
from database.transactions import booking
from ledger.store import open_accounts
from organisation.organisation import GivingRules
from organisation.publication import MissingNotice
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.wall_views import wall_entries
from staff.door import Door
from tests.campaigns.desk_setup import BASE_URL, DeskSetup
from tests.clock import FixedClock
from tests.web.samples import pages
from web.errors import install_errors
from web.security import secure
from web.sessions import SessionCookie


@pytest.fixture
def setup(engine: Engine, clock: FixedClock) -> Iterator[DeskSetup]:
    """Nobody has signed in yet, and there is no campaign. Nothing is missing of the organisation."""
    with booking(engine) as conn:
        open_accounts(conn)
    site, missing, app = pages("test", BASE_URL), list[MissingNotice](), FastAPI()
    measures = GiftMeasures(lambda _conn, _numbers: {}, lambda _conn, _numbers: {}, wall_entries)
    door = Door(engine, clock, SessionCookie(BASE_URL))
    rules = GivingRules(("month",), {"GBP": (500, 1500)}, {"GBP": 300})
    desk = CampaignDesk(engine, clock, site, door, measures, lambda: rules, GIFT_AMOUNTS, lambda: missing)
    app.router.routes += campaign_routes(engine, clock, site, measures).routes
    app.router.routes += campaign_desk_routes(desk).routes
    install_errors(app, site)
    secured = secure(app, pages=site, base_url=BASE_URL, allowed_hosts=(), upload_paths=[PICTURE_PATH, LIST_PATH])
    with TestClient(secured, base_url=BASE_URL, follow_redirects=False) as client:
        yield DeskSetup(client, engine, clock, missing)
