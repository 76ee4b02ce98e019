"""A spreadsheet of groups is read as a whole, or refused line by line."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.group_list import GroupList, ListRules, UnreadableList, decode_list, read_group_list
from ledger.money import GBP, Money


def read(text: str, names: Collection[str] = (), taken: Collection[str] = ("ask",)) -> GroupList:
    """A list for the campaign at /c/ask."""
    return read_group_list(
        text, ListRules("ask", names, taken, lambda typed: Money.parse(typed, GBP), {"jo@example.org"}.__contains__)
    )


def test_a_list_of_names_is_enough() -> None:
    """Each group gets an address made from its name; blank lines count as lines, and are no groups."""
    groups = read("Leeds North\n\nŁódź & São Paulo\nYork\n").groups
    assert [(group.line, group.slug) for group in groups] == [(1, "leeds-north"), (3, "odz-sao-paulo"), (4, "york")]


@pytest.mark.parametrize(
    "text",
    [
        "Leeds,leeds-n,1200.50,jo@example.org",
        "Leeds;leeds-n;1200.50;jo@example.org",
        "Leeds\tleeds-n\t1200.50\tjo@example.org",
        '"Leeds","leeds-n","£1,200.50","jo@example.org"',
        "Name,Address,Target,Organiser\u2019s email\r\nLeeds,leeds-n,1200.50,jo@example.org\r\n",
        "organiser,target,group,address\nJo@example.org,1200.50,Leeds,leeds-n",
    ],
)
def test_columns_stand_in_order_or_are_named(text: str) -> None:
    """Commas, semicolons or tabs."""
    [group] = read(text).groups
    assert (group.name, group.slug, group.target) == ("Leeds", "leeds-n", Money(120050, GBP))
    assert group.organiser == "jo@example.org"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Leeds\nYork\nleeds ", {3: "Lines 1 and 3 are alike: both are “leeds”."}),
        ("Leeds,a\nYork,a", {2: "Lines 1 and 2 have the same address, “a”."}),
        ("Hull", {1: "There is a group “Hull” already. Take it out of the list."}),
        ("York,ask", {1: "The address “ask” is taken. Choose another."}),
        (
            "York,Not an address",
            {1: "Write the address “Not an address” with small letters, digits and single dashes."},
        ),
        ("York,,0", {1: "The target “0” cannot be used. Enter a target above zero, or leave it out."}),
        ("York,,-5", {1: "The target “-5” cannot be used. Enter an amount in figures, like 25.00."}),
        ("York,,,nobody", {1: "Write the email address “nobody” of the organiser like name@example.org."}),
        ("York,,,al@example.org", {1: "“al@example.org” is no member of staff: invite them first, or leave them out."}),
        (",york", {1: "Enter the name of the group."}),
        ("York,,,,more", {1: "Take out “more”: there is no such column."}),
        ("東京", {1: "Choose an address for “東京”, like leeds-north."}),
        (f"{'a' * 121}", {1: "The name cannot be used. Shorten this to 120 characters or fewer."}),
        ("name,target\nYork,x\nYork,y", {2: "The target “x” cannot", 3: "The target “y” cannot"}),
    ],
)
def test_each_line_that_must_be_mended_says_how(text: str, sentences: dict[int, str]) -> None:
    """With its number in the file, header and blank lines counted."""
    problems = {problem.line: problem.sentence for problem in read(text, names=["HULL"]).problems}
    assert problems.keys() == sentences.keys()
    for line, sentence in sentences.items():
        assert problems[line].startswith(sentence)


def test_an_address_that_is_taken_is_made_longer_by_the_campaigns() -> None:
    """Only one that nobody chose."""
    assert [group.slug for group in read("York\nHull", taken=["ask", "york"]).groups] == ["ask-york", "hull"]


def test_a_campaign_has_two_hundred_groups_and_not_one_more() -> None:
    """Those that are there count."""
    text = "\n".join(f"Group {n}" for n in range(199))
    assert not read(text, names=["Hull"]).problems
    [problem] = read(f"{text}\nYork", names=["Hull"]).problems
    assert problem.line == 200
    assert problem.sentence == "A campaign has at most 200 groups: there is room for 199 more, not 200."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_however_a_spreadsheet_wrote_it(encoding: str) -> None:
    """Accents and dashes stay what they were."""
    assert decode_list("Llanfair \u2013 Môn\r\n".encode(encoding)) == "Llanfair \u2013 Môn\r\n"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04workbook", "This is a workbook"),
        (b"\x81\x8d", "This file is not text"),
        (b"a" * 200_001, "Choose a smaller file"),
    ],
)
def test_what_is_no_list_says_what_to_upload(data: bytes, sentence: str) -> None:
    """Before anything is read of it."""
    with pytest.raises(UnreadableList, match=sentence):
        decode_list(data)


@pytest.mark.parametrize("text", ["", "\n , \n", "Name,Target\n", 'Leeds,"x\nYork'])
def test_an_empty_or_broken_list_is_refused(text: str) -> None:
    """No group, or a quotation mark too many."""
    with pytest.raises(UnreadableList):
        read(text)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Groups without a problem have names that differ and addresses that differ."""
    try:
        groups = read(text)
    except UnreadableList:
        return
    if not groups.problems:
        assert len({group.slug for group in groups.groups}) == len(groups.groups)
        assert all(group.name and group.slug for group in groups.groups)
