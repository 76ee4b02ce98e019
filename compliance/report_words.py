"""What reports, regimes and donors are called on the desk and on paper. Pure."""

from collections.abc import Mapping

from compliance.check_steps import ReturnReason, ReturnRecipient
from compliance.donor_types import DonorType
from compliance.due_report import DueState
from compliance.regime import Regime
from compliance.report_calendar import ReportKind

KIND_WORDS: Mapping[ReportKind, str] = {
    ReportKind.QUARTERLY: "Quarterly report",
    ReportKind.WEEKLY: "Weekly report",
    ReportKind.ACCEPTED: "Report of accepted donations",
    ReportKind.RETURNED: "Report of returned donations",
    ReportKind.POST_ELECTION: "Return after the poll",
    ReportKind.YEARLY: "Yearly report",
}
STATE_WORDS: Mapping[DueState, str] = {
    DueState.TO_COME: "To come",
    DueState.TO_FILE: "To file",
    DueState.LATE: "Late",
    DueState.FILED: "Filed",
    DueState.CHANGED: "Filed, and something has changed since",
    DueState.NOT_NEEDED: "Not needed",
}
REGIME_WORDS: Mapping[Regime, str] = {
    Regime.UNREGULATED: "Under no rules on political donations",
    Regime.PARTY: "Registered party",
    Regime.MEMBERS_ASSOCIATION: "Members association",
    Regime.REGULATED_DONEE: "Regulated donee",
    Regime.CAMPAIGNER: "Registered non-party campaigner",
}
DONOR_TYPE_WORDS: Mapping[DonorType, str] = {
    DonorType.INDIVIDUAL: "Individual",
    DonorType.OVERSEAS_ELECTOR: "Overseas elector",
    DonorType.ANONYMOUS_ELECTOR: "Anonymously registered individual",
    DonorType.BEQUEST: "Bequest",
    DonorType.COMPANY: "Company",
    DonorType.TRADE_UNION: "Trade union",
    DonorType.BUILDING_SOCIETY: "Building society",
    DonorType.LLP: "Limited liability partnership",
    DonorType.FRIENDLY_SOCIETY: "Friendly society",
    DonorType.UNINCORPORATED_ASSOCIATION: "Unincorporated association",
    DonorType.PARTY: "Registered political party",
    DonorType.TRUST: "Trust",
    DonorType.IRISH_CITIZEN: "Irish citizen",
    DonorType.IRISH_BODY: "Irish body",
    DonorType.ANOTHER: "Another kind",
    DonorType.UNIDENTIFIED: "Unidentified",
}
RECIPIENT_WORDS: Mapping[ReturnRecipient, str] = {
    ReturnRecipient.DONOR: "The donor",
    ReturnRecipient.TRANSFERRER: "Whoever transferred it",
    ReturnRecipient.INSTITUTION: "The financial institution that it came through",
    ReturnRecipient.COMMISSION: "The Electoral Commission",
}
REASON_WORDS: Mapping[ReturnReason, str] = {
    ReturnReason.IMPERMISSIBLE: "Impermissible donor",
    ReturnReason.UNIDENTIFIED: "Unidentifiable donor",
    ReturnReason.REFUSED: "Not wanted",
}
NATURE_WORDS: Mapping[str, str] = {"cash": "Cash", "non-cash": "Non-cash", "bequest": "Bequest"}


def cell_words(column: str, cell: str) -> str:
    """What a cell of a report says, in words where it is kept as a code; everything else as it is."""
    words: Mapping[str, str] = _BY_COLUMN.get(column, {})
    return words.get(cell, cell)


_BY_COLUMN: Mapping[str, Mapping[str, str]] = {
    "nature": NATURE_WORDS,
    "donor_type": {key.value: words for key, words in DONOR_TYPE_WORDS.items()},
    "returned_to": {key.value: words for key, words in RECIPIENT_WORDS.items()},
    "reason": {key.value: words for key, words in REASON_WORDS.items()},
    "is_aggregated": {"yes": "Yes", "no": "No"},
}
