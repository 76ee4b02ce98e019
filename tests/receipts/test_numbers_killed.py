"""Numbers stay consecutive under concurrency, and whatever is killed."""

from tests.receipts.killed_issuing import GIFTS, issue_on_all, issued_numbers, killed_at_random

KILLS = 4  # fifty were tried on both engines


def test_no_number_is_missing_or_given_twice_when_the_issuing_process_is_killed(database_url: str) -> None:
    """Receipts and credit notes on eight connections, killed at random, then 200 gifts undisturbed."""
    assert killed_at_random(database_url, KILLS) > 0
    before = len(issued_numbers(database_url).receipts)
    issue_on_all(database_url)

    numbers = issued_numbers(database_url)
    assert (len(numbers.receipts), numbers.are_consecutive) == (before + GIFTS, True)
