"""The laws that receipts are written for: their locked sentences, and which facts they require. Values only.

Nobody edits the sentences at the desk, and other words are a new layout. The sources were read for
reference/uk-rules.md, §3 and §4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from organisation.receipt_rules import UNSTATED, Jurisdiction


class MissingFact(StrEnum):
    """What a receipt lacks that its law asks for. The value is a sentence for the desk."""

    ORGANISATION_NAME = "the organisation\u2019s legal name"
    ORGANISATION_ADDRESS = "the organisation\u2019s postal address"
    REGISTRATION_NUMBER = "the organisation\u2019s registration number"
    PLACE_OF_ISSUE = "the place where receipts are issued"
    SIGNATORY = "the name of who signs receipts"
    DONOR_NAME = "the donor\u2019s name"
    DONOR_ADDRESS = "the donor\u2019s postal address"
    BENEFIT_VALUE = "what the donor got back is worth, in the currency that was paid"


@dataclass(frozen=True, slots=True)
class LegalForm:
    """What a jurisdiction prescribes: sentences by language, each with the facts that it names, and required facts.

    `several` are those of a document about several gifts, where they differ. `title` replaces "Receipt" where the law
    has a name for it. `source` is where the rule stands. `asked` is asked of donors as well, and printed where it is
    known, though a receipt may be without it.

    `bought` takes the place of the sentences where the donor got something back, and `several_bought` of those about
    several gifts; a law without either does not ask. Where it is worth more than `most_bought` hundredths of what was
    paid, the law sees no gift: `no_gift` is said then, without the title.
    """

    sentences: Mapping[str, Sequence[str]]
    required: Sequence[MissingFact]
    source: str
    title: str = ""
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: Sequence[MissingFact] = ()
    bought: Sequence[str] = ()
    several_bought: Sequence[str] = ()
    no_gift: Sequence[str] = ()
    most_bought: int = 100


_TAX_EXEMPT = (
    "{organisation} is a tax-exempt organization under section 501(c)(3) of the Internal Revenue Code, EIN "
    "{registration_number}."
)
_CANADIAN = "Registered charity, registration number {registration_number}."
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
        # IRS, Quid pro quo contributions: 26 USC 6115.
        bought=(
            _TAX_EXEMPT,
            "In exchange for this contribution of {amount} the donor received: {benefit}. Our good faith estimate of "
            "its value is {benefit_value}.",
            "The amount that is deductible for Federal income tax purposes is limited to what exceeds that value: "
            "{eligible}.",
        ),
        several_bought=(
            _TAX_EXEMPT,
            "In exchange for some of these contributions the donor received the following, with our good faith "
            "estimate of its value. {benefit}. Of each, what is deductible for Federal income tax purposes is limited "
            "to what exceeds that value. No goods or services were provided in exchange for the others.",
        ),
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
                _CANADIAN + " Issued at {place_of_issue}.",
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
        # Income Tax Act, subsections 248(30) to (32); Regulations, 3501(1)(h.1) and (h.2): the advantage.
        bought=(
            _CANADIAN + " Issued at {place_of_issue}.",
            "Amount received: {amount}. Advantage: {benefit}, worth {benefit_value}.",
            "Eligible amount of gift for tax purposes: {eligible}.",
            "Canada Revenue Agency: canada.ca/charities-giving",
        ),
        no_gift=(
            _CANADIAN + " Canada Revenue Agency: canada.ca/charities-giving",
            "This is no official receipt for income tax purposes: of the {amount} that was paid, the advantage that "
            "the donor received ({benefit}, of a value of {benefit_value}) is more than 80 %.",
        ),
        most_bought=80,
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
