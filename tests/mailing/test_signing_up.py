"""Somebody signs up for letters without giving: nothing is sent to whom did not confirm it, nor to who stopped it."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaigns.tables import campaign
from database.transactions import reading, writing
from mailing.signup import Topic, signup_words
from mailing.stop_links import LetterReader, ReaderKind
from mailing.store import signed_up
from mailing.tables import signup
from tests.engines import ON_SQLITE
from tests.mailing.conftest import LINKS, Site

ZOE = "zoe@example.org"


def listed(site: Site, topic: Topic = Topic.UPDATES) -> list[str]:
    """Who is on the list."""
    with reading(site.engine) as conn:
        return [entry.email for entry in signed_up(conn, topic, [1, 2, None], "", 100)]


def words(html: str) -> str:
    """What can be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.rsplit("</head>", maxsplit=1)[-1]).split())


def test_the_form_stands_on_the_pages_with_the_words_that_are_kept(site: Site) -> None:
    """Home, campaign, and one that is not open yet: the very words that a sign-up keeps."""
    home, page = words(site.client.get("/").text), words(site.client.get("/c/van").text)
    assert signup_words(Topic.UPDATES, "Wren &amp; Sons") in home
    assert signup_words(Topic.UPDATES, "Keep the van") in page
    with writing(site.engine) as conn:
        conn.execute(sa.update(campaign).where(campaign.c.id == 1).values(opens_at=site.clock() + timedelta(days=3)))
    assert signup_words(Topic.OPENS, "Keep the van") in words(site.client.get("/c/van").text)


def test_an_address_is_on_the_list_once_its_owner_has_pressed_the_button(site: Site) -> None:
    """Not when the form is sent, nor when a program opens the link; the words and the language are kept."""
    assert "Look into your mail" in site.sign_up(ZOE).text
    [letter] = site.letters()
    assert (letter.to_address, letter.personal) == (ZOE, True)
    assert "“Email me updates about Keep the van.”" in letter.text
    link = re.findall(r"/updates/confirm/\S+", letter.text)[0]
    assert "Shall we write to you?" in site.client.get(link).text
    assert listed(site) == []
    assert "You are on the list" in site.client.post(link).text
    assert "You are on the list" in site.client.get(link).text
    assert listed(site) == [ZOE]
    with reading(site.engine) as conn:
        row = conn.execute(sa.select(signup)).one()
    assert (row.words, row.words_version, row.language, row.campaign_id) == (
        "Email me updates about Keep the van.", "default-1", "en", 1
    )  # fmt: skip


def test_signing_up_twice_is_one_letter_each_time_and_one_place_on_the_list(site: Site) -> None:
    """However the address is spelt."""
    site.confirm(ZOE)
    site.confirm("Zoe@Example.org")
    assert listed(site) == ["Zoe@example.org"]


@ON_SQLITE
@pytest.mark.parametrize(
    "typed", ["", "zoe", "zoe@", "zoe@example.org\r\nBcc: x@example.org", "zoe@example.org, y@z.org"]
)
def test_what_is_no_address_is_asked_for_again(site: Site, typed: str) -> None:
    """With what was typed, and nothing sent."""
    answer = site.sign_up(typed)
    assert (answer.status_code, site.letters()) == (422, [])
    assert "Enter an email address in the form name@example.org." in answer.text


def test_a_program_that_fills_every_field_is_answered_and_not_kept(site: Site) -> None:
    """It cannot tell."""
    assert site.sign_up(ZOE, website="http://spam.example").text == site.sign_up("ann@example.org").text.replace(
        "ann@example.org", ZOE
    )
    assert [letter.to_address for letter in site.letters()] == ["ann@example.org"]


def test_nobody_is_flooded_with_letters(site: Site) -> None:
    """Three a day to one address; whoever asks sees the same page."""
    answers = {site.sign_up(ZOE).text for _ in range(5)}
    assert (len(answers), len(site.letters())) == (1, 3)


def test_a_link_is_good_for_a_week(site: Site) -> None:
    """After that it confirms nothing."""
    site.sign_up(ZOE)
    link = re.findall(r"/updates/confirm/\S+", site.letters()[0].text)[0]
    site.clock.now += timedelta(days=8)
    assert (site.client.get(link).status_code, site.client.post(link).status_code) == (404, 404)
    assert listed(site) == []


def test_a_sign_up_is_confirmed_once_and_what_was_agreed_to_stays(site: Site) -> None:
    """The database refuses the rest."""
    site.confirm(ZOE)
    for change in ({"confirmed_at": None}, {"words": "Everything."}, {"topic": "opens"}):
        with pytest.raises(sa.exc.DBAPIError), writing(site.engine) as conn:
            conn.execute(sa.update(signup).values(**change))
    with pytest.raises(sa.exc.DBAPIError), writing(site.engine) as conn:
        conn.execute(sa.delete(signup))


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, None])
def test_one_press_ends_every_letter_to_the_address(site: Site, body: dict[str, str] | None) -> None:
    """A mail program posts it from elsewhere, without a session; opening the link alone ends nothing."""
    site.confirm(ZOE)
    site.confirm(ZOE, campaign="")
    with reading(site.engine) as conn:
        [first, _] = signed_up(conn, Topic.UPDATES, [1, None], "", 10)
    path = LINKS.url(LetterReader(ReaderKind.SIGNUP, first.id)).removeprefix("http://127.0.0.1")
    assert "Stop all letters?" in site.client.get(path).text
    assert len(listed(site)) == 2
    assert "You get no more letters" in site.client.post(path, data=body).text
    assert "You get no more letters" in site.client.post(path).text
    assert listed(site) == []


def test_a_form_with_parts_ends_letters_as_well(site: Site) -> None:
    """RFC 8058 lets mail programs post multipart forms."""
    site.confirm(ZOE)
    with reading(site.engine) as conn:
        [entry] = signed_up(conn, Topic.UPDATES, [1], "", 10)
    path = LINKS.url(LetterReader(ReaderKind.SIGNUP, entry.id)).removeprefix("http://127.0.0.1")
    assert site.client.post(path, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert listed(site) == []


@pytest.mark.parametrize("token", ["", "s", "x1.2", "s1.0000", "d1.é", "s" * 400])
def test_a_link_that_we_did_not_make_ends_nothing(site: Site, token: str) -> None:
    """Nobody can end another's letters."""
    site.confirm(ZOE)
    assert site.client.post(f"/updates/stop/{token}").status_code in (404, 405)
    assert listed(site) == [ZOE]
