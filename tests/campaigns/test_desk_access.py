"""Who may do what to campaigns: organisers see their own alone, auditors change nothing."""

import pytest

from staff.role import Role
from tests.campaigns.desk_setup import DESK, DeskSetup

ONE = f"{DESK}/1"


@pytest.fixture(autouse=True)
def signed_in(setup: DeskSetup) -> None:
    """A treasurer, with a draft."""
    setup.sign_in()
    setup.add()


def test_an_organiser_sees_and_edits_their_own_alone(setup: DeskSetup) -> None:
    """Another organiser's is not found, whatever is asked of it."""
    setup.add(slug="other", title="The other")
    setup.sign_in(Role.ORGANISER, email="olu@example.org", campaigns=(2,))

    assert "The other" in setup.get(DESK).text
    assert "Keep the van" not in setup.get(DESK).text
    assert setup.get(f"{DESK}/2/edit").status_code == 200
    pages = ("", "/edit", "/preview", "/amounts", "/picture", "/close", "/reopen", "/updates/new")
    assert {setup.get(ONE + page).status_code for page in pages} == {404}
    acts = ("/edit", "/publish", "/pause", "/close", "/reopen", "/amounts", "/updates/new")
    answers = {act: setup.post(ONE + act, **({} if act != "/edit" else {"title": "Mine"})).status_code for act in acts}
    assert set(answers.values()) == {404}
    assert setup.client.post(f"{ONE}/picture", files={"picture": b"x"}).status_code == 404
    assert setup.add(slug="third").status_code == 403
    assert len(setup.acts) == 1


def test_an_auditor_reads_and_changes_nothing(setup: DeskSetup) -> None:
    """No button is shown, and none works."""
    setup.sign_in(Role.AUDITOR, email="aud@example.org")

    page = setup.get(ONE).text
    assert [f'{ONE}/{act}"' in page for act in ("preview", "edit", "publish", "updates/new")] == [True] + [False] * 3
    assert [setup.post(f"{ONE}/{act}").status_code for act in ("publish", "edit", "close")] == [403] * 3


@pytest.mark.parametrize("path", [f"{DESK}/2", f"{DESK}/2/edit", f"{ONE}/updates/nothing"])
def test_what_is_not_there_is_not_found(setup: DeskSetup, path: str) -> None:
    """As a page that says so."""
    assert setup.get(path).status_code == 404
