"""How long each list is, for the menu. No list is counted further than a few thousand rows, so it takes no time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from database.lists import list_counts
from database.transactions import reading
from staff.member import StaffMember
from treasury.lists.desk_list import DeskList
from web.pages import Pages

MOST = 10_000


def show_menu_counts(engine: Engine, pages: Pages, desk_lists: Sequence[DeskList[Any]]) -> None:
    """Let the menu of every page say how long these lists are."""

    def counts_of(member: StaffMember) -> Mapping[str, str]:
        shown = {item.path for item in member.menu}
        zone = pages.wording.zone
        questions = {
            desk_list.path: (desk_list.question, desk_list.form.read({}).choice(zone))
            for desk_list in desk_lists
            if desk_list.path in shown
        }
        with reading(engine) as conn:
            counts = list_counts(conn, questions, MOST + 1)
        return {path: pages.wording.number(min(count, MOST)) + "+" * (count > MOST) for path, count in counts.items()}

    pages.show_counts(counts_of)
