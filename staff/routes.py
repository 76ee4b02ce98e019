"""Every page of staff: the way in, one's own account, members of staff, and the log of acts."""

from fastapi import APIRouter
from sqlalchemy.engine import Engine

from database.instants import Clock
from staff.account_routes import account_routes
from staff.acts_routes import acts_routes
from staff.authentication import Authentication
from staff.context import CampaignTitles, StaffContext
from staff.door import Door
from staff.members_routes import members_routes
from staff.set_up_routes import set_up_routes
from staff.sign_in_routes import confirm_routes, sign_in_routes
from web.pages import Pages
from web.routers import joined
from web.sessions import SessionCookie


def staff_routes(
    engine: Engine, clock: Clock, pages: Pages, authentication: Authentication, campaign_titles: CampaignTitles
) -> APIRouter:
    """All routes of staff."""
    cookie = SessionCookie(pages.base_url)
    door = Door(engine, clock, cookie)
    context = StaffContext(engine, clock, pages, door, cookie, authentication, campaign_titles)
    parts = (sign_in_routes, confirm_routes, set_up_routes, account_routes, members_routes, acts_routes)
    return joined(routes(context) for routes in parts)
