"""All scenarios, by name. Importing the stories puts them on the list."""

from tests.books import stories_back, stories_giving, stories_other, stories_out, stories_standing
from tests.books.story import SCENARIOS, Scenario

STORIES = (stories_giving, stories_standing, stories_back, stories_out, stories_other)

__all__ = ["SCENARIOS", "STORIES", "Scenario"]
