"""Who is asking: the one legal recipient of an installation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Organisation:
    """The body that receives every gift, as donors read of it.

    The imprint names the promoter and a postal address. It is due on every page under the Elections Act 2022,
    part 6, so it has no default; neither has anything else that a donor could be misled by.
    """

    name: str
    address: tuple[str, ...]
    email: str
    imprint: str
    url: str
    legal_note: str
    timezone: str
