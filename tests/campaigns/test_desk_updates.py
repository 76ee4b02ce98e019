"""Updates of a campaign: written at the desk, read by donors."""

import pytest

from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.engines import ON_SQLITE

ONE = f"{DESK}/1"
JAVASCRIPT = "Read [this](javascript:alert(1))."


@pytest.fixture(autouse=True)
def signed_in(setup: DeskSetup) -> None:
    """A treasurer, with a draft."""
    setup.sign_in()
    setup.add()


def test_updates_are_written_edited_and_removed(setup: DeskSetup) -> None:
    """Donors read them; every step is an act, and the log keeps the words of one that was removed."""
    setup.post(f"{ONE}/publish")
    setup.post(f"{ONE}/updates/new", day="2026-11-20", title="The vote", text="They *listened*.")
    assert "They <em>listened</em>." in setup.get("/c/the-van").text
    update = f"{ONE}/updates/" + setup.get(ONE).text.partition("/updates/")[2].partition('"')[0]
    setup.post(update, version="1", day="2026-11-20", title="The vote", text="They heard us.")
    assert setup.post(update, version="1", day="2026-11-20", title="The vote", text="Late.").status_code == 409
    assert setup.post(f"{update}/remove", version="1").status_code == 409
    assert "They heard us." in setup.get("/c/the-van").text

    assert setup.post(f"{update}/remove", version="2").status_code == 303

    assert "Updates" not in words(setup.get("/c/the-van"))
    assert setup.get(update).status_code == 404
    assert [act.what for act in setup.acts][2:] == [
        "campaign update added", "campaign update edited", "campaign update removed"
    ]  # fmt: skip
    assert setup.acts[-1].before is not None
    assert setup.acts[-1].before["text"] == "They heard us."


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": ""}, "Enter the day"),
        ({"title": " "}, "Enter a title."),
        ({"text": ""}, "Enter what happened."),
        ({"text": JAVASCRIPT}, "Change the link"),
    ],
)
def test_an_update_that_says_nothing_is_refused(setup: DeskSetup, change: dict[str, str], sentence: str) -> None:
    """With what to do; what was typed is still there."""
    typed = {"day": "2026-11-20", "title": "The vote", "text": "They listened."}

    answer = setup.post(f"{ONE}/updates/new", **(typed | change))

    assert (answer.status_code, sentence in words(answer)) == (422, True)
