"""What the law of a jurisdiction has printed on a receipt, and what a receipt must know before it is issued. Pure.

The sentences are locked: nobody edits them at the desk, and other words are a new layout. The sources were read for
reference/uk-rules.md, §3 and §4.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from organisation.receipt_rules import PLACE, REGISTRATION, SIGNATORY, UNSTATED, Jurisdiction
from receipts.credit_note import CreditNote
from receipts.document import FrozenDocument
from receipts.receipt import Draft, Receipt
from receipts.statement import GiftStatement
from receipts.words_4 import words_4


class MissingFact(StrEnum):
    """What a receipt lacks that its law asks for. The value is a sentence for the desk."""

    ORGANISATION_NAME = "the organisation\u2019s legal name"
    ORGANISATION_ADDRESS = "the organisation\u2019s postal address"
    REGISTRATION_NUMBER = "the organisation\u2019s registration number"
    PLACE_OF_ISSUE = "the place where receipts are issued"
    SIGNATORY = "the name of who signs receipts"
    DONOR_NAME = "the donor\u2019s name"
    DONOR_ADDRESS = "the donor\u2019s postal address"


ToBeIssued = Draft | Receipt | FrozenDocument
"""What missing facts are looked for in."""


class FactsMissing(Exception):
    """A document whose law asks for more than it says. It is not printed, and nobody is sent it."""

    def __init__(self, missing: Sequence[MissingFact]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"its law asks for {' and '.join(missing)}. Enter what is missing, and issue it again in its place."
        )


@dataclass(frozen=True, slots=True)
class LegalForm:
    """What a jurisdiction prescribes: sentences by language, each with the facts that it names, and required facts.

    `several` are those of a document about several gifts, where they differ. `title` replaces "Receipt" where the law
    has a name for it. `source` is where the rule stands. `asked` is asked of donors as well, and printed where it is
    known, though a receipt may be without it.
    """

    sentences: Mapping[str, Sequence[str]]
    required: Sequence[MissingFact]
    source: str
    title: str = ""
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: Sequence[MissingFact] = ()

    def locked(self, language: str, *, several: bool = False) -> Sequence[str]:
        """The sentences in a language; in English where the law has no other words."""
        sentences = self.several if several and self.several else self.sentences
        return sentences.get(language, sentences["en"])


_TAX_EXEMPT = (
    "{organisation} is a tax-exempt organization under section 501(c)(3) of the Internal Revenue Code, EIN "
    "{registration_number}."
)
_NO_DECLARATION_OF_SEVERAL = {
    "en": ("This statement is not a Gift Aid declaration.",),
    "cy": ("Nid datganiad Cymorth Rhodd yw\u2019r datganiad hwn o roddion.",),
}
_OWN = (MissingFact.ORGANISATION_NAME, MissingFact.ORGANISATION_ADDRESS)
LEGAL_FORMS: Mapping[str, LegalForm] = {
    Jurisdiction.UK: LegalForm(
        {
            "en": ("This is not a charitable donation. Gift Aid cannot be claimed on it.",),
            "cy": ("Nid rhodd elusennol yw hon. Ni ellir hawlio Cymorth Rhodd arni.",),
        },
        _OWN,
        "No statutory form. Gift Aid is for charities alone: HMRC, Charities: detailed guidance notes, chapter 3",
        several={
            "en": ("These are not charitable donations. Gift Aid cannot be claimed on them.",),
            "cy": ("Nid rhoddion elusennol yw\u2019r rhain. Ni ellir hawlio Cymorth Rhodd arnynt.",),
        },
    ),
    Jurisdiction.UK_CHARITY: LegalForm(
        {
            "en": ("Registered charity, number {registration_number}.", "This receipt is not a Gift Aid declaration."),
            "cy": (
                "Elusen gofrestredig, rhif {registration_number}.",
                "Nid datganiad Cymorth Rhodd yw\u2019r dderbynneb hon.",
            ),
        },
        (*_OWN, MissingFact.REGISTRATION_NUMBER),
        "Charities Act 2011, section 68: a registered charity says so on its receipts",
        several={
            "en": ("Registered charity, number {registration_number}.", *_NO_DECLARATION_OF_SEVERAL["en"]),
            "cy": ("Elusen gofrestredig, rhif {registration_number}.", *_NO_DECLARATION_OF_SEVERAL["cy"]),
        },
    ),
    Jurisdiction.US_CHARITY: LegalForm(
        {
            "en": (
                _TAX_EXEMPT,
                "No goods or services were provided in exchange for this contribution.",
            )
        },
        (*_OWN, MissingFact.REGISTRATION_NUMBER, MissingFact.DONOR_NAME),
        "26 USC 170(f)(8); IRS, Charitable contributions: written acknowledgments (one summary may cover several)",
        several={"en": (_TAX_EXEMPT, "No goods or services were provided in exchange for these contributions.")},
    ),
    Jurisdiction.US_POLITICAL: LegalForm(
        {
            "en": (
                "Contributions or gifts to {organisation} are not deductible as charitable contributions for Federal "
                "income tax purposes.",
            )
        },
        (*_OWN, MissingFact.DONOR_NAME),
        "26 USC 6113; IRS Notice 88-120. A committee keeps name and address of whoever gives over $50: 52 USC 30102(c)",
        asked=(MissingFact.DONOR_ADDRESS,),
    ),
    Jurisdiction.CANADA: LegalForm(
        {
            "en": (
                "Registered charity, registration number {registration_number}. Issued at {place_of_issue}.",
                "Eligible amount of gift for tax purposes: {amount}. The donor received no advantage.",
                "Canada Revenue Agency: canada.ca/charities-giving",
            )
        },
        (
            *_OWN, MissingFact.REGISTRATION_NUMBER, MissingFact.PLACE_OF_ISSUE, MissingFact.SIGNATORY,
            MissingFact.DONOR_NAME, MissingFact.DONOR_ADDRESS,
        ),
        "Income Tax Regulations, section 3501; canada.ca, Issuing complete and accurate donation receipts",
        title="Official receipt for income tax purposes",
        several={
            "en": (
                "Registered charity, registration number {registration_number}. Canada Revenue Agency: "
                "canada.ca/charities-giving",
                "This list is no official receipt for income tax purposes: the receipts that it names are.",
            )
        },
    ),
}  # fmt: skip
_NO_DECLARATION = {
    "en": ("This receipt is not a Gift Aid declaration.",),
    "cy": ("Nid datganiad Cymorth Rhodd yw\u2019r dderbynneb hon.",),
}
_CHARITY_UNSTATED = LegalForm(
    _NO_DECLARATION,
    (),
    "No law was chosen at the desk; the organisation is a charity",
    several=_NO_DECLARATION_OF_SEVERAL,
)
_UNSTATED = replace(LEGAL_FORMS[Jurisdiction.UK], required=(), source="No law was chosen at the desk; not a charity")


def legal_form(jurisdiction: str, *, charity: bool = False) -> LegalForm:
    """What a receipt of this jurisdiction must say; raises KeyError for one that this version does not know."""
    if jurisdiction == UNSTATED:
        return _CHARITY_UNSTATED if charity else _UNSTATED
    return LEGAL_FORMS[jurisdiction]


def facts_asked_of_donors(jurisdiction: str) -> frozenset[MissingFact]:
    """What the form has to ask of donors for receipts of this law, of MissingFact.DONOR_NAME and DONOR_ADDRESS."""
    form = legal_form(jurisdiction)
    return frozenset({*form.required, *form.asked} & {MissingFact.DONOR_NAME, MissingFact.DONOR_ADDRESS})


def asks_for_address(jurisdiction: str) -> bool:
    """Whether receipts of this law have the donor's postal address."""
    return MissingFact.DONOR_ADDRESS in facts_asked_of_donors(jurisdiction)


def may_have_gift_aid(jurisdiction: str) -> bool:
    """Whether a charity's receipts of this law say if Gift Aid was declared."""
    return jurisdiction in (UNSTATED, Jurisdiction.UK_CHARITY)


def missing_facts(document: ToBeIssued) -> Sequence[MissingFact]:
    """What its law asks for that a receipt does not have. Until nothing is missing it is not printed.

    A credit note takes back what a receipt confirmed, and needs nothing besides.
    """
    if isinstance(document, CreditNote):
        return []
    known = {
        MissingFact.ORGANISATION_NAME: document.organisation.name,
        MissingFact.ORGANISATION_ADDRESS: document.organisation.address,
        MissingFact.DONOR_NAME: document.donor_name,
        MissingFact.DONOR_ADDRESS: document.donor_address,
        **{_OF_FACT[name]: fact for name, fact in document.legal_facts if name in _OF_FACT},
    }
    of_receipts_alone = _OF_OFFICIAL_RECEIPTS if isinstance(document, GiftStatement) else ()
    required = legal_form(document.jurisdiction).required
    return [fact for fact in required if fact not in of_receipts_alone and not known.get(fact)]


def require_facts(document: ToBeIssued) -> None:
    """Raise FactsMissing for a document that must not be issued like this."""
    if missing := missing_facts(document):
        raise FactsMissing(missing)


# A list of gifts is no official receipt, else one gift would be confirmed twice.
_OF_OFFICIAL_RECEIPTS = (MissingFact.PLACE_OF_ISSUE, MissingFact.SIGNATORY, MissingFact.DONOR_ADDRESS)
_OF_FACT = {
    REGISTRATION: MissingFact.REGISTRATION_NUMBER,
    PLACE: MissingFact.PLACE_OF_ISSUE,
    SIGNATORY: MissingFact.SIGNATORY,
}
MISSING = "\u2026"  # on a page, in the place of a fact for which the paper waits
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NO_GIFT_AID = re.compile(r"gift aid (?:can ?not|can.t) be (?:re)?claimed")


def legal_lines(document: ToBeIssued, amount: str, language: str, *, charity: bool = False) -> Sequence[str]:
    """The locked sentences with their facts filled in, then what the organisation's own note adds to them.

    `amount` is the total as it is printed. That Gift Aid cannot be claimed stands once, however often the organisation
    says it too.
    """
    form, several = legal_form(document.jurisdiction, charity=charity), isinstance(document, GiftStatement)
    facts = defaultdict(lambda: MISSING, document.legal_facts)
    facts |= {"organisation": document.organisation.name, "amount": amount}
    locked = [sentence.format_map(facts) for sentence in form.locked(language, several=several)]
    own = " ".join(_added(document.organisation.legal_note, locked))
    return [*locked, *_declared_words(document, language), *([own] if own else [])]


def _declared_words(document: ToBeIssued, language: str) -> Sequence[str]:
    """What the donor of a receipt declared for Gift Aid, in the words that they agreed to."""
    status = document.gift_aid if isinstance(document, Draft | Receipt) else None
    return [words_4(language)["gift_aid_words"] % {"words": status.words}] if status and status.words else []


def _added(note: str, locked: Sequence[str]) -> Iterator[str]:
    """The sentences of a note that the locked ones do not say already."""
    locked_text = " ".join(locked).casefold()
    denied = bool(_NO_GIFT_AID.search(locked_text)) or "ni ellir hawlio cymorth rhodd" in locked_text
    for sentence in _SENTENCE.split(note.strip()):
        plain = sentence.casefold().rstrip(".!? ")
        if plain and plain not in locked_text and not (denied and _NO_GIFT_AID.search(plain)):
            yield sentence
