"""What somebody types while setting up is used, or answered by a sentence that says what to type."""

from collections.abc import Callable

import pytest

from setup.answers import (
    NotAnAnswer,
    imprint_of,
    mode_of,
    read_address_lines,
    read_base_url,
    read_email,
    read_key,
    read_short_text,
)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://give.example.org", "https://give.example.org"),
        (" give.example.org/ ", "https://give.example.org"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
    ],
)
def test_an_address_is_read_as_it_is_meant(typed: str, address: str) -> None:
    """Nobody types https:// on a phone."""
    assert read_base_url(typed) == address


@pytest.mark.parametrize(
    ("read", "typed", "sentence"),
    [
        (read_base_url, "http://give.example.org", "Donors need https"),
        (read_base_url, "https://give.example.org/donate", "without anything after the name"),
        (read_base_url, "give", "whole name"),
        (read_base_url, "https://[::1", "address like"),
        (read_base_url, "", "address like"),
        (read_key, "pk_test_51HxxxxxxxxxxxxxC", "publishable"),
        (read_key, "whsec_abcdefabcdef", "signing secret"),
        (read_key, "sk_test_…", "whole of it"),
        (read_key, "hunter2", "begins with sk_test_"),
        (read_email, "nobody", "name@example.org"),
        (read_short_text, "  ", "Type something"),
        (read_short_text, "x" * 201, "at most 200"),
        (read_address_lines, " ; ", "postal address"),
    ],
)
def test_what_cannot_be_used_is_answered_by_what_to_type(
    read: Callable[[str], object], typed: str, sentence: str
) -> None:
    """One sentence each."""
    with pytest.raises(NotAnAnswer, match=sentence):
        read(typed)


def test_the_rest_is_read_plainly() -> None:
    """Keys, addresses, and the imprint that follows from them."""
    lines = read_address_lines("4 Lantern Row,  Marlbridge , ZZ1 4QT")

    assert read_key(" rk_live_51Habcdefgh ") == "rk_live_51Habcdefgh"
    assert [mode_of("sk_test_a"), mode_of("rk_live_a"), mode_of("x")] == ["test", "live", None]
    assert lines == ("4 Lantern Row", "Marlbridge", "ZZ1 4QT")
    assert read_address_lines("Flat 1, 4 Row; Town") == ("Flat 1, 4 Row", "Town")
    assert imprint_of("A Body", lines) == "Promoted by A Body, 4 Lantern Row, Marlbridge, ZZ1 4QT."
    assert read_email(" Treasurer@Example.org ") == "Treasurer@example.org"
