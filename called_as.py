"""The name by which the command is called here: `./farthing` in a checkout, `farthing` where it is installed.

docs/deploy/farthing and the units say it in the environment. Sentences are written with `./farthing`.
"""

import os
from typing import Any

from rich.console import Console

CHECKOUT = "./farthing"
NAME_VARIABLE = "FARTHING_CALLED_AS"


def as_called(sentence: str) -> str:
    """A sentence with the command's name as people type it here."""
    return sentence.replace(CHECKOUT, os.environ.get(NAME_VARIABLE) or CHECKOUT)


class CommandConsole(Console):
    """Prints what a command says, with the command's name as people type it here."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts and tables."""
        super().print(*(as_called(part) if isinstance(part, str) else part for part in objects), **options)
