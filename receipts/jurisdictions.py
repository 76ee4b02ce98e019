"""What the law of a jurisdiction has printed on a receipt, and what a receipt must know before it is issued. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ledger.money import Money
from organisation.receipt_rules import PLACE, REGISTRATION, SIGNATORY, UNSTATED, Jurisdiction
from receipts.benefit import BENEFIT, BENEFIT_VALUE, benefit_of, without_benefit
from receipts.credit_note import CreditNote
from receipts.document import FrozenDocument
from receipts.legal_forms import LegalForm, MissingFact, legal_form
from receipts.receipt import Draft, Receipt
from receipts.statement import GiftStatement
from receipts.words_4 import words_4

ToBeIssued = Draft | Receipt | FrozenDocument
"""What missing facts are looked for in."""


class FactsMissing(Exception):
    """A document whose law asks for more than it says. It is not printed, and nobody is sent it."""

    def __init__(self, missing: Sequence[MissingFact]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"its law asks for {' and '.join(missing)}. Enter what is missing, and issue it again in its place."
        )


def facts_asked_of_donors(jurisdiction: str) -> frozenset[MissingFact]:
    """What the form has to ask of donors for receipts of this law, of MissingFact.DONOR_NAME and DONOR_ADDRESS."""
    form = legal_form(jurisdiction)
    return frozenset({*form.required, *form.asked} & {MissingFact.DONOR_NAME, MissingFact.DONOR_ADDRESS})


def asks_for_address(jurisdiction: str) -> bool:
    """Whether receipts of this law have the donor's postal address."""
    return MissingFact.DONOR_ADDRESS in facts_asked_of_donors(jurisdiction)


def asks_for_benefits(jurisdiction: str) -> bool:
    """Whether receipts of this law say what the donor got back, and what it is worth."""
    return bool(legal_form(jurisdiction).bought)


def sees_no_gift(document: ToBeIssued) -> bool:
    """Whether its law lets no receipt for tax purposes be given: what was got back is worth nearly what was paid."""
    return _sees_no_gift(legal_form(document.jurisdiction), document)


def official_title(document: ToBeIssued, *, charity: bool = False) -> str:
    """The law's own name for this receipt; empty where it has none, or sees no gift."""
    form = legal_form(document.jurisdiction, charity=charity)
    return "" if _sees_no_gift(form, document) else form.title


def _paid(document: ToBeIssued) -> Money | None:
    """What was paid, of a document about one gift."""
    if isinstance(document, FrozenDocument):
        return None
    first, *others = [line.amount for line in document.lines]
    return sum(others, start=first)


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
    missing = [fact for fact in required if fact not in of_receipts_alone and not known.get(fact)]
    benefit, paid = benefit_of(document.legal_facts), _paid(document)
    is_unlike = benefit is not None and paid is not None and benefit.value.currency != paid.currency
    return [*missing, MissingFact.BENEFIT_VALUE] if is_unlike else missing


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
NO_PARTS: Mapping[str, str] = {}
MISSING = "\u2026"  # on a page, in the place of a fact for which the paper waits
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NO_GIFT_AID = re.compile(r"gift aid (?:can ?not|can.t) be (?:re)?claimed")


def _locked(form: LegalForm, document: ToBeIssued, language: str) -> Sequence[str]:
    """The sentences of a document in a language; in English where the law has no other words."""
    several = isinstance(document, GiftStatement)
    bought = form.several_bought if several else form.bought
    if bought and dict(document.legal_facts).get(BENEFIT):
        return form.no_gift if _sees_no_gift(form, document) else bought
    sentences = form.several if several and form.several else form.sentences
    return sentences.get(language, sentences["en"])


def _sees_no_gift(form: LegalForm, document: ToBeIssued) -> bool:
    """Whether what was got back is worth so much that the law lets no receipt for tax purposes be given."""
    benefit, paid = benefit_of(document.legal_facts), _paid(document)
    return bool(form.no_gift and benefit and paid and benefit.value.minor * 100 > paid.minor * form.most_bought)


def eligible_parts(document: ToBeIssued) -> Mapping[str, Money]:
    """What that is worth which the donor of a receipt got back, and what of the payment exceeds it; else nothing."""
    benefit, paid = benefit_of(document.legal_facts), _paid(document)
    if benefit is None or paid is None or benefit.value.currency != paid.currency:
        return {}
    return {BENEFIT_VALUE: benefit.value, "eligible": max(paid - benefit.value, Money(0, paid.currency))}


def legal_lines(
    document: ToBeIssued, amount: str, language: str, *, charity: bool = False, parts: Mapping[str, str] = NO_PARTS
) -> Sequence[str]:
    """The locked sentences with their facts filled in, then what the organisation's own note adds to them.

    `amount` is the total as it is printed, `parts` what `eligible_parts` says. That Gift Aid cannot be claimed stands
    once, however often the organisation says it too.
    """
    form = legal_form(document.jurisdiction, charity=charity)
    facts = defaultdict(lambda: MISSING, without_benefit(document.legal_facts))
    facts |= {"organisation": document.organisation.name, "amount": amount, **parts}
    facts[BENEFIT] = dict(document.legal_facts).get(BENEFIT, MISSING)
    locked = [sentence.format_map(facts) for sentence in _locked(form, document, language)]
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
