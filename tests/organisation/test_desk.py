"""The organisation at the desk: drafted, looked at, saved, and kept in every version."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import reading
from organisation.organisation import NEWEST_NOTICE, GivingRules, Look, Notices
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.clock import FixedClock
from tests.organisation.desk_site import DETAILS, FEES, FIRST, HERE, DeskSite, open_desk_site
from tests.web.image_files import picture_file, png_that_claims

DESK = "/desk/organisation"
PREVIEW = f"{DESK}/preview"
BOB = "bob@example.org"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h40v20z"/></svg>'


@pytest.fixture
def site(engine: Engine, clock: FixedClock) -> DeskSite:
    """A web whose organisation has one version."""
    return open_desk_site(engine, clock)


@pytest.fixture
def owner(site: DeskSite) -> TestClient:
    """Ada, who may change it."""
    return site.client()


def words(html: str) -> str:
    """What can be read."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def errors(html: str) -> list[str]:
    """The sentences beside the fields."""
    return [unescape(sentence) for sentence in re.findall(r'class="error".*?</span> (.*?)</p>', html)]


def rename(client: TestClient, name: str) -> None:
    """Draft another name, which the imprint has to have too."""
    typed = DETAILS | {"name": name, "imprint": f"Promoted by {name}, The Old Tram Works, 4 Lantern Row."}
    assert client.post(f"{DESK}/details", data=typed).headers["location"] == PREVIEW


def test_nothing_changes_until_the_draft_is_saved(site: DeskSite, owner: TestClient) -> None:
    """The draft is shown with what it changes; saved, it is the next version, by whom, with its act."""
    rename(owner, "Renamed")
    assert (len(site.versions()), site.current.profile) == (1, FIRST)
    assert "Name Every Branch Open Renamed" in words(owner.get(PREVIEW).text)

    assert owner.post(f"{DESK}/save").headers["location"] == DESK

    newest, first = site.versions()
    assert (first.profile, newest.number, newest.profile.organisation.name) == (FIRST, 2, "Renamed")
    assert site.current.profile == newest.profile
    with reading(site.engine) as conn:
        [act] = acts_on(conn, Subject("organisation", "2"))
    assert act.before is not None
    assert act.after is not None
    assert (act.what, act.who, act.before["name"], act.after["name"]) == (
        "organisation changed", newest.cause, "Every Branch Open", "Renamed",
    )  # fmt: skip
    assert set(act.after) == {"name", "address", "imprint", "legal_note"}
    shown = words(owner.get(DESK).text)
    assert all(part in shown for part in ("Version 2", "by Ada", "by the settings, at the first start"))


def test_another_web_shows_the_new_version_with_its_next_page(
    site: DeskSite, owner: TestClient, engine: Engine, clock: FixedClock
) -> None:
    """It was started before."""
    other = open_desk_site(engine, clock).client(None)
    assert "Renamed" not in other.get("/privacy").text
    rename(owner, "Renamed")
    owner.post(f"{DESK}/save")

    assert "Renamed" in other.get("/privacy").text


def test_of_two_drafts_the_second_to_be_saved_is_refused(site: DeskSite, owner: TestClient) -> None:
    """Else the first one's change would be undone unseen; the draft stays, and can be discarded."""
    bob = site.client(email=BOB)
    rename(owner, "Ada's")
    rename(bob, "Bob's")
    owner.post(f"{DESK}/save")

    assert bob.post(f"{DESK}/save").status_code == 409
    assert "Somebody else has saved a change since you began" in words(bob.get(PREVIEW).text)
    assert [version.profile.organisation.name for version in site.versions()] == ["Ada's", "Every Branch Open"]
    bob.post(f"{DESK}/discard")
    rename(bob, "Bob's")
    assert bob.post(f"{DESK}/save").status_code == 303


def test_saving_twice_saves_once(site: DeskSite, owner: TestClient) -> None:
    """The second press finds nothing to save."""
    rename(owner, "Renamed")

    assert [owner.post(f"{DESK}/save").status_code for _ in range(2)] == [303, 409]
    assert len(site.versions()) == 2


def test_a_draft_can_be_put_together_from_several_forms_and_discarded(site: DeskSite, owner: TestClient) -> None:
    """Each form is filled in with what the draft says."""
    rename(owner, "Renamed")
    owner.post(f"{DESK}/notices", data={"transparency": "We check gifts.", "privacy": "One.\n\nTwo."})

    assert 'value="Renamed"' in owner.get(f"{DESK}/details").text
    assert "We check gifts." in owner.get(f"{DESK}/notices").text
    assert "You have a draft that is not saved" in words(owner.get(DESK).text)
    owner.post(f"{DESK}/save")
    assert site.versions()[0].profile.notices == Notices("One.\n\nTwo.", NEWEST_NOTICE, "We check gifts.", {})
    assert "<p>One.</p>\n<p>Two.</p>" in owner.get("/privacy").text
    rename(owner, "Discarded")
    owner.post(f"{DESK}/discard")
    assert 'value="Renamed"' in owner.get(f"{DESK}/details").text


@pytest.mark.parametrize("what", ["page", "letter.html", "receipt"])
def test_a_preview_shows_what_is_not_saved(site: DeskSite, owner: TestClient, what: str) -> None:
    """Page, letter and receipt, with the draft's name and colour, for its member alone."""
    rename(owner, "Renamed")
    owner.post(f"{DESK}/look", data={"colour": "#8a1538"}, files={"logo": SVG})

    shown = owner.get(f"{PREVIEW}/{what}")

    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert "Renamed" in shown.text
    assert "8a1538" in shown.text
    other = site.client(email=BOB).get(f"{PREVIEW}/{what}").text
    assert "Renamed" not in other
    assert "8a1538" not in other


def test_a_logo_and_a_colour_are_on_every_page_once_they_are_saved(site: DeskSite, owner: TestClient) -> None:
    """The logo stands for the name, with the name as its words; the stylesheet's address is the colour."""
    owner.post(f"{DESK}/look", data={"colour": "8A1538"}, files={"logo": SVG})
    owner.post(f"{DESK}/save")

    page = site.client(None).get("/privacy").text
    look = site.current.profile.look
    assert look.colour == "#8a1538"
    assert f'<img class="logo" src="/media/logo/{look.logo}" alt="Every Branch Open">' in page
    assert '<link rel="stylesheet" href="/look/8a1538.css">' in page
    logo = owner.get(f"/media/logo/{look.logo}")
    assert (logo.headers["content-type"], logo.status_code) == ("image/svg+xml", 200)
    assert logo.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    style = owner.get("/look/8a1538.css")
    assert "--pine: #8a1538;" in style.text
    assert "immutable" in style.headers["cache-control"]
    owner.post(f"{DESK}/look", data={"colour": "", "remove_logo": "yes"})
    owner.post(f"{DESK}/save")
    assert site.current.profile.look == Look()


@pytest.mark.parametrize("path", ["/look/xyz.css", "/look/12345.css", "/look/1234567.css", "/media/logo/" + "0" * 64])
def test_a_colour_or_logo_that_is_none_is_not_found(owner: TestClient, path: str) -> None:
    """Whoever makes up an address."""
    assert owner.get(path).status_code == 404


@pytest.mark.parametrize(
    ("logo", "sentence"),
    [
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "The SVG holds a <script>, which we do not take."),
        (SVG.replace(b"<path", b"<path onclick='x()'"), "The SVG holds a script (onclick), which we do not take."),
        (png_that_claims(30_000, 30_000), "The picture has more than 40 million pixels."),
        (picture_file("GIF"), "Choose a picture in the format PNG, JPEG or WebP."),
    ],
)
def test_a_logo_that_cannot_be_taken_is_refused_in_a_sentence(
    site: DeskSite, owner: TestClient, logo: bytes, sentence: str
) -> None:
    """Beside its field; what was typed is kept, and no draft is made."""
    answer = owner.post(f"{DESK}/look", data={"colour": "#8a1538"}, files={"logo": logo})

    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith(unescape(sentence))
    assert 'value="#8a1538"' in answer.text
    assert "You have a draft" not in owner.get(DESK).text


def test_a_pale_colour_is_refused_with_the_nearest_that_passes(owner: TestClient) -> None:
    """And that one is taken."""
    answer = owner.post(f"{DESK}/look", data={"colour": "#ff9900"})

    assert answer.status_code == 422
    [sentence] = errors(answer.text)
    nearest = sentence.rstrip(".").split()[-1]
    assert owner.post(f"{DESK}/look", data={"colour": nearest}).status_code == 303


@pytest.mark.parametrize(
    ("section", "typed", "field", "sentence"),
    [
        ("details", {"name": ""}, "name", "Enter the legal name"),
        ("details", {"name": "A Body\r\nBcc: all@example.org"}, "name", "Write this on one line."),
        ("details", {"name": "x" * 121}, "name", "Shorten this to 120 characters"),
        ("details", {"email": "a@example.org\nBcc: b@example.org"}, "email", "Write this on one line."),
        ("details", {"email": "nobody"}, "email", "in the form name@example.org"),
        ("details", {"website": "javascript:alert(1)"}, "website", "Enter a web address"),
        ("details", {"website": "https://[::"}, "website", "Enter a web address"),
        ("details", {"address": "\n".join("abcdefghijk")}, "address", "up to 10 lines"),
        ("details", {"kind": "bank"}, "kind", "Choose one of these."),
        ("details", {"locale": "xx_XX"}, "locale", "Choose one of these."),
        ("details", {"name": "Another Body"}, "imprint", "Name Another Body in the imprint"),
        ("details", {"imprint": "a\u0301\u0301\u0301\u0301\u0301"}, "imprint", "at most two accents"),
        ("notices", {"privacy": "x" * 6_001}, "privacy", "Shorten this to 6000 characters"),
        ("giving", {"smallest_GBP": "0.29"}, "smallest_GBP", "Enter £0.30 or more: Stripe does not charge less"),
        ("giving", {"smallest_GBP": "five"}, "smallest_GBP", "Enter"),
        ("giving", {"suggested_GBP": "5 0.10"}, "suggested_GBP", "Enter £0.30 or more"),
        ("giving", {"suggested_GBP": "1 5", "smallest_GBP": "2"}, "suggested_GBP", "nobody could give less"),
        ("giving", {"suggested_GBP": "1 2 3 4 5 6 7 8 9"}, "suggested_GBP", "Suggest 8 amounts or fewer."),
        ("giving", {"suggested_GBP": "200000"}, "suggested_GBP", "or less"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    site: DeskSite, owner: TestClient, section: str, typed: dict[str, str], field: str, sentence: str
) -> None:
    """With a link from the top of the page, what was typed kept, and nothing half done."""
    answer = owner.post(f"{DESK}/{section}", data=(DETAILS if section == "details" else {}) | typed)

    assert answer.status_code == 422
    assert any(sentence in said for said in errors(answer.text)), errors(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert owner.post(f"{DESK}/save").status_code == 409


def test_giving_rules_are_read_in_the_currencies_own_amounts(site: DeskSite, owner: TestClient) -> None:
    """Sorted, each once; an empty field leaves ours."""
    typed = {"interval_week": "yes", "suggested_GBP": "25, 5; 5  10.50", "smallest_GBP": "1", **FEES}
    owner.post(f"{DESK}/giving", data=typed)
    owner.post(f"{DESK}/save")
    amounts = {"GBP": (500, 1050, 2500)}, {"GBP": 100}, {"GBP": (120, 20)}, {"GBP": 0}
    assert site.current.giving == GivingRules(("week",), *amounts)
    assert 'value="5.00; 10.50; 25.00"' in owner.get(f"{DESK}/giving").text
    assert "£5, £10.50, £25" in words(owner.get(DESK).text)


@pytest.mark.parametrize(
    ("role", "reads", "edits"),
    [
        (Role.OWNER, 200, 200),
        (Role.TREASURER, 200, 200),
        (Role.AUDITOR, 200, 403),
        (Role.ORGANISER, 403, 403),
        (None, 403, 403),
    ],
)
def test_who_may_read_and_who_may_change(site: DeskSite, role: Role | None, reads: int, edits: int) -> None:
    """An auditor sees no link to a form; nobody else saves."""
    client = site.client(role)
    page = client.get(DESK)

    assert (page.status_code, client.get(f"{DESK}/details").status_code) == (reads, edits)
    assert ("/desk/organisation/details" in page.text) == (edits == 200)
    assert client.get(PREVIEW).status_code == edits
    if edits == 403:
        posts = ("details", "notices", "look", "giving", "save", "discard")
        assert {client.post(f"{DESK}/{form}").status_code for form in posts} == {403}


def test_a_form_of_another_site_changes_nothing(owner: TestClient) -> None:
    """Neither a plain one nor one with a file."""
    elsewhere = {"sec-fetch-site": "cross-site"}

    assert owner.post(f"{DESK}/save", headers=elsewhere).status_code == 403
    assert owner.post(f"{DESK}/look", files={"logo": SVG}, headers=elsewhere).status_code == 403


@pytest.mark.parametrize("path", [f"{DESK}/nothing", f"{PREVIEW}/nothing"])
def test_a_page_that_is_not_there_is_not_found(owner: TestClient, path: str) -> None:
    """No form and no preview of that name."""
    assert owner.get(path).status_code == 404


def test_the_first_version_can_be_written_at_the_desk(engine: Engine, clock: FixedClock) -> None:
    """Nobody is named before: the form is empty, and the page says what is missing."""
    site = open_desk_site(engine, clock, first=None)
    owner = site.client()
    assert "Say who receives the donations" in words(owner.get(DESK).text)
    assert 'name="name" type="text" autocomplete="organization" value=""' in owner.get(f"{DESK}/details").text

    owner.post(f"{DESK}/details", data=DETAILS)
    owner.post(f"{DESK}/save")

    assert site.current.is_set_up
    [first] = site.versions()
    assert first.profile.organisation.name == FIRST.organisation.name
    assert first.profile.organisation.imprint == FIRST.organisation.imprint
    assert HERE in site.pages.base_url
