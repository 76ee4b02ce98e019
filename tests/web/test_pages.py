"""Templates say what they are given, escaped, and fail over what they are not given."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from organisation.organisation import OrganisationProfile
from tests.web.samples import ORGANISATION, pages
from web.pages import Pages


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of templates beside a folder of static files."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    return tmp_path


def furnished(house: Path, template: str, mode: str = "live") -> Pages:
    """Pages with one template, `a.html`."""
    (house / "templates" / "a.html").write_text(template)
    identity = OrganisationProfile(ORGANISATION, "en_GB")
    return Pages(house / "templates", identity=lambda: identity, mode=mode, base_url="https://give.example/")


def test_what_a_donor_typed_is_shown_as_text(house: Path) -> None:
    """In text and in an attribute."""
    shown = furnished(house, '<p title="{{ name }}">{{ name }}</p>').render("a.html", name='"><script>')

    assert shown == '<p title="&#34;&gt;&lt;script&gt;">&#34;&gt;&lt;script&gt;</p>'


def test_a_missing_value_is_an_error(house: Path) -> None:
    """An empty place on a page about money would be read as nothing."""
    with pytest.raises(UndefinedError):
        furnished(house, "{{ amount }}").render("a.html")


def test_a_template_knows_its_house(house: Path) -> None:
    """Without being told on each page."""
    shown = furnished(house, "{{ organisation.name }} {{ mode }} {{ base_url }} {{ language }}").render("a.html")

    assert shown == "Wren &amp; Sons live https://give.example en-GB"


def test_a_private_page_is_kept_by_nobody(house: Path) -> None:
    """A public one says nothing about caches; both carry their status, and tell it to the template."""
    made = furnished(house, "{{ status }}")
    public, private = made.page("a.html"), made.page("a.html", status=422, private=True)

    assert (public.status_code, public.body, public.headers.get("cache-control")) == (200, b"200", None)
    assert (private.status_code, private.body, private.headers["cache-control"]) == (422, b"422", "no-store")


def test_there_are_three_modes(house: Path) -> None:
    """A fourth would show no banner and take no money."""
    with pytest.raises(ValueError, match="'staging' is not one of sandbox, test, live"):
        furnished(house, "", mode="staging")


@pytest.mark.parametrize(("mode", "banners"), [("sandbox", 1), ("test", 1), ("live", 0)])
def test_wherever_no_money_moves_the_page_says_so(mode: str, banners: int) -> None:
    """In plain sight, at the top."""
    shown = pages(mode).render("web/error.html", status=404, title="", message="", advice="")

    assert shown.count('<p class="test"><strong>TEST</strong>') == banners


def test_every_page_says_who_asks_and_how_to_reach_them() -> None:
    """The imprint is law; the contact is in the same place on every page."""
    footer = pages().render("web/error.html", status=404, title="", message="", advice="").split("<footer>")[1]

    due = [
        "Wren &amp; Sons",
        ORGANISATION.imprint,
        "mailto:post@wren.example",
        ORGANISATION.legal_note,
        "ZZ1 4QT",
    ]
    assert [words for words in due if words not in footer] == []


def test_a_letter_is_subject_text_and_html(house: Path) -> None:
    """The text is not escaped, the HTML is; its styles are inside, and dark ones are kept."""
    folder = house / "templates"
    (folder / "letter.css").write_text("p { color: #123456 } @media (prefers-color-scheme: dark) { p { color: red } }")
    (folder / "hello.txt").write_text(
        "{% block subject %}Hello {{ name }}{% endblock %}\n{% block text %}Hi {{ name }}{% endblock %}"
    )
    (folder / "hello.html").write_text("<title>{{ subject }}</title><p>Hi {{ name }}</p>")

    letter = furnished(house, "").letter("hello", name="Wren & Sons")

    assert (letter.subject, "Hi Wren & Sons" in letter.text) == ("Hello Wren & Sons", True)
    assert '<p style="color: #123456;">Hi Wren &amp; Sons</p>' in letter.html
    assert "prefers-color-scheme" in letter.html
