"""The menu shows what opens for a role, and what an organisation has."""

from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from organisation.organisation import OrganisationProfile
from staff.role import Role
from tests.staff.signing_in import sign_in_as
from tests.web.samples import BASE_URL, ORGANISATION, TEMPLATES
from treasury.routes import treasury_routes
from web.errors import install_errors
from web.pages import Pages

NOW = datetime.combine(date(2026, 11, 21), datetime.min.time(), UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the menu shows does not depend on the database."""
    return sqlite_url


@pytest.mark.parametrize(
    ("regime", "has_regimes", "shown"), [("none", False, 0), ("none", True, 1), ("gb_party", False, 1)]
)
def test_checks_and_reports_stand_there_for_political_bodies_alone(
    engine: Engine, regime: str, has_regimes: bool, shown: int
) -> None:
    """Also for one that will be under rules, or was; others find the rules from the organisation's page."""
    profile = OrganisationProfile(ORGANISATION, "en_GB", regime=regime, has_regimes=has_regimes)
    site, app = Pages(TEMPLATES, identity=lambda: profile, mode="live", base_url=BASE_URL), FastAPI()
    app.router.routes += treasury_routes(engine, lambda: NOW, site).routes
    install_errors(app, site)
    browser = TestClient(app, base_url=BASE_URL)
    sign_in_as(browser, engine, NOW, Role.TREASURER)

    menu = browser.get("/desk/gifts").text.partition('<nav class="menu"')[2].partition("</nav>")[0]

    assert [menu.count(f'href="{path}"') for path in ("/desk/checks", "/desk/reports")] == [shown, shown]
    assert 'href="/desk/payouts"' in menu
    assert browser.get("/desk/rules").status_code == 200
