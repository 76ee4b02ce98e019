"""Writes settings into `.env`: in place, whole or not at all, and readable by its owner alone: it has secrets."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9@%_+=:,./-]*")


class CannotWriteSetting(ValueError):
    """A value that `.env` cannot hold, or a line of it that we cannot change; nothing was written."""


def write_env_settings(path: Path, values: Mapping[str, str]) -> bool:
    """Set these variables; every other line stays as it is, comments too. Returns whether anything changed.

    A variable that is not there yet is added at the end; one that stands there twice is left once. The new file takes
    the old one's place in one step, so that a reader sees the one or the other.
    """
    before = path.read_text() if path.exists() else ""
    after = _with_values(before, values)
    if after == before and _is_private(path):
        return False
    with NamedTemporaryFile("w", dir=path.resolve().parent, prefix=".env-", delete=False) as file:
        new = Path(file.name)
        try:
            os.fchmod(file.fileno(), 0o600)
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
            new.replace(path.resolve())
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    return True


def _is_private(path: Path) -> bool:
    return path.exists() and path.stat().st_mode & 0o777 == 0o600


def _with_values(text: str, values: Mapping[str, str]) -> str:
    left = {name: f"{name}={_quoted(name, value)}\n" for name, value in values.items()}
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment is None or assignment[1] not in values:
            lines.append(line)
            continue
        _require_one_line(assignment[1], assignment[2].strip())
        lines.append(left.pop(assignment[1], ""))
    if lines and left and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join([*lines, *left.values()])


def _require_one_line(name: str, value: str) -> None:
    quote = value[:1]
    if quote in ("'", '"') and (len(value) == 1 or not re.search(rf"(?<!\\){quote}\s*(#.*)?$", value[1:])):
        raise CannotWriteSetting(f"{name} in .env goes over several lines. Change it there by hand.")


def _quoted(name: str, value: str) -> str:
    """The value as python-dotenv reads it: plain, or between single quotes, in which a backslash escapes."""
    if _PLAIN.fullmatch(value):
        return value
    if "${" in value or not value.isprintable():
        raise CannotWriteSetting(f"{name} cannot hold a line break, or ${{.")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
