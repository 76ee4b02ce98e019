"""Names on a campaign's page: staff take one off, and put it back."""

from database.transactions import reading, writing
from staff.act import Subject
from staff.role import Role
from staff.store import acts_on
from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.payments.test_wall import give

WALL = f"{DESK}/1/wall"


def test_a_name_is_hidden_and_shown_again(setup: DeskSetup) -> None:
    """Each is an act that names the gift and not the donor; pressing twice is one act."""
    setup.sign_in()
    setup.add()
    setup.post(f"{DESK}/1/publish")
    with writing(setup.engine) as conn:
        gift = give(conn, "Ada")
    assert "Ada" in words(setup.get("/c/the-van"))

    for _ in range(2):
        assert setup.post(WALL, entry=gift, then="hide", page="1").headers["location"] == f"{WALL}?page=1"

    assert "I am Ada" not in words(setup.get("/c/the-van"))
    assert "hidden" in words(setup.get(WALL))
    setup.post(WALL, entry=gift, then="show", page="1")
    assert "I am Ada" in words(setup.get("/c/the-van"))
    with reading(setup.engine) as conn:
        acts = acts_on(conn, Subject("wall_entry", gift))
    assert [(act.what, act.after) for act in acts] == [
        ("name hidden on the page", {"campaign": 1}), ("name shown on the page again", {"campaign": 1})
    ]  # fmt: skip


def test_a_gift_that_is_not_on_the_wall_changes_nothing(setup: DeskSetup) -> None:
    """A made-up gift, one of another campaign, and another organiser's campaign."""
    setup.sign_in()
    setup.add()
    setup.add(slug="another")
    with writing(setup.engine) as conn:
        others = give(conn, "Eve", (2,))

    for gift in (others, "made-up"):
        assert setup.post(WALL, entry=gift, then="hide", page="1").status_code == 404
    setup.sign_in(Role.ORGANISER, email="org@example.org", campaigns=(1,))
    assert setup.get(f"{DESK}/2/wall").status_code == 404
    assert setup.post(f"{DESK}/2/wall", entry=others, then="hide", page="1").status_code == 404
