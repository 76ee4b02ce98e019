"""Donors who look alike: suggestions for a person, who joins them or does not. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from donors.donor_words import plain_letters

_TITLES = frozenset("mr mrs ms miss mx dr prof sir dame lord lady rev baroness baron cllr the".split())


@dataclass(frozen=True, slots=True)
class DonorTraits:
    """What is compared of a donor. What is not known is empty and matches nothing."""

    donor_id: str
    name: str
    email: str = ""
    street: str = ""
    postcode: str = ""
    card_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class LinkSuggestion:
    """Two donors, and why they might be one, in words for the desk."""

    first: str
    second: str
    reasons: tuple[str, ...]


def link_suggestions(donors: Iterable[DonorTraits], decided: Collection[frozenset[str]]) -> list[LinkSuggestion]:
    """Pairs of donors who share a trait, those with most reasons first.

    `decided` are the pairs that a person has joined, parted or set aside: they are not suggested again. Of many who
    share one trait each is suggested with the next, which is enough to join them all.
    """
    sharing: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for donor in sorted(donors, key=lambda donor: donor.donor_id):
        for trait in _traits(donor):
            sharing[trait].append(donor.donor_id)
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (reason, _), donor_ids in sorted(sharing.items()):
        for pair in pairwise(donor_ids):
            reasons[pair].append(reason)
    suggestions = [LinkSuggestion(*pair, tuple(why)) for pair, why in reasons.items() if frozenset(pair) not in decided]
    return sorted(suggestions, key=lambda each: (-len(each.reasons), each.first, each.second))


def _traits(donor: DonorTraits) -> Iterator[tuple[str, str]]:
    words, postcode = _name_words(donor.name), _letters(donor.postcode)
    if donor.email:
        yield "same email address", _mailbox(donor.email)
    if donor.card_fingerprint:
        yield "same card", donor.card_fingerprint
    if words and postcode:
        yield "same name and postcode", f"{' '.join(sorted(words))}|{postcode}"
        yield "same initial, surname and postcode", f"{words[0][0]} {words[-1]}|{postcode}"
    if postcode and donor.street:
        yield "same address", f"{_letters(donor.street)}|{postcode}"
    if len(words) > 1:
        yield "same name", " ".join(sorted(words))


def _name_words(name: str) -> list[str]:
    """The words of a name without accents, titles and stops, as `Dr. José Álvarez` is `jose alvarez`."""
    return [word for word in re.findall(r"[^\W_]+", plain_letters(name)) if word not in _TITLES]


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def _mailbox(email: str) -> str:
    """The address without what a person may add after a plus; Google's without full stops."""
    name, _, domain = email.casefold().rpartition("@")
    name = name.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"
