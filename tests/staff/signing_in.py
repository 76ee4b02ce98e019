"""Members of staff who have signed in, for tests of the desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from fastapi import APIRouter
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from sqlalchemy import Engine

from campaigns.store import campaign_titles
from database.instants import Clock
from database.transactions import writing
from staff.act import by_command
from staff.authentication import Authentication
from staff.changing import changing
from staff.letters import post_sign_in_notice
from staff.passwords import Passwords
from staff.role import Role
from staff.routes import staff_routes
from staff.second_factor import SecretBox
from staff.sign_in import INVITATION_LIFETIME, invite, link_address
from staff.store import member_by_email, set_campaigns
from tests.web.samples import pages
from web.pages import Pages
from web.sessions import Holder, HolderKind, SessionCookie, start_session

ADA = "ada@example.org"


def link_token(
    engine: Engine, now: datetime, role: Role = Role.OWNER, email: str = ADA, lifetime: timedelta = INVITATION_LIFETIME
) -> str:
    """The token of a link for a member of staff, who is added if need be. Called Ada, or as their address begins."""
    with changing(engine, by_command("staff add"), now) as change:
        return invite(change, email, email.partition("@")[0].capitalize(), role, lifetime)


def link_path(engine: Engine, now: datetime, role: Role = Role.OWNER) -> str:
    """The path of a link for Ada. To sit at the desk in a test, `sign_in_as` is shorter."""
    return link_address("", link_token(engine, now, role))


def authentication(engine: Engine, clock: Clock, *, demonstration: bool = False) -> Authentication:
    """Checks passwords and codes, with cheap hashes."""
    notice = partial(post_sign_in_notice, pages("test", "http://127.0.0.1"))
    passwords, box = Passwords(1, 8), SecretBox(b"a key for tests")
    return Authentication(engine, clock, passwords, box, demonstration=demonstration, notice=notice)


def staff_pages(engine: Engine, clock: Clock, site: Pages, *, demonstration: bool = False) -> APIRouter:
    """The routes of staff, with the real campaigns."""
    return staff_routes(
        engine, clock, site, authentication(engine, clock, demonstration=demonstration), campaign_titles
    )


def session_token(engine: Engine, now: datetime, role: Role = Role.OWNER, email: str = ADA) -> str:
    """The token of an open session of a member of staff, who is added if need be."""
    link_token(engine, now, role, email)
    with writing(engine) as conn:
        member = member_by_email(conn, email)
        assert member is not None
        return start_session(conn, Holder(HolderKind.STAFF, member.id), now)


def sign_in_as(
    client: TestClient,
    engine: Engine,
    now: datetime,
    role: Role = Role.OWNER,
    email: str = ADA,
    campaigns: Sequence[int] = (),
) -> None:
    """Let a test client sit at the desk in this role; an organiser looks after these `campaigns`."""
    cookie = SessionCookie(str(client.base_url))
    client.cookies.set(cookie.name, session_token(engine, now, role, email))
    with writing(engine) as conn:
        member = member_by_email(conn, email)
        assert member is not None
        set_campaigns(conn, member.id, campaigns)


def sign_page_in(page: Page, address: str, engine: Engine, now: datetime, role: Role = Role.OWNER) -> None:
    """Let a browser's page sit at the desk of the web at this address."""
    cookie = {"name": SessionCookie(address).name, "value": session_token(engine, now, role), "url": address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
