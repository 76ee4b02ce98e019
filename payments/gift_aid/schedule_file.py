"""A Gift Aid schedule as the spreadsheet that HMRC's Charities Online takes: an .ods file of a fixed layout.

Sheet `R68GAD_V1_00_0_EN`; Box 1, the earliest day, in D13; Box 2, over-claimed tax, in D17; headings in rows 23 and 24,
donations in rows 25 to 1024, columns B to K. HMRC reads what stands in the cells. The same schedule makes the same
bytes.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ledger.money import Money
from payments.gift_aid.schedule import MOST_ROWS, GiftAidSchedule, ScheduleLine

SHEET = "R68GAD_V1_00_0_EN"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_FIRST_ROW = 25
_HEADINGS = (
    "Item", "Title", "First name", "Last name", "House name or number", "Postcode", "Aggregated donations",
    "Sponsored event", "Donation date", "Amount",
)  # fmt: skip
_BELOW = ("", "", "", "", "", "", "", "(Yes/blank)", "(DD/MM/YY)", "")
_OPEN = {
    "office": "office", "style": "style", "table": "table", "text": "text", "number": "datastyle",
    "fo": "xsl-fo-compatible", "of": "of",
}  # fmt: skip
_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in _OPEN.items()
)
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
_STYLES = (
    "<office:automatic-styles>"
    '<number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year/></number:date-style>'
    '<number:number-style style:name="pounds"><number:number number:decimal-places="2" number:min-integer-digits="1"/>'
    "</number:number-style>"
    '<style:style style:name="wide" style:family="table-column">'
    '<style:table-column-properties style:column-width="4cm"/></style:style>'
    '<style:style style:name="bold" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style>"
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="amount" style:family="table-cell" style:data-style-name="pounds"/>'
    "</office:automatic-styles>"
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"
_BEFORE_TIME = (1980, 1, 1, 0, 0, 0)


def schedule_file(schedule: GiftAidSchedule) -> bytes:
    """The .ods file of a schedule."""
    if not 1 <= len(schedule.lines) <= MOST_ROWS:
        raise ValueError(f"a schedule has from one to {MOST_ROWS} donations")
    content = "".join((_HEAD, _STYLES, "<office:body><office:spreadsheet>", *_table(schedule), _FOOT))
    parts = (("mimetype", ODS, ZIP_STORED), ("content.xml", content, ZIP_DEFLATED))
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, text, method in (*parts, ("META-INF/manifest.xml", _MANIFEST, ZIP_DEFLATED)):
            part = ZipInfo(name, _BEFORE_TIME)
            part.compress_type = method
            archive.writestr(part, text)
    return file.getvalue()


def _table(schedule: GiftAidSchedule) -> Iterator[str]:
    yield f'<table:table table:name="{SHEET}"><table:table-column table:style-name="wide"'
    yield ' table:number-columns-repeated="11"/>'
    rows = dict(_top(schedule))
    for number in range(1, _FIRST_ROW):
        yield _row(rows.get(number, ()))
    for item, line in enumerate(schedule.lines, 1):
        yield _row(_cells(item, line))


def _top(schedule: GiftAidSchedule) -> Iterator[tuple[int, Iterable[str]]]:
    """What stands above the donations, by its row."""
    too_much = schedule.over_claimed_tax
    yield 1, ("", _text("Gift Aid donations schedule", "bold"))
    yield 12, ("", "", "", _text("Earliest donation date in the period of claim. (DD/MM/YY)"))
    day = schedule.earliest_day
    yield 13, ("", "", _text("Box 1", "bold"), _day(day.isoformat(), f"{day:%d/%m/%y}"))
    yield 16, ("", "", "", _text("Previously over-claimed amount. Leave blank if none"))
    yield 17, ("", "", _text("Box 2", "bold"), _pounds(too_much) if too_much else "")
    yield 18, ("", "", "", _text("Don't use a £ sign"))
    yield 20, ("", "", "", "", "", "", "", _text("Total donations:", "bold"), "", _total(schedule))
    yield 21, ("", _text("Donations schedule table", "bold"))
    yield 23, ("", *(_text(heading, "bold") for heading in _HEADINGS))
    yield 24, ("", *(_text(words) if words else "" for words in _BELOW))


def _cells(item: int, line: ScheduleLine) -> Iterable[str]:
    number = f'<table:table-cell office:value-type="float" office:value="{item}"><text:p>{item}</text:p>'
    names = (_text(text) for text in (line.first_name, line.last_name, line.house, line.postcode))
    day = _day(line.day.isoformat(), f"{line.day:%d/%m/%y}")
    return "", f"{number}</table:table-cell>", "", *names, "", "", day, _pounds(line.amount)


def _row(cells: Iterable[str]) -> str:
    """Each cell stands for itself: HMRC counts the elements of rows 13 and 17, not what they are repeated to."""
    written = "".join(cell or "<table:table-cell/>" for cell in cells)
    return f"<table:table-row>{written or '<table:table-cell/>'}</table:table-row>"


def _text(words: str, style: str = "") -> str:
    named = f' table:style-name="{style}"' if style else ""
    return f'<table:table-cell{named} office:value-type="string"><text:p>{escape(words)}</text:p></table:table-cell>'


def _day(iso: str, shown: str) -> str:
    return (
        f'<table:table-cell table:style-name="date" office:value-type="date" office:date-value="{iso}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def _pounds(amount: Money, formula: str = "") -> str:
    sum_of = f' office:value-type="float" office:value="{amount.decimal}"{formula}'
    return f'<table:table-cell table:style-name="amount"{sum_of}><text:p>{amount.decimal}</text:p></table:table-cell>'


def _total(schedule: GiftAidSchedule) -> str:
    amounts = [line.amount for line in schedule.lines]
    formula = f' table:formula="of:=SUM([.K{_FIRST_ROW}:.K{_FIRST_ROW + MOST_ROWS - 1}])"'
    return _pounds(sum(amounts[1:], start=amounts[0]), formula)
