"""What the desk says of a document that may not be issued because its law asks for a fact that is missing."""

from collections.abc import Mapping, Sequence

from receipts.legal_forms import MissingFact

ORGANISATION = "organisation"
"""The field of errors about what is entered under Organisation, Receipts."""
_FIELDS = {MissingFact.DONOR_NAME: "donor_name", MissingFact.DONOR_ADDRESS: "donor_address"}


def errors_of_missing(missing: Sequence[MissingFact]) -> Mapping[str, str]:
    """A sentence for each field of the form in which a fact is missing. The organisation's own have one together."""
    errors = {_FIELDS[fact]: f"Type {fact}: the law asks for it." for fact in missing if fact in _FIELDS}
    own = [fact for fact in missing if fact not in _FIELDS]
    if own:
        errors[ORGANISATION] = f"Nothing was issued. Its law asks for {' and '.join(own)}."
    return errors
