"""Workers that are killed while they send lose no letter and send none twice: the long one is `soak letters`."""

from pathlib import Path

from bench.letters import send_letters


def test_a_letter_is_sent_once_although_two_workers_are_killed(tmp_path: Path) -> None:
    """A tenth are refused; one worker is killed right after the server took a letter, which nobody can know."""
    figures = send_letters(f"sqlite:///{tmp_path / 'letters.db'}", 60)

    assert (figures.accepted_twice, figures.lost, figures.refused) == (0, 0, 6)
    assert 1 <= figures.uncertain <= figures.kills
