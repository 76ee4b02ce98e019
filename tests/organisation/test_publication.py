"""What the law asks for before a campaign is published, each in a sentence."""

from dataclasses import replace

import pytest

from campaigns.demo import DEMO_ORGANISATION
from organisation.organisation import Notices, OrganisationProfile
from organisation.privacy import privacy_paragraphs
from organisation.publication import lost_details, missing_for_publication

COMPLETE = OrganisationProfile(DEMO_ORGANISATION, "en_GB")


def test_a_complete_organisation_may_publish() -> None:
    """The demo is one."""
    assert missing_for_publication(COMPLETE) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "legal name"),
        ({"address": ()}, "postal address"),
        ({"email": ""}, "email address"),
        ({"imprint": ""}, "Enter an imprint"),
        ({"imprint": "Promoted by somebody, The Old Tram Works, 4 Lantern Row."}, "Name Every Branch Open"),
        ({"imprint": "Promoted by Every Branch Open."}, "postal address into the imprint"),
    ],
)
def test_each_missing_detail_is_named(change: dict[str, object], sentence: str) -> None:
    """With the page that mends it."""
    missing = missing_for_publication(replace(COMPLETE, organisation=replace(DEMO_ORGANISATION, **change)))  # type: ignore[arg-type]

    assert [sentence in str(notice) for notice in missing] == [True]
    assert missing[0].path == "/desk/organisation/details"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": ()}, "address"),
        ({"email": ""}, "email"),
        ({"imprint": ""}, "imprint"),
        ({"imprint": "Promoted by Every Branch Open."}, "imprint"),
        ({"name": "Another Body"}, "imprint"),
    ],
)
def test_a_change_that_takes_from_published_pages_what_the_law_wants_is_told(
    change: dict[str, object], field: str
) -> None:
    """Beside its field; what was lacking before may go on lacking, and be mended bit by bit."""
    lacking = replace(COMPLETE, organisation=replace(DEMO_ORGANISATION, **change))  # type: ignore[arg-type]

    assert list(lost_details(COMPLETE, lacking)) == [field]
    assert lost_details(lacking, lacking) == lost_details(lacking, COMPLETE) == {}


def test_a_body_under_rules_on_donations_tells_donors_of_them() -> None:
    """That gifts are checked, and what may be published (the Electoral Commission on crowdfunding)."""
    under_rules = replace(COMPLETE, regime="members_association")

    assert [notice.path for notice in missing_for_publication(under_rules)] == ["/desk/organisation/notices"]
    assert missing_for_publication(replace(under_rules, notices=Notices(transparency="We check gifts."))) == []


def test_before_anybody_is_named_one_sentence_says_all() -> None:
    """What stands on pages meanwhile is nobody's."""
    [missing] = missing_for_publication(COMPLETE, is_set_up=False)

    assert "Say who receives" in str(missing)


def test_the_standard_privacy_notice_names_who_keeps_what() -> None:
    """Who, how to reach them, the payment company, how long, and where to complain; its own text replaces it."""
    notice = " ".join(privacy_paragraphs(COMPLETE))

    for due in (
        "Every Branch Open",
        "hello@everybranchopen.example",
        "Marlbridge",
        "Stripe",
        "six years",
        "ico.org.uk",
    ):
        assert due in notice
    assert privacy_paragraphs(replace(COMPLETE, notices=Notices("A.\n\nB."))) == ["A.", "B."]
