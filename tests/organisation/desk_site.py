"""The organisation's pages at the desk with what stands around them, for tests."""

from dataclasses import dataclass, replace

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.transactions import booking, reading
from organisation.current import CurrentOrganisation
from organisation.organisation import GivingRules, OrganisationProfile, OrganisationVersion
from organisation.routes import UPLOAD_PATHS, organisation_routes
from organisation.store import add_first_version, versions
from staff.role import Role
from tests.clock import FixedClock
from tests.staff.signing_in import ADA, sign_in_as
from tests.web.samples import TEMPLATES
from treasury.organisation.preview_routes import around_organisation
from web.errors import install_errors
from web.look_routes import look_routes
from web.pages import Pages
from web.picture_routes import picture_routes
from web.security import secure

HERE = "http://127.0.0.1"
FEES = {"fee_percent_GBP": "1.2 %", "fee_fixed_GBP": "0.20", "declare_above_GBP": "0"}
FIRST = OrganisationProfile(DEMO_ORGANISATION, "en_GB", giving=GivingRules(("month",)))
DETAILS = {
    "kind": "campaigning_body",
    "name": "Every Branch Open",
    "address": "The Old Tram Works\n4 Lantern Row",
    "email": "hello@everybranchopen.example",
    "website": "https://everybranchopen.example",
    "imprint": DEMO_ORGANISATION.imprint,
    "legal_note": "Not a charity.",
    "regime": "none",
    "locale": "en_GB",
}


@dataclass
class DeskSite:
    """One web, its database, and what it shows of the organisation."""

    engine: Engine
    clock: FixedClock
    current: CurrentOrganisation
    app: FastAPI
    base_url: str = HERE
    upload_paths = UPLOAD_PATHS

    def client(self, role: Role | None = Role.OWNER, email: str = ADA) -> TestClient:
        """Somebody's browser; without a role a stranger's."""
        guarded = secure(self.app, pages=self.pages, base_url=HERE, allowed_hosts=(), upload_paths=UPLOAD_PATHS)
        client = TestClient(guarded, base_url=HERE, follow_redirects=False)
        if role is not None:
            sign_in_as(client, self.engine, self.clock(), role, email)
        return client

    @property
    def pages(self) -> Pages:
        """The pages as they are now."""
        return Pages(TEMPLATES, identity=lambda: self.current.profile, mode="live", base_url=self.base_url)

    def open_at(self, base_url: str) -> None:
        """Build the pages for this address."""
        self.base_url, self.app = base_url, FastAPI()
        pages, around = self.pages, around_organisation(self.engine, self.clock)
        install_errors(self.app, pages)
        for router in (
            organisation_routes(self.engine, self.clock, pages, self.current, around),
            picture_routes(self.engine),
            look_routes(),
        ):
            self.app.include_router(router, dependencies=[Depends(self.current.refresh)])
        self.app.mount("/static", pages.static)

    def versions(self) -> list[OrganisationVersion]:
        """Every version, newest first."""
        with reading(self.engine) as conn:
            return versions(conn, "Europe/London")


def open_desk_site(engine: Engine, clock: FixedClock, first: OrganisationProfile | None = FIRST) -> DeskSite:
    """A web on this database, whose first version this is; None: nobody has named who receives the gifts."""
    if first is not None:
        with booking(engine) as conn:
            add_first_version(conn, first, "settings", clock())
    stand_in = replace(DEMO_ORGANISATION, name="Farthing", address=(), email="", imprint="")
    site = DeskSite(engine, clock, CurrentOrganisation(engine, OrganisationProfile(stand_in, "en_GB")), FastAPI())
    site.current.refresh()
    site.open_at(HERE)
    return site
