"""Puzzles in ALTCHA's scheme, and the tokens of forms: only our own, for their form and time, are good."""

import json
from base64 import b64encode
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from payments.giving.form_token import is_form_token, new_form_token
from payments.giving.puzzle import LIFETIME, Puzzle, is_solution, new_puzzle

NOON, KEY, FORM = datetime(2026, 11, 21, 12, tzinfo=UTC), b"k" * 32, "ab" * 16


def solved(puzzle: Puzzle, **changed: Any) -> str:
    """What a browser sends, once it has found the number."""
    hashes = [sha256(f"{puzzle.salt}{n}".encode()).hexdigest() for n in range(puzzle.maxnumber + 1)]
    number = hashes.index(puzzle.challenge)
    sent = {name: value for name, value in asdict(puzzle).items() if name != "maxnumber"}
    return b64encode(json.dumps(sent | {"number": number} | changed).encode()).decode()


def test_a_solution_is_good_for_its_form_until_its_end() -> None:
    """Again as often as it is sent: it is the same gift. For another form, or later, or under another key it is not."""
    puzzle = new_puzzle(KEY, FORM, NOON, 500)
    sent = solved(puzzle)
    assert is_solution(KEY, sent, FORM, NOON)
    assert is_solution(KEY, sent, FORM, NOON + LIFETIME)
    assert not is_solution(KEY, sent, FORM, NOON + LIFETIME + timedelta(seconds=1))
    assert not is_solution(KEY, sent, "cd" * 16, NOON)
    assert not is_solution(b"x" * 32, sent, FORM, NOON)


@pytest.mark.parametrize(
    "sent", ["", "x", "e30=", "bnVsbA==", "W10=", "ey", "é", "A" * 5000, b64encode(b"[" * 700).decode()]
)
def test_anything_else_is_no_solution(sent: str) -> None:
    """And no error."""
    assert not is_solution(KEY, sent, FORM, NOON)


def test_a_form_token_is_good_from_two_seconds_to_six_hours() -> None:
    """Ours only; nothing else is an error."""
    token = new_form_token(KEY, NOON)
    good = [is_form_token(KEY, token, NOON + timedelta(seconds=age)) for age in (0, 1, 2, 60, 21_600, 21_601)]
    assert good == [False, False, True, True, True, False]
    assert not is_form_token(b"x" * 32, token, NOON + timedelta(minutes=1))
    assert not any(is_form_token(KEY, text, NOON) for text in ("", "token", token[:-1] + "g", "é" * 58))
