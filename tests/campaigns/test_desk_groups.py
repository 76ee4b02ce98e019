"""Groups at the desk: one by one, and from a spreadsheet with a dry run; on both databases."""

from dataclasses import replace

import pytest
from httpx2 import Response

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import add_campaign, change_campaign, groups_of
from database.transactions import reading, writing
from ledger.money import GBP, Money
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on, campaigns_of, member_by_email
from tests.campaigns.books import book
from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.engines import ON_SQLITE

GROUPS, LIST = f"{DESK}/1/groups", f"{DESK}/1/groups/list"
JO = "jo@example.org"


@pytest.fixture
def treasurer(setup: DeskSetup) -> DeskSetup:
    """At the desk, with a campaign and an organiser called Jo."""
    setup.sign_in(Role.ORGANISER, email=JO)
    setup.sign_in()
    with writing(setup.engine) as conn:
        add_campaign(conn, Campaign(0, "ask", "Ask every candidate", "Ask.", GBP))
    return setup


def groups(setup: DeskSetup) -> list[tuple[str, str]]:
    """Names and addresses of the groups."""
    with reading(setup.engine) as conn:
        return [(group.title, group.slug) for group in groups_of(conn, setup.campaign)]


def add(setup: DeskSetup, name: str, **typed: str) -> Response:
    """The form of one group."""
    return setup.client.post(GROUPS, data={"name": name, "address": "", "target": "", "organiser": ""} | typed)


def send_list(setup: DeskSetup, text: str | bytes, then: str = "") -> Response:
    """The form of a list: as a file where it is bytes, else typed."""
    fields = {"list": text if isinstance(text, str) else "", "then": then}
    file = text if isinstance(text, bytes) else b""
    return setup.client.post(LIST, data=fields, files={"file": ("groups.csv", file)})


def test_a_group_is_made_with_address_target_and_organiser(treasurer: DeskSetup) -> None:
    """It takes gifts at once; its organiser sees it and no other campaign; the act says who did it."""
    assert add(treasurer, "Leeds North", target="1,200", organiser=JO.upper()).status_code == 303
    with reading(treasurer.engine) as conn:
        [group] = groups_of(conn, treasurer.campaign)
        member = member_by_email(conn, JO)
        assert member is not None
        assert campaigns_of(conn, member.id) == {group.id}
        [act] = acts_on(conn, Subject("campaign", str(group.id)))
    assert (group.slug, group.target, group.state) == ("leeds-north", Money(120_000, GBP), CampaignState.PUBLISHED)
    assert (act.what, act.after) == (
        "group added", {"title": "Leeds North", "slug": "leeds-north", "campaign": 1, "organiser": member.id},
    )  # fmt: skip
    page = treasurer.get(GROUPS)
    assert "looked after by Jo" in words(page)
    assert f'href="/c/{group.slug}/qr.svg" download="leeds-north.svg"' in page.text


def test_groups_that_were_made_in_a_draft_are_published_with_it(treasurer: DeskSetup) -> None:
    """Each with an act of its own; the page says until then that they are drafts."""
    with writing(treasurer.engine) as conn:
        change_campaign(conn, treasurer.campaign, replace(treasurer.campaign, state=CampaignState.DRAFT))
    add(treasurer, "Leeds North")
    add(treasurer, "York")
    assert "Draft. Donors see it once" in words(treasurer.get(GROUPS))

    published = treasurer.client.post(f"{DESK}/1/publish", data={"version": str(treasurer.campaign.version)})

    with reading(treasurer.engine) as conn:
        made = groups_of(conn, treasurer.campaign)
        acts = [act.what for group in made for act in acts_on(conn, Subject("campaign", str(group.id)))]
    assert (published.status_code, [group.state for group in made]) == (303, [CampaignState.PUBLISHED] * 2)
    assert acts.count("campaign published") == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "typed", "field", "sentence"),
    [
        ("", {}, "name", "Enter the name of the group."),
        ("York", {"address": "Not One"}, "address", "with small letters, digits and single dashes."),
        ("York", {"address": "ask"}, "address", "is taken. Choose another."),
        ("York", {"target": "-5"}, "target", "Enter an amount in figures"),
        ("York", {"organiser": "al@example.org"}, "organiser", "is no member of staff: invite them first"),
        ("LEEDS", {}, "name", "There is a group “LEEDS” already."),
    ],
)
def test_what_makes_no_group_is_said_beside_its_field(
    treasurer: DeskSetup, name: str, typed: dict[str, str], field: str, sentence: str
) -> None:
    """What was typed is kept, and nothing is made."""
    add(treasurer, "Leeds")
    answer = add(treasurer, name, **typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'id="{field}-error"' in answer.text
    assert groups(treasurer) == [("Leeds", "leeds")]


def test_a_list_is_looked_at_first_and_made_as_a_whole(treasurer: DeskSetup) -> None:
    """From a spreadsheet of Windows; pressing the button twice makes no group twice."""
    look = send_list(treasurer, "Name;Target\r\nLeeds;1200\r\nYstrad Mynach;\r\nCôr y Môn;\r\n".encode("cp1252"))
    assert look.status_code == 200
    assert "This list makes 3 groups. Nothing is made before you press the button." in words(look)
    assert groups(treasurer) == []

    text = "Name;Target\nLeeds;1200\nYstrad Mynach;\nCôr y Môn;\n"
    made = send_list(treasurer, text, "make")
    assert (made.status_code, made.headers["location"]) == (303, GROUPS)
    assert groups(treasurer) == [
        ("Côr y Môn", "cor-y-mon"), ("Leeds", "leeds"), ("Ystrad Mynach", "ystrad-mynach"),
    ]  # fmt: skip
    again = send_list(treasurer, text, "make")
    assert again.status_code == 422
    assert "There is a group “Leeds” already." in words(again)
    assert len(groups(treasurer)) == 3


@ON_SQLITE
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Leeds\nYork\nLEEDS", "Line 3 : Lines 1 and 3 are alike: both are “LEEDS”."),
        (b"PK\x03\x04", "This is a workbook."),
        ("", "Choose a list with one group a line"),
        ("\n".join(f"Group {n}" for n in range(201)), "A campaign has at most 200 groups"),
    ],
)
@pytest.mark.parametrize("then", ["", "make"])
def test_a_list_that_must_be_mended_makes_nothing(
    treasurer: DeskSetup, text: str | bytes, sentence: str, then: str
) -> None:
    """Whichever button is pressed; what was sent stands in the form."""
    answer = send_list(treasurer, text, then)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert groups(treasurer) == []


def test_two_hundred_groups_are_made_at_once(treasurer: DeskSetup) -> None:
    """As many as there may be; and the campaign counts what each has raised."""
    assert send_list(treasurer, "\n".join(f"Group {n}" for n in range(200)), "make").status_code == 303
    for number in (2, 3, 1):
        book(treasurer.engine, treasurer.clock(), number, Money(1000 * number, GBP))
    assert "£50 through 200 groups, £10 to the campaign itself: £60 in all." in words(treasurer.get(GROUPS))
    assert "£60" in words(treasurer.get(DESK))
    assert "200 groups" in words(treasurer.get(DESK))


@ON_SQLITE
@pytest.mark.parametrize(("typed", "kept"), [("20", 20), (" 5 % ", 5), ("", None), ("0", None)])
def test_a_share_is_decided_in_whole_per_cent(treasurer: DeskSetup, typed: str, kept: int | None) -> None:
    """Nothing means that the whole gift is the group's."""
    assert treasurer.post(f"{GROUPS}/share", share=typed).status_code == 303
    assert treasurer.campaign.group_share == kept


@ON_SQLITE
@pytest.mark.parametrize("typed", ["100", "-1", "12.5", "a fifth", "٢٠"])
def test_a_share_that_is_none_says_what_to_enter(treasurer: DeskSetup, typed: str) -> None:
    """And changes nothing."""
    answer = treasurer.post(f"{GROUPS}/share", share=typed)
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 99, or nothing." in words(answer)
    assert treasurer.campaign.group_share is None


def test_a_share_is_not_decided_over_somebody_elses_change(treasurer: DeskSetup) -> None:
    """The page says so."""
    treasurer.post(f"{GROUPS}/share", share="10")
    assert treasurer.post(f"{GROUPS}/share", share="20", version="1").status_code == 409
    assert treasurer.campaign.group_share == 10


def test_a_group_has_no_groups_and_an_organiser_adds_none(treasurer: DeskSetup) -> None:
    """An organiser sees those of their own campaign; another's is not there."""
    add(treasurer, "Leeds")
    assert treasurer.get(f"{DESK}/2/groups").status_code == 404
    treasurer.sign_in(Role.ORGANISER, email=JO, campaigns=(1, 2))
    assert "Add a group" not in words(treasurer.get(GROUPS))
    assert add(treasurer, "York").status_code == 403
    treasurer.sign_in(Role.ORGANISER, email=JO, campaigns=(2,))
    assert treasurer.get(GROUPS).status_code == 404
    assert "Leeds" in words(treasurer.get(DESK))
