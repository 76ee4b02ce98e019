"""Which column of a file holds what: by the usual names, as somebody chose, and as it was remembered. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.csv_files import CsvLine, CsvTable, plain_name

PREFIX = "column-"  # of the form's fields


@dataclass(frozen=True, slots=True)
class CsvField:
    """Something that is looked for in a file. `label` is what the page calls it; `names` its usual names in headers."""

    name: str
    label: str
    names: tuple[str, ...]
    is_needed: bool = False


Columns = Mapping[str, int]  # the place of each field's column, from 0; a field that is not in the file is not there


def names_of(fields: Sequence[CsvField]) -> list[str]:
    """Every usual name, by which `read_csv` recognises the header."""
    return [name for field in fields for name in (field.label, *field.names)]


def guess_columns(table: CsvTable, fields: Sequence[CsvField]) -> dict[str, int]:
    """The columns that carry a usual name. The name that a field has first wins; a column serves one field."""
    places: dict[str, int] = {}
    for n, name in enumerate(map(plain_name, table.names)):
        places.setdefault(name, n)
    guessed: dict[str, int] = {}
    for field in fields:
        usual = (places.get(plain_name(name)) for name in (field.label, *field.names))
        place = next((place for place in usual if place is not None and place not in guessed.values()), None)
        if place is not None:
            guessed[field.name] = place
    return guessed


def missing_columns(columns: Columns, fields: Sequence[CsvField]) -> list[CsvField]:
    """The fields that must have a column, and have none."""
    return [field for field in fields if field.is_needed and field.name not in columns]


def fits(columns: Columns, table: CsvTable, fields: Sequence[CsvField]) -> bool:
    """Whether columns that were remembered can be used with this file and these fields."""
    known = {field.name for field in fields}
    in_table = all(0 <= place < len(table.names) for place in columns.values())
    return in_table and set(columns) <= known and not missing_columns(columns, fields)


def column_form_fields(fields: Sequence[CsvField]) -> list[str]:
    """The names of the form's fields, for `posted_fields`."""
    return [PREFIX + field.name for field in fields]


def read_columns(
    typed: Mapping[str, str], table: CsvTable, fields: Sequence[CsvField]
) -> tuple[dict[str, int], dict[str, str]]:
    """The columns that somebody picked on the form, and what must be corrected, by the form's field."""
    columns: dict[str, int] = {}
    errors: dict[str, str] = {}
    for field in fields:
        written = typed.get(PREFIX + field.name, "")
        place = int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else None
        if place is not None and place < len(table.names):
            if place in columns.values():
                errors[PREFIX + field.name] = "Another field has this column. Choose one of its own."
            columns[field.name] = place
        elif field.is_needed:
            errors[PREFIX + field.name] = f"Choose the column that holds: {field.label.lower()}."
    return columns, errors


def cells_of(line: CsvLine, columns: Columns) -> dict[str, str]:
    """The cells of one line, by field."""
    return {name: line.cells[place] for name, place in columns.items() if place < len(line.cells)}
