"""Donors whom a person joined because they are one and the same, or give together. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from compliance.check_steps import NamedPerson


@dataclass(frozen=True, slots=True)
class DonorLink:
    """A named person joins two donors, or parts them again, and says why. The newest of a pair counts."""

    first: str
    second: str
    is_joined: bool
    by: NamedPerson
    at: datetime
    why: str

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise ValueError("a donor is linked to another one")

    @property
    def pair(self) -> frozenset[str]:
        """The two donors, whichever was named first."""
        return frozenset((self.first, self.second))


def linked_families(links: Iterable[DonorLink], merged: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, str]:
    """The family of each donor who is linked: the least id among all who are joined, directly or through others.

    A donor who is not in it is linked to nobody. `merged` names for donors who are another's the one that they are kept
    as: two who are one person stay together, whatever is parted.
    """
    newest = {link.pair: link for link in sorted(links, key=lambda link: link.at)}
    joined = [(link.first, link.second) for link in newest.values() if link.is_joined]
    heads: dict[str, str] = {}
    for first, second in (*joined, *merged.items()):
        least, other = sorted((_head(heads, first), _head(heads, second)))
        heads[other] = least
    return {donor: _head(heads, donor) for donor in list(heads)}


def _head(heads: dict[str, str], donor: str) -> str:
    """The head of a donor's family so far; everybody on the way to it is led there directly from now on."""
    way = []
    while (above := heads.setdefault(donor, donor)) != donor:
        way.append(donor)
        donor = above
    heads.update(dict.fromkeys(way, donor))
    return donor
