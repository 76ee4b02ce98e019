"""What people type is kept readable, short and harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speed import within
from web.typed import NotTidy, clipped, compact, is_day, shown_address, tidy

BOMBS = {
    "one accent": "a" + "\u0301" * 50_000,
    "two in turn": "a" + "\u0301\u0316" * 25_000,
    "backwards": "a" + "\u0316\u0301" * 25_000,
    "below the length that is looked at": "a" + "\u0316\u0301" * 150,
    "on every letter": ("a" + "\u0301" * 9) * 40,
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoë   Ünal ", "Zoë Ünal"),
        ("Zoe\u0308", "Zoë"),
        ("Ann\u00a0Lee\r\nSmith\tJr", "Ann Lee Smith Jr"),
        ("ann\u202egnp.exe\u2066\u200f", "anngnp.exe"),
        ("x\x00\x1b[31m\u200b\ufeffy\ue000\ufffe", "x[31my"),
        ("a\ud800b", "ab"),
        ("\u200b \u2028 ", ""),
    ],
)
def test_a_line_is_tidied(typed: str, kept: str) -> None:
    """Composed, on one line, without what cannot be seen or turns text around."""
    assert tidy(typed, 80) == kept


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh",
        "चीज़ें",
        "שָׁלוֹם",
        "محمّد",
        "หญิงชั้น",
        "می‌خواهم",
        "👩‍👩‍👧‍👦 ❤️",
        "O\u2019Neil-Smith (née Jones)",
        "Gwen 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    ],
)
def test_names_of_the_world_are_kept_whole(name: str) -> None:
    """Stacked vowels, points and joiners are how people write, not tricks."""
    composed = unicodedata.normalize("NFC", name)

    assert (tidy(name, 80), clipped(name, 80)) == (composed, composed)


def test_a_message_keeps_its_lines() -> None:
    """With one empty line at most between paragraphs."""
    assert tidy(" Go on! \r\n\r\n\r\n\r\nWith  love\u2028Zoë\n", 80, lines=True) == "Go on!\n\nWith love\nZoë"


def test_too_long_says_how_long_it_may_be() -> None:
    """The limit counts what is kept, not what was typed around it."""
    assert tidy(" " * 50 + "a" * 80, 80) == "a" * 80
    with pytest.raises(NotTidy, match="Shorten this to 80 characters or fewer"):
        tidy("a" * 81, 80)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=list(BOMBS))
def test_heaps_of_accents_are_refused_at_once(bomb: str) -> None:
    """They took the receipt's layout nine seconds; here they take none."""
    with within(0.5):
        with pytest.raises(NotTidy):
            tidy(bomb, 100)
        light = clipped(bomb, 100)

    assert tidy(light, 100) == light


def test_heaped_accents_say_what_to_do() -> None:
    """Not a riddle about Unicode."""
    with pytest.raises(NotTidy, match="at most two accents on a letter"):
        tidy("x\u0301\u0301\u0301", 80)


AWKWARD = "aeक\u0301\u0316\u0327\u093c\u0902\u200d\u200b\u202e \n\r\t\u2028\x00"


@given(
    st.one_of(st.text(max_size=200), st.text(st.sampled_from(AWKWARD), max_size=80)),
    st.integers(1, 60),
    st.booleans(),
)
def test_what_is_clipped_is_tidy(text: str, limit: int, lines: bool) -> None:
    """Whatever comes from elsewhere becomes something that the form would have taken."""
    kept = clipped(text, limit, lines=lines)

    assert tidy(kept, limit, lines=lines) == kept


PASTED = [
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u00ad",
    "\u200e",
    "\u200f",
    "\u2066",
    "\u2069",
    "\u200d",
    "\u00a0",
    "\U000e0067",
]


@pytest.mark.parametrize("mark", PASTED, ids=ascii)
def test_what_comes_with_a_paste_is_not_part_of_a_value(mark: str) -> None:
    """Around an address or inside it; a space inside stays, for whoever reads it to refuse."""
    assert compact(f"{mark} zoe@example.org{mark}\n") == "zoe@example.org"
    inside = compact(f"zoe@exa{mark}mple.org")
    assert inside == ("zoe@exa\u00a0mple.org" if mark == "\u00a0" else "zoe@example.org")


def test_letters_of_a_flag_without_the_flag_are_dropped() -> None:
    """They would be text that nobody sees."""
    assert tidy("Zoë\U000e0067\U000e0062", 80) == "Zoë"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", True), ("2027-05-06", True), ("yesterday", False), ("2027-02-30", False), ("20270506", False)],
)
def test_a_browsers_field_for_a_day_shows_days_alone(text: str, shown: bool) -> None:
    """Anything else would be lost when a form comes back: it is shown as text."""
    assert is_day(text) is shown


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("zoe@xn--bcher-kva.example", "zoe@bücher.example"),
        ("zoe@example.org", "zoe@example.org"),
        ("zoe@xn--a.example", "zoe@xn--a.example"),
        ("zoe@xn--ls8h.example", "zoe@💩.example"),
        ("no address", "no address"),
    ],
)
def test_an_address_is_shown_with_its_domain_in_its_own_letters(kept: str, shown: str) -> None:
    """It is kept as mail servers know it."""
    assert shown_address(kept) == shown
