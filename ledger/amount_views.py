"""Find rows by an amount that somebody typed. Writes nothing."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ledger.money import CURRENCIES, LARGEST_MINOR

_BY_EXPONENT: defaultdict[int, list[str]] = defaultdict(list)
for _of in CURRENCIES.values():
    _BY_EXPONENT[_of.exponent].append(_of.code)
_USUAL = 2  # decimals of most currencies


def is_amount(minor: sa.ColumnElement[Any], currency: sa.ColumnElement[str], amount: Decimal) -> sa.ColumnElement[bool]:
    """The condition that a row is of this amount in its own currency: 25.00 is 2500 pence, and 25 is 25 yen.

    A negative amount of a row counts as well: money that went out.
    """
    conditions, every = [], list[int]()
    for exponent, codes in _BY_EXPONENT.items():
        units = amount.scaleb(exponent)
        if units == units.to_integral_value() and abs(units) <= LARGEST_MINOR:
            of = currency.not_in(_others(exponent)) if exponent == _USUAL else currency.in_(codes)
            conditions.append(sa.and_(minor.in_([int(units), -int(units)]), of))
            every += [int(units), -int(units)]
    # Said twice: an index of amounts answers the first part.
    return sa.and_(minor.in_(every), sa.or_(*conditions)) if conditions else sa.false()


def _others(exponent: int) -> list[str]:
    return [code for other, codes in _BY_EXPONENT.items() if other != exponent for code in codes]
