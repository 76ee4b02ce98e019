"""What a document of layout 4 shows on its sheet: the template of its kind, and the values for it.

Nothing here reads a clock or a table: the same document gives the same values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from types import SimpleNamespace

from ledger.money import Money
from organisation.receipt_rules import SIGNATORY
from receipts.check_code import address_lines
from receipts.credit_note import CreditNote
from receipts.jurisdictions import eligible_parts, legal_lines, official_title, sees_no_gift
from receipts.receipt import Receipt
from receipts.statement import GiftStatement, StatementGift, StatementKind
from receipts.words_4 import words_4
from web.wording import Wording

Document = Receipt | CreditNote | GiftStatement
DIRECTORY = "receipts/4"
MINUS = "\u2212"
LETTER_REGIONS = ("US", "CA")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A gift of a statement, what went back of it as it is printed, and all gifts so far, for the foot of its page."""

    gift: StatementGift
    went_back: str
    running: str


def sheet_name(document: Document) -> str:
    """The template of a document's kind."""
    match document:
        case Receipt():
            return f"{DIRECTORY}/receipt.html"
        case CreditNote():
            return f"{DIRECTORY}/credit_note.html"
        case GiftStatement():
            return f"{DIRECTORY}/statement.html"


def document_language(document: Document) -> str:
    """The language that a document is written in."""
    return document.style.language if document.style else "en"


def is_on_letter_paper(document: Document) -> bool:
    """Whether it is printed on Letter: where its amounts and dates are written as in North America."""
    return document.style is not None and document.style.locale.partition("_")[2] in LETTER_REGIONS


def sheet_values(document: Document, wording: Wording, *, is_duplicate: bool = False) -> Mapping[str, object]:
    """The values of a document's template, its amounts written as `wording` writes them."""
    words, charity = words_4(document_language(document)), _is_charity(document)
    return {
        "document": document,
        "words": _as_attributes(document_language(document)),
        "title": words[_title(document)],
        # Official is the receipt alone: a list of gifts would confirm each of them twice.
        "official": official_title(document, charity=charity) if isinstance(document, Receipt) else "",
        "legal": legal_of(document, wording),
        "signatory": _signatory(document),
        "check_at": address_lines(document.verify_url),
        "is_duplicate": is_duplicate,
        **_kind_values(document, wording),
    }


@cache
def _as_attributes(language: str) -> SimpleNamespace:
    """The words of a language as templates read them: Jinja takes ten times as long to find one in a mapping."""
    return SimpleNamespace(**words_4(language))


def _signatory(document: Document) -> str:
    """Who signs it, of an official receipt."""
    if not isinstance(document, Receipt) or sees_no_gift(document):
        return ""
    return dict(document.legal_facts).get(SIGNATORY, "")


def legal_of(document: Document, wording: Wording) -> Sequence[str]:
    """The legal sentences of a document, on its sheet and on its page.

    A credit note has none: it takes back what a receipt confirmed, and confirms nothing itself.
    """
    if isinstance(document, CreditNote):
        return ()
    parts = {name: _coded(part, wording) for name, part in eligible_parts(document).items()}
    amount, language = _coded(_amount(document), wording), document_language(document)
    return legal_lines(document, amount, language, charity=_is_charity(document), parts=parts)


def _coded(amount: Money, wording: Wording) -> str:
    """An amount as a law wants it: no dollar may be taken for another."""
    return f"{wording.money_exact(amount)} {amount.currency.code}"


def _is_charity(document: Document) -> bool:
    return bool(document.style and document.style.charity)


def _title(document: Document) -> str:
    """The key of its title."""
    match document:
        case Receipt():
            return "receipt"
        case CreditNote():
            return "credit_note"
        case GiftStatement():
            return "statement" if document.kind is StatementKind.YEARLY else "consolidated"


def _amount(document: Document) -> Money:
    """What the document is about, as its law wants it written out. A statement in several currencies says the first."""
    match document:
        case Receipt():
            return document.total
        case CreditNote():
            return document.amount
        case GiftStatement():
            return document.totals[0].kept


def _kind_values(document: Document, wording: Wording) -> Mapping[str, object]:
    match document:
        case Receipt():
            return {}
        case CreditNote():
            return {"before": taken(document.credited_before, wording), "now": taken(document.amount, wording)}
        case GiftStatement():
            rows = list(_rows(document.gifts, wording))
            months = groupby(rows, key=lambda row: row.gift.given_on.replace(day=1))
            by_month: Sequence[tuple[date, list[StatementRow]]] = [
                (month, list(its_rows)) for month, its_rows in months
            ]
            totals = [(total, taken(total.went_back, wording)) for total in document.totals]
            some_went_back = any(gift.went_back for gift in document.gifts)
            return {"months": by_month, "totals": totals, "some_went_back": some_went_back}


def _rows(gifts: Sequence[StatementGift], wording: Wording) -> Iterator[StatementRow]:
    so_far: dict[str, Money] = {}
    for gift in gifts:
        code = gift.amount.currency.code
        so_far[code] = so_far.get(code, Money(0, gift.amount.currency)) + gift.amount
        running = ", ".join(wording.money_exact(so_far[code]) for code in sorted(so_far))
        yield StatementRow(gift, taken(gift.went_back, wording), running)


def taken(amount: Money, wording: Wording) -> str:
    """An amount that is taken off, with a true minus; nothing for none."""
    return f"{MINUS}{wording.money_exact(amount)}" if amount else ""
