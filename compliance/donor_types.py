"""Who may be a permissible donor, and what has to be recorded of each. Pure.

PPERA section 54(2) lists who may give; schedules 6 and 7 say what a report names of each. What a type of donor is not
asked for is not known to be needed. The program never decides: it says which facts are missing, and which sentence of
the rules the responsible person should read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from compliance.regime import Regime, RegimePeriod

NAME, ADDRESS, NUMBER = "name", "address", "number"


class DonorType(StrEnum):
    """What a donor is in law."""

    INDIVIDUAL = "individual"
    OVERSEAS_ELECTOR = "overseas_elector"
    ANONYMOUS_ELECTOR = "anonymous_elector"
    BEQUEST = "bequest"
    COMPANY = "company"
    TRADE_UNION = "trade_union"
    BUILDING_SOCIETY = "building_society"
    LLP = "llp"
    FRIENDLY_SOCIETY = "friendly_society"
    UNINCORPORATED_ASSOCIATION = "unincorporated_association"
    PARTY = "registered_party"
    TRUST = "trust"
    IRISH_CITIZEN = "irish_citizen"
    IRISH_BODY = "irish_body"
    ANOTHER = "another_kind"
    UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact of the donor that the record of a check needs; `words` is what to enter, `key` its name."""

    key: str
    words: str


def _named(name: str, address: str, number: str = "") -> tuple[NeededFact, ...]:
    facts = (NeededFact(NAME, name), NeededFact(ADDRESS, address), NeededFact(NUMBER, number))
    return tuple(fact for fact in facts if fact.words)


_NEEDED: Mapping[DonorType, tuple[NeededFact, ...]] = {
    DonorType.INDIVIDUAL: _named("full name", "address as the electoral register shows it on the day of receipt"),
    DonorType.OVERSEAS_ELECTOR: _named("full name", "home address, in the United Kingdom or not"),
    DonorType.ANONYMOUS_ELECTOR: (
        NeededFact(NAME, "full name"),
        NeededFact("certificate", "a statement that the certificate of anonymous registration was seen"),
    ),
    DonorType.BEQUEST: _named(
        "full name of who died",
        "address at death, or the last at which they were registered in the five years before",
    ),
    DonorType.COMPANY: _named("registered name", "registered office", "company number"),
    DonorType.TRADE_UNION: _named("name as the statutory list has it", "head office as the statutory list has it"),
    DonorType.BUILDING_SOCIETY: _named("name", "principal office"),
    DonorType.LLP: _named("registered name", "registered office"),
    DonorType.FRIENDLY_SOCIETY: _named("registered name", "registered office"),
    DonorType.UNINCORPORATED_ASSOCIATION: _named("name", "main office"),
    DonorType.PARTY: _named("registered name", "headquarters"),
    DonorType.TRUST: (
        *_named("name of the trust", "address of the trustees"),
        NeededFact("trust", "when it was made, by whom, and who gives through it"),
    ),
    DonorType.IRISH_CITIZEN: (
        *_named("full name", "home address"),
        NeededFact("citizenship", "which document was seen: passport, or certificate of nationality or naturalisation"),
    ),
    DonorType.IRISH_BODY: _named("name", "office in Ireland"),
    DonorType.ANOTHER: (*_named("name", "address"), NeededFact("kind", "what the donor is in law")),
    DonorType.UNIDENTIFIED: (),
}

_UNLISTED = {
    DonorType.TRUST: "Most trusts may not give. Ask the Electoral Commission what this one has to show.",
    DonorType.ANOTHER: "PPERA section 54 does not list this kind of donor.",
    DonorType.UNIDENTIFIED: "A gift from somebody who cannot be identified must not be accepted (PPERA section 54).",
}
_IRISH = frozenset({DonorType.IRISH_CITIZEN, DonorType.IRISH_BODY})


def needed_facts(donor_type: DonorType) -> tuple[NeededFact, ...]:
    """What has to be recorded of a donor of this type, in the order in which a form asks."""
    return _NEEDED[donor_type]


def lacking_facts(donor_type: DonorType, facts: Mapping[str, str]) -> tuple[NeededFact, ...]:
    """The needed facts that nobody has recorded."""
    return tuple(fact for fact in needed_facts(donor_type) if not facts.get(fact.key, "").strip())


def caution(donor_type: DonorType, period: RegimePeriod) -> str | None:
    """What the responsible person should know before accepting from a donor of this type; None: nothing special."""
    if donor_type is DonorType.PARTY and period.regime is Regime.CAMPAIGNER:
        return "A non-party campaigner must not accept gifts from a registered party."
    if donor_type in _IRISH and not period.is_northern_irish:
        return "Only parties and donees in Northern Ireland may accept from Irish donors who are on no UK register."
    return _UNLISTED.get(donor_type)
