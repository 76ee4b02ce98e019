"""Hostile and real strings at the doors that every text goes through: typed text, letters, files."""

import unicodedata

import pytest

from outbox.letters import Letter
from tests.outbox.test_message import read_back
from tests.web.corpus import ACCEPTED, AS_TYPED, CLEANED, FORMULAS, REFUSED
from web.spreadsheets import harmless
from web.typed import NotTidy, tidy

HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}


def test_what_people_are_called_is_kept_as_typed() -> None:
    """What cannot be seen is left out, and a line break is a space."""
    kept = {text: tidy(text, 100) for text in ACCEPTED}

    assert kept == {text: unicodedata.normalize("NFC", text) for text in AS_TYPED} | CLEANED


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=[f"{len(text)} of {text[0]}" for text in REFUSED])
def test_what_no_name_can_be_is_refused_with_a_reason(text: str, reason: str) -> None:
    """Too long, or a heap of accents."""
    with pytest.raises(NotTidy, match=reason):
        tidy(text, 100)


@pytest.mark.parametrize("text", ACCEPTED, ids=ascii)
def test_no_name_adds_a_header_to_a_letter(text: str) -> None:
    """In the subject and beside the address; the headers are ours, and the texts are whole."""
    kept = tidy(text, 100)
    letter = Letter("k", "zoe@example.org", f"In memory of {kept}", f"Dear {kept},\n", "<p>Dear</p>", to_name=kept)

    sent = read_back(letter)

    assert set(sent.keys()) == HEADERS
    assert [address.addr_spec for address in sent["To"].addresses] == ["zoe@example.org"]
    assert "".join(str(sent["Subject"]).split()) == "".join(letter.subject.split())
    body = sent.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == f"Dear {kept},"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_name_is_a_formula_in_a_file(text: str) -> None:
    """As every CSV of ours writes it."""
    assert harmless(tidy(text, 100)) == f"'{text}"
