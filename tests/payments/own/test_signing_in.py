"""A donor's own pages open by a link from a letter: once, for half an hour, and by its button alone."""

from datetime import timedelta

import sqlalchemy as sa

from database.transactions import reading
from donors.tables import donor_link
from outbox.tables import job
from tests.payments.own.own_site import OwnSite, words_of

DONOR = "donor1@example.org"


def test_a_link_opens_the_pages_once(site: OwnSite) -> None:
    """By its button; the address of the page that has the button holds no secret."""
    site.ask("Donor1@Example.org")
    [link] = site.links()

    assert site.press(link) == (303, "/giving")
    assert "£25.00" in site.text("/giving")
    site.browser.cookies.clear()
    assert site.press(link) == (422, "")
    assert site.browser.get("/giving").headers["location"] == "/giving/sign-in"


def test_opening_a_link_uses_nothing_up(site: OwnSite) -> None:
    """Mail programs open links to preview them."""
    site.ask(DONOR)
    [link] = site.links()
    for _ in range(3):
        site.browser.get(link, follow_redirects=True)

    assert site.press(link) == (303, "/giving")


def test_a_stranger_gets_the_same_answer_after_the_same_work(site: OwnSite) -> None:
    """The web only queues the wish; whether somebody has given is looked up by the worker."""
    answers, waiting = [], []
    for email in (DONOR, "nobody@example.org"):
        answers.append(words_of(site.browser.post("/giving/sign-in", data={"email": email}).text).replace(email, "X"))
        with reading(site.engine) as conn:
            waiting.append(conn.scalars(sa.select(job.c.kind).where(job.c.kind == "donor.link")).all())
    site.work()

    assert answers[0] == answers[1]
    assert [len(jobs) for jobs in waiting] == [1, 2]
    assert len(site.links()) == 1


def test_only_the_hash_of_a_link_is_kept(site: OwnSite) -> None:
    """Nor does the page that an unknown link leads to differ."""
    site.ask(DONOR)
    secret = site.links()[0].rpartition("/")[2]
    with reading(site.engine) as conn:
        [row] = conn.execute(sa.select(donor_link)).all()

    assert secret not in repr(row)
    assert site.press("/giving/link/" + "x" * 43) == (422, "")


def test_a_link_expires_after_half_an_hour(site: OwnSite) -> None:
    """And a session after an hour without use."""
    site.ask(DONOR)
    site.clock.now += timedelta(minutes=30)  # type: ignore[attr-defined]
    assert site.press(site.links()[0]) == (422, "")

    site.enter(DONOR)
    site.clock.now += timedelta(hours=1)  # type: ignore[attr-defined]
    assert site.browser.get("/giving").status_code == 303


def test_using_a_link_ends_the_others(site: OwnSite) -> None:
    """One that was asked for twice is not left lying in the inbox."""
    site.ask(DONOR)
    site.ask(DONOR)
    first, second = site.links()

    assert site.press(second) == (303, "/giving")
    assert site.press(first) == (422, "")


def test_links_to_one_address_are_few(site: OwnSite) -> None:
    """Five an hour from a network, with the same answer; then it begins anew."""
    answers = {site.ask(DONOR) for _ in range(8)}
    assert (len(answers), len(site.links())) == (1, 5)

    site.clock.now += timedelta(hours=1)  # type: ignore[attr-defined]
    site.ask(DONOR)
    assert len(site.links()) == 6


def test_a_network_that_asks_on_and_on_is_told_to_wait(site: OwnSite) -> None:
    """Whatever addresses it types."""
    for n in range(30):
        assert site.browser.post("/giving/sign-in", data={"email": f"n{n}@example.org"}).status_code == 200
    assert site.browser.post("/giving/sign-in", data={"email": "more@example.org"}).status_code == 429


def test_what_is_no_address_is_pointed_out(site: OwnSite) -> None:
    """With what was typed still there."""
    answer = site.browser.post("/giving/sign-in", data={"email": "zoe"})
    assert (answer.status_code, 'value="zoe"' in answer.text) == (422, True)


def test_signing_out_ends_the_session(site: OwnSite) -> None:
    """And the browser forgets what it kept of the pages."""
    site.enter(DONOR)
    token = site.browser.cookies["__Host-giving"]
    answer = site.browser.post("/giving/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'

    site.browser.cookies.set("__Host-giving", token)
    assert site.browser.get("/giving").status_code == 303


def test_a_receipt_opens_from_the_list_for_its_donor_alone(site: OwnSite) -> None:
    """Anybody else's is not there."""
    site.enter(DONOR)
    path = "/giving/receipts/" + site.browser.get("/giving").text.split("/giving/receipts/")[1].split('"')[0]
    assert site.browser.get(path).headers["location"].startswith("/receipts/")

    assert site.browser.get("/giving/receipts/another").status_code == 404
