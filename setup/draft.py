"""What was typed while setting up, until its part is done: somebody who leaves in the middle goes on from there.

A file beside `.env` that only its owner can read. It never holds a key or a password.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = ".setup-answers.json"
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class SetupDraft:
    """The answers by option. Without a path nothing is kept."""

    path: Path | None = None

    def typed(self, option: str) -> str | None:
        """What was typed before; None where the question is open."""
        return self._read().get(option)

    def keep(self, option: str, typed: str) -> None:
        """Keep an answer at once."""
        self._write(self._read() | {option: typed})

    def forget(self, options: Iterable[str]) -> None:
        """Their part is done, and kept where it belongs."""
        done = set(options)
        self._write({option: typed for option, typed in self._read().items() if option not in done})

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self.path.read_text()) if self.path else {}
        except (FileNotFoundError, ValueError):
            return {}
        return {str(option): str(typed) for option, typed in kept.items()} if isinstance(kept, dict) else {}

    def _write(self, answers: dict[str, str]) -> None:
        if self.path is None:
            return
        if not answers:
            self.path.unlink(missing_ok=True)
            return
        aside = self.path.with_name(f"{self.path.name}.new")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as file:
            json.dump(answers, file)
        aside.replace(self.path)
