"""A launch under attack, for a few seconds: the long one is `./farthing soak launch`."""

from pathlib import Path

from bench.launch import launch


def test_donors_behind_one_address_get_through_an_attack(tmp_path: Path) -> None:
    """The whole loop with every process: page, form, puzzle, Stripe, message, thanks, letter."""
    figures, tally = launch(tmp_path, donors=8, attacks=160, seconds=3.0)
    assert tally.refused == []
    assert (figures.thanked, figures.received, figures.receipts_mailed) == (8, 8, 8)
    assert figures.attackers_sessions < figures.attack_posts
    assert figures.audit_failures == 0
