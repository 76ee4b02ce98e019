"""All scenarios, by name. Importing the stories puts them on the list."""

from tests.books import stories_giving, stories_other, stories_payouts, stories_recurring, stories_refunds_and_disputes
from tests.books.story import SCENARIOS, Scenario

STORIES = (stories_giving, stories_recurring, stories_refunds_and_disputes, stories_payouts, stories_other)

__all__ = ["SCENARIOS", "STORIES", "Scenario"]
