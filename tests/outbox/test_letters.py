"""A letter is posted once for its cause, is queued with it, and cannot say anything in a header but what it is."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from database.transactions import reading, writing
from outbox.jobs import is_queued
from outbox.letters import SEND, Attachment, Letter, LetterState, NotALetter, letter_by_id, post_letter, post_letters
from tests.clock import FixedClock

RECEIPT = Attachment("receipt-2026-000001.pdf", "application/pdf", "receipt", "2026-000001")
LETTER = Letter(
    "receipt:2026-000001", "zoë@example.org", "Your receipt", "Thank you.", "<p>Thank you.</p>", (RECEIPT,), "Zoë Ödman"
)


def test_a_letter_waits_as_it_was_written(engine: Engine, clock: FixedClock) -> None:
    """With its attachments, and its job in the same transaction."""
    with writing(engine) as conn:
        assert post_letter(conn, LETTER, clock())

    with reading(engine) as conn:
        posted = letter_by_id(conn, LETTER.id)
        assert posted is not None
        assert (posted.letter, posted.state, posted.posted_at) == (LETTER, LetterState.WAITING, clock())
        assert is_queued(conn, SEND, LETTER.id)


def test_a_letter_exists_once_for_its_cause(engine: Engine, clock: FixedClock) -> None:
    """The first one counts, in the same batch and later."""
    other = replace(LETTER, subject="Your receipt, again")
    with writing(engine) as conn:
        assert post_letters(conn, [LETTER, LETTER], clock()) == [LETTER]
        assert not post_letter(conn, other, clock())

        posted = letter_by_id(conn, other.id)
    assert posted is not None
    assert posted.letter.subject == "Your receipt"


@pytest.mark.parametrize(
    "bent",
    [
        {"subject": "Hello\r\nBcc: everybody@example.org"},
        {"to_name": "Zoë\nBcc: everybody@example.org"},
        {"to": "zoe@example.org\r\nBcc: everybody@example.org"},
        {"to": "zoe@example.org, everybody@example.org"},
        {"to": "Zoe <zoe@example.org>"},
        {"to": "zoe"},
        {"unsubscribe": "https://example.org/>\r\nX: y"},
        {"subject": "Next\x85line"},
        {"subject": "x" * 501},
        {"subject": " "},
        {"text": ""},
        {"key": ""},
    ],
    ids=str,
)
def test_a_letter_with_a_bent_header_cannot_be_made(bent: dict[str, Any]) -> None:
    """A name or a subject that would add a header or an address."""
    with pytest.raises(NotALetter):
        replace(LETTER, **bent)
