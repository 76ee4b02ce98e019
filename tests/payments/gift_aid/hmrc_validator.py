"""HMRC's own reading and checking of a Gift Aid schedule, written again in Python, for tests.

After OdsReaderService, CommonFileValidation and GiftAidValidationService of
github.com/hmrc/charities-claims-validation at 98bf332 (Apache licence 2.0). It shares no code with the product.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from io import BytesIO
from xml.dom import minidom
from zipfile import ZipFile

ROWS, COLUMNS = range(24, 1025), range(1, 11)  # B to K; "1 until 12" is one more, which HMRC pads with nothing
POSTCODE = re.compile(
    r"^(GIR 0AA)|((([A-Z][0-9][0-9]?)|(([A-Z][A-HJ-Y][0-9][0-9]?)|(([A-Z][0-9][A-Z])|([A-Z][A-HJ-Y][0-9][A-Z]))))"
    r" [0-9][A-Z]{2})$"
)
Row = list[str]


def errors_of(file: bytes, today: date) -> list[str]:
    """What HMRC would say is wrong with a file; nothing for one that it takes."""
    sheet = _sheet(file)
    if not sheet.getAttribute("table:name").strip().startswith("R68GAD_V1_00_0"):
        return ["sheet name"]
    rows = donations(file)
    if not rows:
        return ["no donations"]
    box_1, box_2 = boxes(file)
    errors = [] if _day(box_1) else ["earliest donation date"]
    if box_2 and not (_amount(box_2) or Decimal()) > 0:
        errors.append("over-claimed amount")
    return errors + [f"row {n}: {error}" for n, row in enumerate(rows, 1) for error in _row_errors(row, today)]


def donations(file: bytes) -> list[Row]:
    """The cells B to K of each donation."""
    rows = _rows(_sheet(file))[: max(ROWS)]
    cells = [_cells(row)[COLUMNS.start :] for row in rows[ROWS.start :]]
    return [row for row in cells if any(row[1:])]


def boxes(file: bytes) -> tuple[str, str]:
    """Box 1 and Box 2: the fourth element of rows 13 and 17, however often those before it are repeated."""
    rows = _rows(_sheet(file))
    first, second = (rows[n].getElementsByTagName("table:table-cell") for n in (12, 16))
    return _text(first[3]), _text(second[3]) if len(second) > 3 else ""


def _row_errors(row: Row, today: date) -> list[str]:
    item, title, first, last, house, postcode, aggregated, sponsored, day, amount = map(_western, row)
    given = _day(day)
    refused = {
        "an aggregated donation, which we never claim": bool(aggregated),
        "item": not re.fullmatch("[1-9][0-9]{0,3}", item) or int(item) > 1000,
        "title": bool(title) and not re.fullmatch("[A-Za-z][A-Za-z'-]{1,3}", title),
        "first name": not 0 < len(first) <= 35,
        "last name": not 0 < len(last) <= 35,
        "house": not 0 < len(house) <= 40,
        "postcode": postcode != "X" and not POSTCODE.match(postcode.upper()),
        "sponsored event": sponsored.lower() not in ("", "yes"),
        "donation date": given is None or given > today,
        "amount": not Decimal("0.01") <= (_amount(amount) or Decimal()) <= Decimal("9999999999999.99"),
    }
    return [what for what, is_so in refused.items() if is_so]


def _western(text: str) -> str:
    return " ".join(re.sub(r"[^\x20-\x7E\xA1-\xFF]", "", text).split())


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d\d/\d\d/\d\d", text):
        return None
    try:
        return datetime.strptime(text, "%d/%m/%y").date()  # noqa: DTZ007 (a day)
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.as_tuple().exponent == -2 else None


@lru_cache(maxsize=4)
def _sheet(file: bytes) -> minidom.Element:
    with ZipFile(BytesIO(file)) as archive:
        document = minidom.parseString(archive.read("content.xml"))  # noqa: S318 (our own file)
    return document.getElementsByTagName("table:table")[0]


def _rows(sheet: minidom.Element) -> list[minidom.Element]:
    children = [node for node in sheet.childNodes if isinstance(node, minidom.Element)]
    rows = [node for node in children if node.nodeName == "table:table-row"]
    return [row for row in rows for _ in range(int(row.getAttribute("table:number-rows-repeated") or 1))]


def _cells(row: minidom.Element) -> Row:
    texts: Row = []
    for cell in row.getElementsByTagName("table:table-cell"):
        texts += [_text(cell)] * int(cell.getAttribute("table:number-columns-repeated") or 1)
    return (texts + [""] * COLUMNS.stop)[: COLUMNS.stop]


def _text(cell: minidom.Element) -> str:
    return "\n".join(_inside(paragraph) for paragraph in cell.getElementsByTagName("text:p")).strip()


def _inside(node: minidom.Node) -> str:
    if node.nodeType == node.TEXT_NODE:
        return str(node.nodeValue)
    return "".join(map(_inside, node.childNodes))
