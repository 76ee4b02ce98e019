"""An email address as people type it."""

from email_validator import EmailNotValidError, validate_email

from web.typed import compact

LONGEST_EMAIL = 254


def read_email_address(typed: str) -> str | None:
    """The address as it is kept, its domain as mail servers know it; None for anything else. Nothing is looked up.

    Stripe and many mail servers take plain letters only before the @.
    """
    try:
        address = validate_email(compact(typed)[: LONGEST_EMAIL + 1], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return address.ascii_email or address.normalized
