"""What OFX and camt.053 files have in common: amounts with a point, and lines that are tidied. Pure."""

import re
from datetime import date
from decimal import Decimal

from ledger.money import LARGEST_MINOR, Currency, Money
from payments.bank.line import LONGEST_DESCRIPTION, LONGEST_FILE_ID, LONGEST_REFERENCE, BankStatementLine
from web.typed import clipped

_AMOUNT = re.compile(r"[+-]?[0-9]{1,13}(?:[.,][0-9]{0,5})?")


class BadLine(ValueError):
    """A line that cannot be read; the message says why."""


def read_file_amount(text: str, of: Currency) -> Money:
    """An amount as programs write it: `-12.50`, also with a comma. Raises BadLine."""
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        raise BadLine("It has no amount that can be read.")
    minor = Decimal(text.replace(",", ".")).scaleb(of.exponent)
    if minor != minor.to_integral_value():
        raise BadLine(f"Its amount has more decimals than {of.code} has.")
    return Money(int(minor), of)


def statement_line(
    number: int, day: date, amount: Money, description: str, reference: str, file_id: str | None
) -> BankStatementLine:
    """A line with its texts made tidy. Raises BadLine for one that moves nothing, or more than there is."""
    if not amount:
        raise BadLine("It moves no money.")
    if abs(amount.minor) > LARGEST_MINOR:
        raise BadLine("Its amount is too large to be true.")
    return BankStatementLine(
        number, day, amount, clipped(description, LONGEST_DESCRIPTION), clipped(reference, LONGEST_REFERENCE),
        clipped(file_id or "", LONGEST_FILE_ID) or None,
    )  # fmt: skip
