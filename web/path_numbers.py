"""The number of a row in an address."""

from typing import Annotated

from fastapi import Path

LARGEST_NUMBER = 1_000_000
PathNumber = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
