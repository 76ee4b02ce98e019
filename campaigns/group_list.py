"""A list of local groups from a spreadsheet: read as a whole, with a sentence for each line that must be mended."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from campaigns.campaign import SLUG, SLUG_LENGTH, TITLE_LENGTH, slug_of
from campaigns.groups import MOST_GROUPS, name_key
from ledger.money import BadAmount, Money
from web.typed import NotTidy, compact, tidy

LARGEST_LIST = 200_000
"""The size of a list in bytes: 200 lines are far less."""

_COLUMNS = ("name", "address", "target", "organiser")
_HEADINGS: Mapping[str, str] = {
    "name": "name", "group": "name", "group name": "name", "title": "name",
    "address": "address", "web address": "address", "slug": "address",
    "target": "target", "goal": "target",
    "organiser": "organiser", "organizer": "organiser", "email": "organiser", "organiser's email": "organiser",
    "organiser email": "organiser", "email address": "organiser",
}  # fmt: skip
_WORKBOOK, _UTF16 = b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")


class UnreadableList(ValueError):
    """The file is no list at all; the message says how to save one."""


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group as a line of the list asks for it. `organiser` is an email address, or nothing."""

    line: int
    name: str
    slug: str
    target: Money | None
    organiser: str


@dataclass(frozen=True, slots=True)
class ListProblem:
    """What must be mended in a column of a line, or in two lines that do not go together."""

    line: int
    sentence: str
    column: str = "name"


@dataclass(frozen=True, slots=True)
class GroupList:
    """A list as it was read. It may be made only as a whole: when there is no problem."""

    groups: tuple[ListedGroup, ...]
    problems: tuple[ListProblem, ...]


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a list has to agree with: the groups and addresses that there are, and how amounts are typed.

    `parent` is the address of the campaign. `names` are its groups' names, `taken` the addresses of all campaigns, new
    and old. `read_amount` raises BadAmount. `is_member` says whether an email address is a member's of staff.
    """

    parent: str
    names: Collection[str]
    taken: Collection[str]
    read_amount: Callable[[str], Money]
    is_member: Callable[[str], bool]


def decode_list(data: bytes) -> str:
    """The text of a file, in UTF-8 (or UTF-16, or Windows-1252, as older spreadsheets write); raises UnreadableList."""
    if len(data) > LARGEST_LIST:
        raise UnreadableList(f"Choose a smaller file: a list has at most {MOST_GROUPS} groups.")
    if data.startswith(_WORKBOOK):
        raise UnreadableList("This is a workbook. In your spreadsheet choose Save as, then CSV, and upload that file.")
    for encoding in ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableList("This file is not text. Save the list as CSV in UTF-8, and upload that file.")


def read_group_list(text: str, rules: ListRules) -> GroupList:
    """Read a list of groups: the name, and if wanted address, target and organiser's email. Raises UnreadableList.

    The columns are those of the first line if that names them; otherwise they stand in this order.
    """
    lines = [(line, cells) for line, cells in _lines(text) if any(cells)]
    columns = _columns_of(lines[0][1]) if lines else None
    if columns is not None:
        lines = lines[1:]
    if not lines:
        raise UnreadableList("Choose a list with one group a line: the first column is its name.")
    problems: list[ListProblem] = []
    groups = [
        group for line, cells in lines if (group := _group(line, _named(cells, columns or _COLUMNS), rules, problems))
    ]
    groups = _addressed(groups, rules, problems)
    problems += [*_alike(groups, rules), *_too_many(lines, rules)]
    return GroupList(tuple(groups), tuple(sorted(problems, key=lambda problem: problem.line)))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line on which a row begins, and its cells without spaces around them."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableList(f"Line {begins} cannot be read as CSV: look for a quotation mark too many.") from error
        yield begins, [compact(cell) for cell in cells]
        begins = rows.line_num + 1


def _delimiter(text: str) -> str:
    """A comma, a semicolon (as spreadsheets write where the comma is for decimals), or a tab: what comes first."""
    marks = [mark for mark in re.sub(r'"[^"]*"', "", text) if mark in ",;\t\n"]
    return next((mark for mark in marks if mark != "\n"), ",")


def _columns_of(cells: Sequence[str]) -> list[str] | None:
    """What the first line names the columns; None when it is a group already."""
    names = [_HEADINGS.get(" ".join(cell.casefold().replace("\u2019", "'").split()), "") for cell in cells]
    return names if "name" in names and all(names[n] or not cells[n] for n in range(len(cells))) else None


def _named(cells: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    named = dict(zip(columns, cells, strict=False))
    extra = [cell for cell in cells[len(columns) :] if cell]
    return {**dict.fromkeys(_COLUMNS, ""), **named, "extra": " ".join(extra)}


def _group(line: int, cells: Mapping[str, str], rules: ListRules, problems: list[ListProblem]) -> ListedGroup | None:
    """The group of a line; what must be mended is added to the problems."""
    before = len(problems)
    if cells["extra"]:
        problems.append(ListProblem(line, f"Take out “{cells['extra'][:40]}”: there is no such column."))
    name, target = cells["name"], None
    try:
        name = tidy(name, TITLE_LENGTH)
    except NotTidy as error:
        problems.append(ListProblem(line, f"The name cannot be used. {error}"))
    if not name:
        problems.append(ListProblem(line, "Enter the name of the group."))
    if cells["address"] and (len(cells["address"]) > SLUG_LENGTH or not SLUG.fullmatch(cells["address"])):
        sentence = f"Write the address “{cells['address'][:60]}” with small letters, digits and single dashes."
        problems.append(ListProblem(line, sentence, "address"))
    if cells["target"]:
        try:
            target = _positive(rules.read_amount(cells["target"]))
        except BadAmount as error:
            sentence = f"The target “{cells['target'][:20]}” cannot be used. {error}"
            problems.append(ListProblem(line, sentence, "target"))
    if cells["organiser"] and (sentence := _unknown(cells["organiser"], rules)):
        problems.append(ListProblem(line, sentence, "organiser"))
    made = ListedGroup(line, name, cells["address"], target, cells["organiser"].lower())
    return made if len(problems) == before else None


def _positive(target: Money) -> Money:
    if target.minor <= 0:
        raise BadAmount("Enter a target above zero, or leave it out.")
    return target


def _unknown(organiser: str, rules: ListRules) -> str:
    """What to do about an organiser who is no member of staff; nothing for one who is."""
    try:
        validate_email(organiser, check_deliverability=False)
    except EmailNotValidError:
        return f"Write the email address “{organiser[:60]}” of the organiser like name@example.org."
    if rules.is_member(organiser.lower()):
        return ""
    return f"“{organiser[:60]}” is no member of staff: invite them first, or leave them out."


def _addressed(groups: Sequence[ListedGroup], rules: ListRules, problems: list[ListProblem]) -> list[ListedGroup]:
    """The groups with their addresses: the chosen one, else one made of the name, else of campaign and name."""
    taken = set(rules.taken) | {group.slug for group in groups}
    addressed = []
    for group in groups:
        slug = group.slug or free_slug(group.name, rules.parent, taken)
        if group.slug and group.slug in rules.taken:
            problems.append(ListProblem(group.line, f"The address “{group.slug}” is taken. Choose another.", "address"))
        if not slug:
            problems.append(
                ListProblem(group.line, f"Choose an address for “{group.name}”, like leeds-north.", "address")
            )
        taken.add(slug)
        addressed.append(ListedGroup(group.line, group.name, slug, group.target, group.organiser))
    return addressed


def free_slug(name: str, parent: str, taken: Collection[str]) -> str:
    """An address that is not taken, made of a group's name; nothing where none can be made of it."""
    plain = slug_of(name)
    longer = f"{parent[: SLUG_LENGTH - len(plain) - 1].strip('-')}-{plain}".strip("-")
    choices = [choice for choice in (plain, longer) if plain and len(choice) <= SLUG_LENGTH and choice not in taken]
    return choices[0] if choices else ""


def _alike(groups: Sequence[ListedGroup], rules: ListRules) -> Iterator[ListProblem]:
    names: dict[str, int] = {}
    slugs: dict[str, int] = {}
    there = {name_key(name) for name in rules.names}
    for group in groups:
        first = names.setdefault(name_key(group.name), group.line)
        if first != group.line:
            yield ListProblem(group.line, f"Lines {first} and {group.line} are alike: both are “{group.name}”.")
        elif name_key(group.name) in there:
            yield ListProblem(group.line, f"There is a group “{group.name}” already. Take it out of the list.")
        first_address = slugs.setdefault(group.slug, group.line)
        if first_address != group.line and group.slug and first == group.line:
            yield ListProblem(
                group.line, f"Lines {first_address} and {group.line} have the same address, “{group.slug}”.", "address"
            )


def _too_many(lines: Sequence[tuple[int, object]], rules: ListRules) -> Iterator[ListProblem]:
    room = max(MOST_GROUPS - len(rules.names), 0)
    if len(lines) > room:
        sentence = f"A campaign has at most {MOST_GROUPS} groups: there is room for {room} more, not {len(lines)}."
        yield ListProblem(lines[room][0], sentence)
