"""A donor's consents: every decision is kept, and the newest of a channel holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from database.transactions import reading, writing
from donors.consent_store import consents_of, note_consent, note_consents
from donors.consents import Channel, Consent, ConsentPlace, agreed_channels, newest_by_channel
from donors.store import find_or_add_donor
from tests.ledger.samples import NOON

GIVEN = Consent(
    channel=Channel.EMAIL,
    is_given=True,
    words="Email me about this campaign.",
    words_version="default-1",
    language="en",
    place=ConsentPlace.FORM,
    at=NOON,
)
WITHDRAWN = replace(GIVEN, is_given=False, place=ConsentPlace.UNSUBSCRIBE, at=NOON + timedelta(days=1))


def test_decisions_are_kept_with_their_words(engine: Engine) -> None:
    """Oldest first, each donor's own."""
    with writing(engine) as conn:
        ada = find_or_add_donor(conn, "Ada", "ada@example.org", NOON)
        other = find_or_add_donor(conn, "Bo", "bo@example.org", NOON)
        note_consents(conn, ada.id, [])
        note_consent(conn, ada.id, WITHDRAWN)
        note_consent(conn, ada.id, GIVEN)

    with reading(engine) as conn:
        assert consents_of(conn, ada.id) == [GIVEN, WITHDRAWN]
        assert consents_of(conn, other.id) == []


def test_the_newest_decision_of_a_channel_holds() -> None:
    """In whatever order they are read."""
    by_post = replace(GIVEN, channel=Channel.POST)

    assert newest_by_channel([WITHDRAWN, GIVEN, by_post]) == {Channel.EMAIL: WITHDRAWN, Channel.POST: by_post}
    assert agreed_channels([WITHDRAWN, GIVEN, by_post]) == {Channel.POST}
    assert agreed_channels([WITHDRAWN, replace(GIVEN, at=WITHDRAWN.at + timedelta(seconds=1))]) == {Channel.EMAIL}


def test_of_two_decisions_at_one_instant_the_withdrawal_holds() -> None:
    """Nobody is written to by accident of order."""
    at_once = replace(WITHDRAWN, at=GIVEN.at)

    assert agreed_channels([at_once, GIVEN]) == agreed_channels([GIVEN, at_once]) == frozenset()


@pytest.mark.parametrize(
    "lacking", [{"words": ""}, {"words_version": ""}, {"language": ""}, {"at": NOON.replace(tzinfo=None)}]
)
def test_a_consent_without_its_words_cannot_be_made(lacking: dict[str, object]) -> None:
    """Nor one whose instant could be any."""
    with pytest.raises(ValueError, match=r"words|time zone"):
        replace(GIVEN, **lacking)  # type: ignore[arg-type]
