"""A campaign at the desk, from a draft to its end: what each form takes, refuses, keeps and writes down."""

from datetime import UTC, datetime

import pytest

from campaigns.campaign import CampaignState, TargetKind
from ledger.money import GBP, Money
from organisation.publication import MissingNotice
from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.engines import ON_SQLITE

ONE = f"{DESK}/1"
JAVASCRIPT = "Read [this](javascript:alert(1))."


@pytest.fixture(autouse=True)
def signed_in(setup: DeskSetup) -> None:
    """A treasurer."""
    setup.sign_in()


def test_a_new_campaign_is_a_draft_that_only_staff_see(setup: DeskSetup) -> None:
    """With everything that was typed, and whole days; it is an act."""
    answer = setup.add()

    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    made = setup.campaign
    assert (made.title, made.slug, made.target, made.state) == (
        "Keep the van", "the-van", Money(650_000, GBP), CampaignState.DRAFT
    )  # fmt: skip
    assert (made.opens_at, made.closes_at) == (None, datetime(2026, 12, 11, tzinfo=UTC))
    assert [setup.get(path).status_code for path in ("/c/the-van", "/c/the-van/progress", ONE)] == [404, 404, 200]
    assert "Keep the van" not in setup.get("/").text
    assert "All <strong>winter</strong>." in setup.get(f"{ONE}/preview").text
    assert [(act.what, act.after and act.after["slug"]) for act in setup.acts] == [("campaign added", "the-van")]


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": ""}, "title", "Enter a title."),
        ({"slug": "The Van"}, "slug", "for the address, like the-van."),
        ({"slug": "", "title": "李"}, "slug", "for the address, like our-library."),
        ({"story": JAVASCRIPT}, "story", "Change the link to “javascript:alert(1)”: a link must begin with https://"),
        ({"target": "-5"}, "target", "Enter a target above zero."),
        ({"target": "0"}, "target", "Enter a target above zero."),
        ({"target": "lots"}, "target", "Enter an amount in figures, like 25.00."),
        ({"target": ""}, "target", "Enter the target, or choose no target."),
        ({"target_kind": "donors", "target": "1.5"}, "target", "Enter the target as a whole number, like 500."),
        ({"target_kind": "gifts", "target": "0"}, "target", "Enter a target above zero."),
        ({"opens_on": "2026-12-11"}, "closes_on", "Choose a last day that is not before the first day."),
        ({"opens_on": "soon"}, "opens_on", "Enter a day like 6 May 2027."),
        ({"closes_on": "2026-02-30"}, "closes_on", "Enter a day like 6 May 2027."),
        ({"currency": "XXX"}, "currency", "Choose the currency"),
        ({"above_target": "a" * 301}, "above_target", "Shorten this to 300 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    setup: DeskSetup, changes: dict[str, str], field: str, sentence: str
) -> None:
    """Beside its field and at the top; what was typed is still there, and nothing is kept."""
    answer = setup.add(**changes)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert f'href="#{field}"' in answer.text
    assert ">It lends books." in answer.text or "story" in changes
    assert setup.campaigns == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "typed", "target"),
    [
        ("amount", "£6,500.50", Money(650_050, GBP)),
        ("monthly", "400", Money(40_000, GBP)),
        ("gifts", "1,000", 1000),
        ("donors", "250", 250),
        ("none", "ignored", None),
    ],
)
def test_a_target_is_money_or_a_count_or_none(setup: DeskSetup, kind: str, typed: str, target: object) -> None:
    """And the form shows it as it was meant."""
    setup.add(target_kind=kind, target=typed)

    assert setup.campaign.target == target
    assert setup.campaign.target_kind is TargetKind("amount" if kind == "none" else kind)
    assert f'value="{kind}" checked' in setup.get(f"{ONE}/edit").text


def test_an_address_is_made_from_the_title_and_given_once(setup: DeskSetup) -> None:
    """A second campaign is asked for another, also for one that led to the first before."""
    setup.add(slug="")
    assert setup.campaign.slug == "keep-the-van"
    setup.post(f"{ONE}/publish")
    setup.edit(slug="van")

    for taken in ("keep-the-van", "van"):
        answer = setup.add(slug=taken)
        assert (answer.status_code, "Choose another address." in words(answer)) == (422, True)
    assert len(setup.campaigns) == 1
    moved = setup.get("/c/keep-the-van?utm_source=poster")
    assert (moved.status_code, moved.headers["location"]) == (301, "/c/van?utm_source=poster")
    assert setup.get("/c/keep-the-van/progress").headers["location"] == "/c/van/progress"


def test_an_edit_is_an_act_with_what_was_before_and_after(setup: DeskSetup) -> None:
    """Only what differs; saving without a change writes nothing down."""
    setup.add()
    setup.edit(title="Keep the van going", target="7000")
    setup.edit(title="Keep the van going", target="7000")

    edit = setup.acts[-1]
    assert [act.what for act in setup.acts] == ["campaign added", "campaign edited"]
    assert edit.before == {"title": "Keep the van", "target": "GBP 6500.00"}
    assert edit.after == {"title": "Keep the van going", "target": "GBP 7000.00"}
    assert setup.campaign.version == 2


def test_a_form_that_was_overtaken_keeps_what_was_typed(setup: DeskSetup) -> None:
    """It says what is there now, and the next press puts the typed words in its place."""
    setup.add()
    setup.edit(title="Hers", version="1")

    late = setup.edit(title="Mine", version="1")

    assert late.status_code == 409
    assert "Somebody saved this before you" in words(late)
    assert "Title Hers" in words(late)
    assert 'value="Mine"' in late.text
    assert setup.campaign.title == "Hers"
    assert setup.edit(title="Mine", version="2").status_code == 303
    assert setup.campaign.title == "Mine"


def test_a_preview_keeps_nothing(setup: DeskSetup) -> None:
    """It shows the words as donors will read them, above the form."""
    new = setup.add(then="preview")
    setup.add()
    edited = setup.edit(story="It lends *many* books.", then="preview")

    assert "All <strong>winter</strong>." in new.text
    assert "It lends <em>many</em> books." in edited.text
    assert ">It lends *many* books.</textarea>" in edited.text
    assert (len(setup.campaigns), setup.campaign.version) == (1, 1)


def test_a_campaign_goes_its_way(setup: DeskSetup) -> None:
    """Published, paused, reopened, closed with what became of it, reopened: each an act, and donors are told."""
    setup.add()
    page = "/c/the-van"

    setup.post(f"{ONE}/publish")
    assert 'href="/c/the-van/give"' in setup.get(page).text
    setup.post(f"{ONE}/pause")
    assert "This campaign is paused." in words(setup.get(page))
    assert '/give"' not in setup.get(page).text
    setup.post(f"{ONE}/reopen", closes_on="2026-12-10")
    assert 'href="/c/the-van/give"' in setup.get(page).text
    setup.post(f"{ONE}/close", outcome="We **did** it.")
    assert "It closed on 21 November 2026" in words(setup.get(page))
    assert "What became of it" in words(setup.get(page))
    assert "We <strong>did</strong> it." in setup.get(page).text
    setup.post(f"{ONE}/reopen", closes_on="")
    assert 'href="/c/the-van/give"' in setup.get(page).text

    assert [act.what.removeprefix("campaign ") for act in setup.acts] == [
        "added", "published", "paused", "reopened", "closed", "reopened"
    ]  # fmt: skip
    assert (setup.campaign.closed_at, setup.campaign.closes_at) == (None, None)


@ON_SQLITE
@pytest.mark.parametrize(
    ("before", "act", "sentence"),
    [
        ([], "pause", "This campaign is a draft: publish it first."),
        ([], "close", "This campaign is a draft: publish it first."),
        ([], "reopen", "This campaign is a draft: publish it first."),
        (["publish"], "publish", "This campaign is published already."),
        (["publish"], "reopen", "This campaign is open already."),
        (["publish", "pause"], "pause", "This campaign is paused already."),
        (["publish", "close"], "close", "This campaign is closed already."),
        (["publish", "close"], "pause", "This campaign is closed already."),
        (["publish", "close"], "publish", "This campaign is published already."),
    ],
)
def test_what_was_done_already_is_not_done_twice(setup: DeskSetup, before: list[str], act: str, sentence: str) -> None:
    """The page says so, and nothing is written."""
    setup.add()
    for step in before:
        assert setup.post(f"{ONE}/{step}").status_code == 303
    acts = len(setup.acts)

    answer = setup.post(f"{ONE}/{act}")

    assert (answer.status_code, sentence in words(answer)) == (409, True)
    assert len(setup.acts) == acts


def test_a_button_of_an_old_page_does_nothing(setup: DeskSetup) -> None:
    """Who presses it has not seen what changed."""
    setup.add()
    setup.edit(title="Another")

    answer = setup.post(f"{ONE}/publish", version="1")

    assert (answer.status_code, "Somebody changed this campaign meanwhile" in words(answer)) == (409, True)
    assert setup.campaign.state is CampaignState.DRAFT


def test_what_the_law_asks_for_comes_before_publishing(setup: DeskSetup) -> None:
    """The page names each part with a link, shows no button, and refuses one that is pressed all the same."""
    setup.missing.append(MissingNotice("Enter an imprint.", "/desk/organisation/details"))
    setup.add(story="")

    page = setup.get(ONE)
    answer = setup.post(f"{ONE}/publish")

    assert '<a href="/desk/organisation/details">Enter an imprint.' in page.text
    assert '<a href="/desk/campaigns/1/edit#story">Write what the money is for.' in page.text
    assert "/publish" not in page.text
    assert (answer.status_code, "cannot be published yet" in words(answer)) == (409, True)
    assert setup.campaign.state is CampaignState.DRAFT


def test_a_last_day_that_has_passed_is_asked_for_again(setup: DeskSetup) -> None:
    """A campaign that closed by the clock would be closed again at once."""
    setup.add()
    setup.post(f"{ONE}/publish")
    setup.clock.now = setup.clock.now.replace(month=12, day=20)
    setup.sign_in()

    early = setup.post(f"{ONE}/reopen", closes_on="2026-12-10")
    later = setup.post(f"{ONE}/reopen", closes_on="2026-12-24")

    assert (early.status_code, "Choose a last day that is to come" in words(early)) == (422, True)
    assert (later.status_code, setup.campaign.closes_at) == (303, datetime(2026, 12, 25, tzinfo=UTC))
