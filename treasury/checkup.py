"""Ask Stripe and the database how this installation is, for `farthing doctor`."""

from sqlalchemy import Engine

from database.instants import Clock
from database.transactions import reading
from ledger.finding import Finding
from payments.stripe.gateway import StripeAway, StripeRefused
from payments.stripe.lists import StripeLists
from payments.stripe.server_time import stripe_now
from treasury.doctor import AtStripe, Here, examine
from treasury.store_doctor import health, kept


def checkup(engine: Engine, here: Here, lists: StripeLists, clock: Clock) -> list[Finding]:
    """Every finding. What Stripe alone could say is unchecked when it does not answer."""
    stripe = _ask(engine, here, lists)
    now = clock()
    with reading(engine) as conn:
        found = health(conn, now)
    return examine(here, found, stripe, now)


def _ask(engine: Engine, here: Here, lists: StripeLists) -> AtStripe | str:
    try:
        theirs = stripe_now(here.api_base)
        endpoints, newest = lists.endpoints().rows, lists.events().rows
    except StripeAway as error:
        return _away(here, str(error))
    except StripeRefused as error:
        return f"Stripe refused to say: {error}. A restricted key needs to read events and webhook endpoints."
    with reading(engine) as conn:
        arrived = kept(conn, [str(one["id"]) for one in newest])
    return AtStripe(endpoints, newest, frozenset(arrived), theirs)


def _away(here: Here, error: str) -> str:
    if here.mode == "sandbox":
        return f"nothing answers at {here.api_base}: the twin lives in the web; ./farthing run starts it ({error})."
    return f"Stripe does not answer ({error}). Check the network, and status.stripe.com."
