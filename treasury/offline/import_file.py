"""Reads a file of offline gifts: each line is a gift as the form would take it, or says why it is none. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from campaigns.campaign import Campaign
from ledger.money import BadAmount, Money
from ledger.typed_money import NumberStyle
from payments.gifts.offline import Means
from payments.gifts.offline_import import (
    ComparedOffline,
    OfflineContent,
    are_here,
    gifts_beside,
    imported_gift_id,
    look_alikes,
)
from treasury.offline.form import Days, TypedOffline, read_offline
from web.csv_columns import Columns, CsvField, cells_of
from web.csv_files import CsvLine, CsvTable
from web.csv_values import BadCsvDay, DayReadBothWays, days_read_both_ways, read_csv_amount, read_csv_day


class Nature(Enum):
    """What a line says that was given."""

    MONEY = "money"
    IN_KIND = "in kind"
    BEQUEST = "bequest"


IMPORT_FIELDS = (
    CsvField("day", "Day", ("Date", "Given on", "Received", "Date received", "Gift date"), is_needed=True),
    CsvField("amount", "Amount", ("Sum", "Value", "Gift", "Donation", "Gift amount"), is_needed=True),
    CsvField("means", "How it came", ("How", "Means", "Way", "Method", "Payment method", "Type", "Paid by")),
    CsvField("campaign", "Campaign", ("Appeal", "Fund", "For")),
    CsvField("name", "Name", ("Donor", "Donor name", "Full name", "Given by")),
    CsvField("email", "Email", ("Email address", "E-mail", "Address")),
    CsvField("reference", "Reference", ("Note", "Notes", "Cheque number", "Description")),
    CsvField("receipt", "Receipt wanted", ("Receipt",)),
    CsvField("nature", "Nature", ("Nature of donation", "Nature of gift")),
    CsvField("benefit", "What they got back", ("Benefit", "Got back")),
    CsvField("market_value", "Worth of what they got back", ("Market value", "Benefit value", "Value of benefit")),
    CsvField("counts", "Counts toward the target", ("Counts", "Counted")),
)  # fmt: skip
_MEANS = {
    **{means.words.casefold(): means for means in Means},
    **{means.value: means for means in Means},
    "check": Means.CHEQUE, "cheques": Means.CHEQUE, "bank": Means.TRANSFER, "transfer": Means.TRANSFER,
    "bacs": Means.TRANSFER, "faster payment": Means.TRANSFER, "so": Means.STANDING_ORDER, "kind": Means.IN_KIND,
    "gift in kind": Means.IN_KIND,
}  # fmt: skip
_NATURES = {
    "": Nature.MONEY, "money": Nature.MONEY, "cash": Nature.MONEY, "in kind": Nature.IN_KIND,
    "non-cash": Nature.IN_KIND, "bequest": Nature.BEQUEST, "legacy": Nature.BEQUEST,
}  # fmt: skip
_YES, _NO = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0"}
_LISTED = ", ".join(means.words.lower() for means in Means)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line is that does not say it: how it came, for which campaign, and whether it has a receipt."""

    means: str
    campaign: str
    receipt: bool


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A line of the file: the gift that it is, or why it is none. `is_here`: it was entered before.

    `same_as` is an earlier line that says the very same. Both are gifts, unless somebody wrote one down twice.
    `looks_like` is a gift in the books that is probably this one: the line is left out, unless somebody says otherwise.
    """

    number: int
    cells: tuple[str, ...]
    gift: TypedOffline | None
    why: str = ""
    is_here: bool = False
    same_as: int | None = None
    looks_like: ComparedOffline | None = None


@dataclass(frozen=True, slots=True)
class OfflineImportPlan:
    """What a file would do."""

    lines: tuple[ImportLine, ...]
    both_ways: DayReadBothWays | None

    @property
    def new(self) -> list[TypedOffline]:
        """The gifts that would be entered."""
        return [line.gift for line in self.lines if line.gift and not line.is_here and not line.looks_like]

    @property
    def alike(self) -> list[ImportLine]:
        """The lines that look like a gift in the books, and are left out."""
        return [line for line in self.lines if line.looks_like]

    def entering(self, numbers: Collection[int]) -> "OfflineImportPlan":
        """The plan if these lines are gifts of their own, whatever they look like."""
        return replace(
            self,
            lines=tuple(replace(line, looks_like=None) if line.number in numbers else line for line in self.lines),
        )

    @property
    def here(self) -> list[ImportLine]:
        """The lines that were entered before."""
        return [line for line in self.lines if line.is_here]

    @property
    def repeated(self) -> list[ImportLine]:
        """The new gifts that an earlier line of the file says too."""
        return [line for line in self.lines if line.same_as and not line.is_here and not line.looks_like]

    @property
    def bad(self) -> list[ImportLine]:
        """The lines that are no gift, each with why."""
        return [line for line in self.lines if line.gift is None]

    @property
    def totals(self) -> list[tuple[Campaign, Means, int, Money]]:
        """How many new gifts there are, and their sum, by campaign and way."""
        sums: dict[tuple[int, Means], tuple[Campaign, Means, int, Money]] = {}
        for gift in self.new:
            place = (gift.campaign.id, gift.means)
            _, _, count, total = sums.get(place, (gift.campaign, gift.means, 0, Money(0, gift.amount.currency)))
            sums[place] = (gift.campaign, gift.means, count + 1, total + gift.amount)
        return sorted(sums.values(), key=lambda row: (row[0].title, row[1]))


class NoOfflineGift(ValueError):
    """A line that is no gift; the message says why."""


@dataclass(frozen=True, slots=True)
class ImportReader:
    """Reads the lines of one file: which campaigns there are, which days are open, how amounts are written."""

    import_id: str
    campaigns: Sequence[Campaign]
    days: Days
    styles: Mapping[str, NumberStyle]
    defaults: Defaults

    def lines(self, table: CsvTable, columns: Columns) -> list[ImportLine]:
        """Every line of the file, in its order."""
        return [self._line(line, columns) for line in table.lines]

    def _line(self, line: CsvLine, columns: Columns) -> ImportLine:
        try:
            typed = self._typed(line, cells_of(line, columns))
        except (NoOfflineGift, BadCsvDay, BadAmount) as why:
            return ImportLine(line.number, line.cells, None, str(why))
        read = read_offline(typed, self.campaigns, self.days, self.styles)
        if isinstance(read, dict):
            return ImportLine(line.number, line.cells, None, " ".join(read.values()))
        return ImportLine(line.number, line.cells, read)

    def _typed(self, line: CsvLine, cells: Mapping[str, str]) -> dict[str, str]:
        """The line as somebody would fill the form of one gift."""
        if line.fault:
            raise NoOfflineGift(line.fault)
        campaign = self._campaign(cells.get("campaign", "") or self.defaults.campaign)
        amount = read_csv_amount(cells["amount"], campaign.currency, self.styles[campaign.currency.code])
        if amount.minor <= 0:
            raise NoOfflineGift("The sum is not above zero. A gift that was a mistake is taken back on its own page.")
        receipt = _yes_or_no(cells.get("receipt", ""), "Receipt wanted", otherwise=self.defaults.receipt)
        counts = _yes_or_no(cells.get("counts", ""), "Counts toward the target", otherwise=True)
        nature = _nature(cells.get("nature", ""))
        means = Means.IN_KIND.value if nature is Nature.IN_KIND else cells.get("means", "") or self.defaults.means
        return {
            "key": imported_gift_id(self.import_id, line.number),
            "means": _means(means).value,
            "campaign": str(campaign.id),
            "amount": str(amount.decimal).replace(".", self.styles[campaign.currency.code].decimal),
            "day": read_csv_day(cells["day"]).isoformat(),
            "reference": cells.get("reference", ""),
            "name": cells.get("name", ""),
            "email": cells.get("email", ""),
            "counts": "yes" if counts else "",
            "receipt": "yes" if receipt else "",
            "bequest": "yes" if nature is Nature.BEQUEST else "",
            "benefit": cells.get("benefit", ""),
            "market_value": self._market_value(cells.get("market_value", ""), campaign),
        }

    def _market_value(self, written: str, campaign: Campaign) -> str:
        if not written:
            return ""
        style = self.styles[campaign.currency.code]
        return str(read_csv_amount(written, campaign.currency, style).decimal).replace(".", style.decimal)

    def _campaign(self, written: str) -> Campaign:
        """By its address, its title or its number."""
        plain = " ".join(written.casefold().split())
        for campaign in self.campaigns:
            if plain in {campaign.slug.casefold(), campaign.title.casefold(), str(campaign.id)}:
                return campaign
        if not plain:
            raise NoOfflineGift("It names no campaign. Name one in the file, or choose one for all such lines.")
        raise NoOfflineGift(f"There is no campaign “{written[:60]}”. Write its title, or the end of its address.")


def offline_plan(
    table: CsvTable, columns: Columns, lines: Sequence[ImportLine], known: Sequence[ComparedOffline]
) -> OfflineImportPlan:
    """What the file would do, beside what is known already."""
    readable = [line for line in lines if line.gift]
    counted = Counter(gift.content for gift in known)
    here = dict(zip((line.number for line in readable), are_here(map(_content, readable), counted), strict=True))
    same = _earlier_lines(readable)
    left = gifts_beside(known, (_content(line) for line in readable if here[line.number]))
    alike = look_alikes([_compared(line) for line in readable if not here[line.number]], left)
    planned = tuple(
        replace(
            line,
            is_here=here.get(line.number, False),
            same_as=same.get(line.number),
            looks_like=alike.get(str(line.number)),
        )
        for line in lines
    )
    days = (line.cells[columns["day"]] for line in table.lines if not line.fault and columns["day"] < len(line.cells))
    return OfflineImportPlan(planned, days_read_both_ways(days))


def _earlier_lines(readable: Sequence[ImportLine]) -> dict[int, int]:
    """Of each line that says the very same as an earlier one: the first that did."""
    firsts: dict[OfflineContent, int] = {}
    same = ((line.number, firsts.setdefault(_content(line), line.number)) for line in readable)
    return {number: first for number, first in same if number != first}


def days_of(lines: Sequence[ImportLine]) -> list[date]:
    """The days of the gifts in a file."""
    return [line.gift.day for line in lines if line.gift]


def _content(line: ImportLine) -> OfflineContent:
    assert line.gift is not None
    gift = line.gift
    donor = gift.donor.email or gift.donor.name
    return OfflineContent.of(gift.day, gift.amount, gift.means, gift.reference, donor)


def _compared(line: ImportLine) -> ComparedOffline:
    assert line.gift is not None
    donor = line.gift.donor
    return ComparedOffline.of(str(line.number), _content(line), line.gift.reference, donor.name, donor.email)


def _means(written: str) -> Means:
    means = _MEANS.get(" ".join(written.casefold().replace("_", " ").split())) or _MEANS.get(written.casefold())
    if means is None:
        raise NoOfflineGift(f"“{written[:40]}” is no way in which a gift comes. Write one of: {_LISTED}.")
    return means


def _nature(written: str) -> Nature:
    plain = " ".join(written.casefold().replace("_", " ").split())
    if plain == "loan":
        raise NoOfflineGift("A loan is no gift. Note it under Loans, where it counts as what it is.")
    nature = _NATURES.get(plain)
    if nature is None:
        raise NoOfflineGift(f"“{written[:40]}” is no nature of a gift. Write one of: money, in kind, bequest.")
    return nature


def _yes_or_no(written: str, label: str, *, otherwise: bool) -> bool:
    plain = written.strip().casefold()
    if not plain:
        return otherwise
    if plain in _YES | _NO:
        return plain in _YES
    raise NoOfflineGift(f"“{written[:40]}” says neither yes nor no. Write yes or no under {label}.")
