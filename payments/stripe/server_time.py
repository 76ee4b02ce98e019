"""What time it is at Stripe: signatures are refused when our clock is minutes away from theirs."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from payments.stripe.gateway import StripeAway

STRIPE = "https://api.stripe.com"
SECONDS = 5


def stripe_now(api_base: str | None = None) -> datetime:
    """The time that Stripe (or another, such as the twin) writes over its answers. Raises StripeAway.

    No key is sent: every answer carries the time, a refusal as well.
    """
    asked = Request(api_base or STRIPE, method="HEAD")  # noqa: S310 - the address is a setting, checked as one
    try:
        with urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            said = answer.headers["Date"]
    except HTTPError as refusal:
        with refusal:
            said = refusal.headers["Date"]
    except (URLError, TimeoutError, ConnectionError) as error:
        raise StripeAway(type(error).__name__) from error
    if said is None:
        raise StripeAway("the answer had no date")
    return parsedate_to_datetime(said).astimezone(UTC)
