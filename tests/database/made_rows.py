"""Rows of any table, with what they need besides what is said of them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from database.columns import BookDate, Count, Flag, Instant, Json, Minor
from tests.ledger.samples import NOON, TODAY


def row(table: sa.Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row of this table: what is given, and something of the right type everywhere else."""
    return {column.name: _something(column) for column in table.columns} | dict(given)


def _something(column: sa.Column[Any]) -> object:
    kinds: tuple[tuple[Any, object], ...] = (
        (Instant, NOON), (BookDate, TODAY), (Flag, False), (Json, {}), (Minor, 2500), (Count, 1),
        (sa.LargeBinary, b"something"),
    )  # fmt: skip
    return next((value for kind, value in kinds if isinstance(column.type, kind)), f"some {column.name}")
