"""The time at Stripe: signatures are refused when our clock differs from it by minutes."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from payments.stripe.gateway import StripeAway

STRIPE = "https://api.stripe.com"
TIMEOUT_SECONDS = 5


def stripe_now(api_base: str | None = None) -> datetime:
    """The time in the Date header of Stripe's answers, or of another's such as the twin. Raises StripeAway.

    No key is sent: every answer has the header, a refusal as well.
    """
    request = Request(api_base or STRIPE, method="HEAD")  # noqa: S310 - the address is a setting, checked as one
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            date = answer.headers["Date"]
    except HTTPError as refusal:
        with refusal:
            date = refusal.headers["Date"]
    except (URLError, TimeoutError, ConnectionError) as error:
        raise StripeAway(type(error).__name__) from error
    if date is None:
        raise StripeAway("the answer had no date")
    return parsedate_to_datetime(date).astimezone(UTC)
