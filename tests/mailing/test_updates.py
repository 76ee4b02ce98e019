"""An update goes once to each address that asked for it, in batches, and to nobody who stopped."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from campaigns.tables import campaign
from campaigns.updates_store import CampaignUpdate, add_update
from database.transactions import reading, writing
from donors.consent_store import consents_of, note_consent
from donors.consents import Channel, Consent, ConsentPlace, agreed_channels
from ledger.money import GBP, Money
from mailing.jobs import LETTERS_TOGETHER, PAUSE
from outbox.jobs import waiting_count
from payments.gifts.gift import DonorDetails, GiftState, Share, pledge
from payments.gifts.store import add_gift, raise_states
from staff.role import Role
from tests.engines import ON_SQLITE
from tests.mailing.conftest import Site
from tests.staff.signing_in import ADA, sign_in_as

UPDATE = "5f1c9f3e-0000-4000-8000-000000000001"
SEND = f"/desk/campaigns/1/updates/{UPDATE}/send"


@pytest.fixture(autouse=True)
def written(site: Site) -> None:
    """An update of the campaign."""
    with writing(site.engine) as conn:
        update = CampaignUpdate(UPDATE, 1, date(2026, 11, 20), "It runs again", "The van **runs** again.", site.clock())
        add_update(conn, update)


def sign_in(site: Site, role: Role = Role.TREASURER, campaigns: tuple[int, ...] = ()) -> None:
    """Sit at the desk."""
    sign_in_as(site.client, site.engine, site.clock(), role, ADA, campaigns)


def give(site: Site, email: str, campaign_id: int = 1, *, agrees: bool = True) -> str:
    """A donor has given to this campaign, and agreed to letters or not; their id."""
    gift = pledge(Money(500, GBP), [Share(0, campaign_id, 1)], DonorDetails("", email), site.clock())
    with writing(site.engine) as conn:
        add_gift(conn, gift)
        raise_states(conn, {gift.id: GiftState.RECEIVED})
        donor = conn.scalar(sa.text("SELECT donor_id FROM gift WHERE id = :id"), {"id": gift.id})
        if agrees:
            note_consent(
                conn, donor, Consent(Channel.EMAIL, True, "Write.", "default-1", "en", ConsentPlace.FORM, site.clock())
            )
    return str(donor)


def sent(site: Site) -> list[str]:
    """Who got the update."""
    return sorted(row.to_address for row in site.letters() if row.key.startswith(f"update:{UPDATE}:"))


def test_an_update_goes_to_all_who_asked_for_it_once(site: Site) -> None:
    """Of the campaign, of its group, of everything; donors who agreed; nobody twice, nobody who did not."""
    site.confirm("ann@example.org")
    site.confirm("ben@example.org", campaign="leeds")
    site.confirm("cleo@example.org", campaign="")
    give(site, "Ann@example.org")
    give(site, "dan@example.org", 2)
    give(site, "eve@example.org", agrees=False)
    site.sign_up("fay@example.org")
    sign_in(site)
    assert "Send it to 4 people" in site.client.get(SEND).text
    for _ in range(2):
        assert site.client.post(SEND).status_code == 303
        site.work()

    assert sent(site) == ["ann@example.org", "ben@example.org", "cleo@example.org", "dan@example.org"]
    letter = next(row for row in site.letters("ann@example.org") if row.key.startswith("update"))
    assert letter.subject == "Keep the van: It runs again"
    assert "<strong>runs</strong>" in letter.html
    assert letter.unsubscribe in letter.text
    assert letter.unsubscribe.startswith("http://127.0.0.1/updates/stop/")
    assert "4 letters so far" in site.client.get(SEND).text


def test_who_stops_gets_no_later_update_and_a_donors_consent_is_withdrawn(site: Site) -> None:
    """By the link in the letter itself."""
    donor = give(site, "dan@example.org")
    sign_in(site)
    site.client.post(SEND)
    site.work()
    site.clock.now += timedelta(seconds=1)
    link = site.letters("dan@example.org")[0].unsubscribe.removeprefix("http://127.0.0.1")
    assert site.client.post(link).status_code == 200
    with reading(site.engine) as conn:
        consents = consents_of(conn, donor)
    assert agreed_channels(consents) == frozenset()
    assert consents[-1].place is ConsentPlace.UNSUBSCRIBE
    assert "0 people asked" in site.client.get(SEND.replace(UPDATE, add_another(site))).text


def add_another(site: Site) -> str:
    """Another update; its id."""
    other = UPDATE[:-1] + "2"
    with writing(site.engine) as conn:
        add_update(conn, CampaignUpdate(other, 1, date(2026, 11, 21), "More", "Text", site.clock()))
    return other


def test_many_letters_go_out_in_batches_with_a_pause(site: Site) -> None:
    """Also when the worker is killed between two of them, each address has one."""
    people = [f"p{n:03}@example.org" for n in range(LETTERS_TOGETHER + 5)]
    for email in people:
        give(site, email)
    sign_in(site)
    site.client.post(SEND)
    site.work()
    assert len(sent(site)) == LETTERS_TOGETHER
    while True:
        site.clock.now += PAUSE
        before = len(sent(site))
        site.work()
        if len(sent(site)) == before:
            break
    assert sent(site) == people
    with reading(site.engine) as conn:
        assert waiting_count(conn) == 0


def test_an_update_that_was_removed_goes_to_nobody_else(site: Site) -> None:
    """What was sent was sent."""
    give(site, "dan@example.org")
    sign_in(site)
    site.client.post(SEND)
    with writing(site.engine) as conn:
        conn.execute(sa.text("DELETE FROM campaign_update"))
    site.work()
    assert sent(site) == []


def test_an_organiser_sends_the_updates_of_her_campaign_alone(site: Site) -> None:
    """And sees no address."""
    give(site, "dan@example.org")
    sign_in(site, Role.ORGANISER, (2,))
    assert site.client.get(SEND).status_code == 404
    sign_in_as(site.client, site.engine, site.clock(), Role.ORGANISER, "bo@example.org", (1,))
    page = site.client.get(SEND)
    assert (page.status_code, "dan@" in page.text, "Send it to 1 person" in page.text) == (200, False, True)
    assert site.client.get("/desk/sign-ups").status_code == 403


def test_who_asked_is_told_once_when_a_campaign_opens_and_what_became_of_it(site: Site) -> None:
    """And after that nothing more."""
    with writing(site.engine) as conn:
        conn.execute(sa.update(campaign).where(campaign.c.id == 1).values(opens_at=site.clock() + timedelta(days=2)))
    site.confirm("ann@example.org", topic="opens")
    site.confirm("ben@example.org", topic="outcome")
    site.work()
    assert len(site.letters()) == 2
    site.clock.now += timedelta(days=3)
    site.work()
    site.work()
    assert [row.subject for row in site.letters("ann@example.org")][1:] == ["Keep the van is open"]
    with writing(site.engine) as conn:
        conn.execute(sa.update(campaign).where(campaign.c.id == 1).values(state="closed", outcome="We *bought* it."))
    site.work()
    site.work()
    [_, letter] = site.letters("ben@example.org")
    assert (letter.subject, "We bought it." in letter.text) == ("What became of Keep the van", True)


def test_who_agreed_can_be_downloaded_and_opt_outs_come_back(site: Site) -> None:
    """With the words and the instant; a file is looked at first, then ends."""
    site.confirm("ann@example.org")
    give(site, "dan@example.org")
    sign_in(site)
    listing = site.client.get("/desk/sign-ups/list.csv").text.splitlines()
    assert listing[0] == "Email Address,Tags,Consent,Consent Version,Confirmed,Source"
    assert [line.partition(",")[0] for line in listing[1:]] == ["ann@example.org", "dan@example.org"]
    assert ",Email me updates about Keep the van.,default-1," in listing[1]

    file = {"file": ("opt-outs.csv", b"Name,Email Address\nAnn,ANN@example.org\nDan,dan@example.org\nX,none\n")}
    looked_at = site.client.post("/desk/sign-ups/opt-outs", files=file)
    assert "The file names 2 addresses. In line 4 there is none." in " ".join(looked_at.text.split())
    assert len(site.client.get("/desk/sign-ups/list.csv").text.splitlines()) == 3
    assert site.client.post("/desk/sign-ups/opt-outs", files=file, data={"then": "end"}).status_code == 303
    assert len(site.client.get("/desk/sign-ups/list.csv").text.splitlines()) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Name\nAnn\n", "Name the column of the addresses “Email Address”."),
        ("Email\nzoë@example.org".encode("latin-1"), "Save the file as CSV in UTF-8"),
    ],
)
def test_a_file_without_addresses_says_what_to_do(site: Site, content: bytes, sentence: str) -> None:
    """And changes nothing."""
    sign_in(site)
    answer = site.client.post("/desk/sign-ups/opt-outs", files={"file": ("x.csv", content)})
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_a_formula_in_a_title_is_no_formula_in_the_list(site: Site) -> None:
    """Spreadsheets would run it."""
    with writing(site.engine) as conn:
        conn.execute(sa.update(campaign).where(campaign.c.id == 1).values(title="=HYPERLINK(1)"))
    site.confirm("ann@example.org")
    sign_in(site)
    assert ",'=HYPERLINK(1)," in site.client.get("/desk/sign-ups/list.csv").text
