"""The dated names of backups in a folder, and which of them are old enough to go."""

import re
from datetime import datetime
from pathlib import Path

_STAMP = re.compile(r"\d{8}T\d{6}Z")


def dated_name(mode: str, at: datetime, *, encrypted: bool) -> str:
    """The name of a backup made at this instant, such as farthing-live-20261128T031500Z.tar.gz.age."""
    return f"farthing-{mode}-{at:%Y%m%dT%H%M%SZ}.tar.gz{'.age' if encrypted else ''}"


def remove_older(kept: Path, count: int) -> list[Path]:
    """Keep this backup and the newest before it, `count` in all; returns the removed ones.

    Only files of the same folder go whose name differs in the date alone (and, of those, no later ones).
    """
    siblings = sorted(
        path
        for path in kept.parent.iterdir()
        if path.is_file() and not path.is_symlink() and _without_date(path) == _without_date(kept) and path <= kept
    )
    removed = siblings[:-count]
    for path in removed:
        path.unlink()
    return removed


def is_dated(path: Path) -> bool:
    """Whether the name holds the instant of the backup."""
    return _STAMP.search(path.name) is not None


def _without_date(path: Path) -> str:
    return _STAMP.sub("*", path.name)
