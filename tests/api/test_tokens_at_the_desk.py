"""An owner makes tokens and revokes them; others see which programs read."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from api.tokens import TokenScope
from database.transactions import reading
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.api.conftest import BASE_URL, Site
from tests.staff.signing_in import sign_in_as
from web.logs import redacted

PATH = "/desk/tokens"
FORM = {"name": "The website", "scope": ["gifts:read", "totals:read"], "ends_on": "2026-12-31"}


def visitor(site: Site, role: Role = Role.OWNER) -> TestClient:
    """Somebody who has just signed in."""
    client = TestClient(site.app, base_url=BASE_URL, follow_redirects=False)
    sign_in_as(client, site.engine, site.clock(), role, f"{role.value}@example.org")
    return client


def made(client: TestClient) -> str:
    """The secret of a token that was made with the form, as it is shown."""
    page = client.post(PATH + "/new", data=FORM)
    [secret] = re.findall(r"<code>(farthing_[0-9a-f]{64})</code>", page.text)
    assert page.headers["cache-control"] == "no-store"
    return str(secret)


def test_a_token_is_shown_once_reads_and_is_revoked_at_once(site: Site) -> None:
    """Both acts are logged, without the secret, which no log writes either."""
    owner, auditor = visitor(site), visitor(site, Role.AUDITOR)
    secret = made(owner)
    site.desk.give(1, 2500)
    assert len(site.read("/api/v1/gifts", secret)["data"]) == 1
    assert site.ask("/api/v1/donors", secret).status_code == 403
    page = auditor.get(PATH).text
    assert secret not in owner.get(PATH).text
    assert ("The website" in page, secret[-4:] in page, "Last used on 21 November 2026" in page, "revoke" in page) == (
        True, True, True, False,
    )  # fmt: skip
    [revoke] = re.findall(r'href="(/desk/tokens/[0-9a-f-]+/revoke)"', owner.get(PATH).text)
    assert "Revoke it" in owner.get(revoke).text

    assert [owner.post(revoke).status_code for _ in range(2)] == [303, 404]
    assert site.ask("/api/v1/gifts", secret).status_code == 401
    with reading(site.engine) as conn:
        acts = acts_on(conn, Subject("api_token", revoke.split("/")[3]))
    assert {act.what for act in acts} == {"token.make", "token.revoke"}
    assert secret not in str(acts)
    assert secret not in redacted(f"GET /api/v1/gifts with {secret}") + redacted(f"Authorization: Bearer {secret}")


def test_what_is_missing_is_said_beside_its_field(site: Site) -> None:
    """And what was typed stays."""
    owner = visitor(site)
    answer = owner.post(PATH + "/new", data={"name": " ", "ends_on": "2026-11-20", "scope": ["everything"]})
    assert (answer.status_code, answer.text.count('class="error"')) == (422, 3)
    answer = owner.post(PATH + "/new", data={"name": "Till", "scope": ["gifts:read"], "ends_on": "soon"})
    assert (answer.status_code, 'value="Till"' in answer.text, " checked" in answer.text) == (422, True, True)


def test_only_an_owner_who_has_just_given_a_password_makes_one(site: Site) -> None:
    """As other sensitive acts."""
    assert visitor(site, Role.TREASURER).post(PATH + "/new", data=FORM).status_code == 403
    owner = visitor(site)
    site.clock.advance(timedelta(minutes=11))
    for answer in (owner.get(PATH + "/new"), owner.post(PATH + "/new", data=FORM)):
        assert answer.headers["location"].startswith("/desk/confirm?")


def test_the_reference_names_every_address_and_every_field(site: Site) -> None:
    """It is made from the served document; the frameworks' own pages stay away."""
    page = site.client.get("/api").text
    for path, operation in site.schema["paths"].items():
        assert f"GET {path}</code>" in page
        assert all(f"<code>{each['name']}</code>" in page for each in operation["get"].get("parameters", ()))
    for shape in site.schema["components"]["schemas"].values():
        assert all(f"<code>{name}</code>" in page for name in shape.get("properties", ()))
    assert all(scope.value in page for scope in TokenScope)
    assert [site.client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
