"""Whether this installation is well: Stripe's settings match ours, and nothing waits too long.

`check_installation` asks Stripe and the database; `examine` is pure: it turns the answers into findings, and
each finding that is wrong says what to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from database.instants import Clock
from database.transactions import reading
from ledger.finding import LISTED, PATIENCE, Finding, Status, checked, unchecked
from payments.reading.events import EVENTS
from payments.stripe.gateway import API_VERSION, StripeAway, StripeRefused
from payments.stripe.lists import StripeLists
from payments.stripe.server_time import stripe_now
from proof.doctor_fonts import font_finding
from proof.doctor_mail import NO_MAIL_SERVER, MailServerState, mail_findings
from proof.store_doctor import Health, health, kept_deliveries

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Stripe's own tolerance is five minutes, and so is ours; a minute shows that nothing sets the clock.
SKEW = MINUTE
# A running worker takes a job within seconds; an hour's reconcile may take longer.
OVERDUE, UNRECONCILED = 5 * MINUTE, 2 * HOUR
# A message younger than this may still be on its way, and a receipt may still be in the printing queue.
RECENT = 10 * MINUTE
# Versions whose shapes payments/reading can read; tests/books tries each of them.
READABLE = ("2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", API_VERSION)
# Stripe lists destinations of the other style apart, and what they send is refused (payments/inbox/delivery.py).
_STYLE = "the payload style snapshot, not thin"
_WORKER = "Is the worker running? ./farthing run starts it, or ./farthing worker."


@dataclass(frozen=True, slots=True)
class Expected:
    """This installation: its mode, its webhook's address, the address of a Stripe other than Stripe's own, its mail."""

    mode: str
    webhook: str
    api_base: str | None = None
    mail: MailServerState = NO_MAIL_SERVER


@dataclass(frozen=True, slots=True)
class StripeState:
    """Stripe's answers: its endpoints, its newest events, which of them were delivered to us, and Stripe's time."""

    endpoints: Sequence[Mapping[str, Any]]
    newest: Sequence[Mapping[str, Any]]
    delivered: frozenset[str]
    now: datetime


def check_installation(engine: Engine, expected: Expected, lists: StripeLists, clock: Clock) -> list[Finding]:
    """Every finding. What only Stripe knows is unchecked when Stripe does not answer."""
    stripe = _ask_stripe(engine, expected, lists)
    now = clock()
    with reading(engine) as conn:
        ours = health(conn, now)
    return [*examine(expected, ours, stripe, now), font_finding()]


def _ask_stripe(engine: Engine, expected: Expected, lists: StripeLists) -> StripeState | str:
    """Stripe's answers, or a sentence that says why there are none."""
    try:
        theirs = stripe_now(expected.api_base)
        endpoints, newest = lists.endpoints().rows, lists.events().rows
    except StripeAway as error:
        return _no_answer(expected, str(error))
    except StripeRefused as error:
        return f"Stripe refused to say: {error}. A restricted key needs to read events and webhook endpoints."
    with reading(engine) as conn:
        delivered = kept_deliveries(conn, [str(event["id"]) for event in newest])
    return StripeState(endpoints, newest, frozenset(delivered), theirs)


def _no_answer(expected: Expected, error: str) -> str:
    if expected.mode == "sandbox":
        address = expected.api_base
        return f"nothing answers at {address}: the twin lives in the web; ./farthing run starts it ({error})."
    return f"Stripe does not answer ({error}). Check the network, and status.stripe.com."


def examine(expected: Expected, ours: Health, stripe: StripeState | str, now: datetime) -> list[Finding]:
    """Every finding. `stripe` is a sentence when Stripe could not be asked."""
    if isinstance(stripe, str):
        theirs = [unchecked("Stripe", {}, stripe)]
    else:
        theirs = [*_endpoint(expected, stripe), _clock(stripe.now, now), _arrivals(stripe, now)]
    theirs.append(_answers(ours, stripe))
    work = [*_deliveries(ours, now), *_money(ours, now), *_work(ours, now)]
    mail = mail_findings(expected.mail, ours.mail, expected.mode, now)
    return [*theirs, *work, *mail, _surge(ours), _database(ours), _future(ours)]


def _endpoint(expected: Expected, stripe: StripeState) -> Iterator[Finding]:
    """Stripe delivers to us every event that we read, in a version that we can read."""
    addresses = [str(endpoint.get("url", "")) for endpoint in stripe.endpoints]
    ours = [
        endpoint
        for endpoint, address in zip(stripe.endpoints, addresses, strict=True)
        if address.rstrip("/") == expected.webhook
    ]
    advice = f"At Stripe, under Developers, Webhooks, add an endpoint with the address {expected.webhook}, {_STYLE}."
    figures = {"address": expected.webhook, "others": len(addresses) - len(ours)}
    yield checked("endpoint", not ours, figures, advice)
    for endpoint in ours[:1]:
        status = str(endpoint.get("status"))
        advice = "Stripe has switched the endpoint off; switch it on there, then ./farthing reconcile."
        yield checked("endpoint enabled", status != "enabled", {"status": status}, advice)
        yield _events(endpoint)
        yield _version(endpoint, stripe.newest)
        yield _mode(expected, endpoint)


def _events(endpoint: Mapping[str, Any]) -> Finding:
    subscribed = {str(name) for name in endpoint.get("enabled_events") or ()}
    missing = [] if "*" in subscribed else sorted(set(EVENTS) - subscribed)
    figures = {"wanted": len(EVENTS), "missing": ", ".join(missing) or "none"}
    return checked("events", len(missing), figures, f"Add them to the endpoint at Stripe: {', '.join(missing)}")


def _version(endpoint: Mapping[str, Any], newest: Sequence[Mapping[str, Any]]) -> Finding:
    """An endpoint without a version has the account's, which the newest event carries."""
    of_account = next((event.get("api_version") for event in newest), None)
    version = endpoint.get("api_version") or of_account
    figures = {"endpoint": version or "the account's own", "ours": API_VERSION}
    renew = f"Add a new endpoint with version {API_VERSION} and its secret, then remove the old one."
    if version is None:
        return unchecked("API version", figures, "the endpoint follows the account's version, which nobody has told.")
    if version != API_VERSION and version in READABLE:
        advice = f"It can be read, and an endpoint keeps its version for good. When it suits: {renew}"
        return Finding("API version", Status.PASSED, figures, advice)
    return checked("API version", version != API_VERSION, figures, renew)


def _mode(expected: Expected, endpoint: Mapping[str, Any]) -> Finding:
    live = bool(endpoint.get("livemode"))
    figures = {"endpoint": "live" if live else "test", "ours": expected.mode}
    wrong = live != (expected.mode == "live")
    return checked("mode", wrong, figures, "Use a key and an endpoint of the same mode.")


def _clock(theirs: datetime, now: datetime) -> Finding:
    off = now - theirs
    advice = "Set this machine's clock by NTP: messages signed five minutes away from it are refused."
    return checked("clock", abs(off) > SKEW, {"seconds from Stripe's": round(off.total_seconds())}, advice)


def _arrivals(stripe: StripeState, now: datetime) -> Finding:
    """Whether Stripe's newest event that we read has been delivered, signed with a secret that we know."""
    sent = [
        str(event["id"])
        for event in stripe.newest
        if event.get("type") in EVENTS and now.timestamp() - event["created"] > RECENT.total_seconds()
    ]
    figures = {"told lately": len(sent), "arrived": sum(event in stripe.delivered for event in sent)}
    if not sent:
        return unchecked("deliveries arrive", figures, "Stripe has told nothing lately.")
    advice = (
        "Stripe's newest message has not arrived. Is the address reachable from outside, is the endpoint's signing"
        f" secret among FARTHING_STRIPE_WEBHOOK_SECRETS, and is it of {_STYLE}? Until then: ./farthing reconcile"
    )
    return checked("deliveries arrive", sent[0] not in stripe.delivered, figures, advice)


def _deliveries(ours: Health, now: datetime) -> Iterator[Finding]:
    last = ours.last_delivery
    if last is None:
        yield unchecked("last delivery", {}, "none has ever arrived.")
    else:
        yield checked("last delivery", 0, {"at": _at(last), "ago": _span(now - last)}, "")
    yield checked("dead letters", ours.dead_letters, {}, "The desk says why. ./farthing replay tries again.")
    late = [(fact, since) for fact, since in ours.waiting_facts if since < now - HOUR]
    figures: dict[str, object] = {"waiting": len(ours.waiting_facts)}
    figures |= {fact: f"since {_at(since)}" for fact, since in late[:LISTED]}
    advice = "Refunds or disputes of payments whose gift is not known: ./farthing trace ID, ./farthing reconcile"
    yield checked("waiting facts", len(late), figures, advice)


def _money(ours: Health, now: datetime) -> Iterator[Finding]:
    since = ours.uncleared_since
    figures = {"since": _at(since) if since else "nothing waits"}
    advice = "Told by Stripe and not seen in its balance, or the reverse: ./farthing reconcile, ./farthing audit"
    yield checked("oldest uncleared money", since is not None and since < now - PATIENCE, figures, advice)


def _answers(ours: Health, stripe: StripeState | str) -> Finding:
    """Whether Stripe answers the worker. An earlier answer does not count when it did not answer us just now."""
    contact, name = ours.contact, "Stripe answers"
    if contact.failing_since is not None:
        figures = {"since": _at(contact.failing_since), "error": contact.error or ""}
        return checked(name, 1, figures, "The worker tries again by itself. Check the network and the key.")
    if contact.answered_at is None:
        return unchecked(name, {}, "nothing was read of its lists yet.")
    last = {"last": _at(contact.answered_at)}
    return unchecked(name, last, stripe) if isinstance(stripe, str) else checked(name, 0, last, "")


def _work(ours: Health, now: datetime) -> Iterator[Finding]:
    jobs = ours.jobs
    yield _reconciled(ours.reconciled_at, now)
    overdue = jobs.overdue_since is not None and jobs.overdue_since < now - OVERDUE
    yield checked("jobs", overdue, {"waiting": jobs.waiting}, _WORKER)
    yield checked("failing jobs", jobs.failing, {"the worst": jobs.error or "none"}, "The worker tries them again.")
    late = ours.unprinted_since is not None and ours.unprinted_since < now - RECENT
    yield checked("receipts to print", late, {"unprinted": ours.unprinted}, _WORKER)


def _reconciled(at: datetime | None, now: datetime) -> Finding:
    if at is None:
        return unchecked("last reconcile", {}, "there was none yet: ./farthing reconcile")
    return checked("last reconcile", at < now - UNRECONCILED, {"at": _at(at)}, f"It is to run every hour. {_WORKER}")


def _surge(ours: Health) -> Finding:
    """A crowd or an attack is no fault of the installation: it is told, and passes."""
    demand, waiting = ours.surge.demand, ours.surge.waiting
    figures: dict[str, object] = {"donors in the queue": waiting}
    if demand is not None:
        figures |= {"a puzzle is asked since": _at(demand.since), "until": _at(demand.until)}
    advice = "Nothing has to be done: docs/security.md says what donors see." if demand or waiting else ""
    return Finding("crowd at the form", Status.PASSED, figures, advice)


def _database(ours: Health) -> Finding:
    advice = "The database may forget what it has acknowledged: set these as docs/operating.md says."
    return checked("database settings", len(ours.unsafe), ours.unsafe, advice)


def _future(ours: Health) -> Finding:
    """Nothing was written at an instant that has not come. What waits for one is done all the same."""
    advice = (
        "This machine's clock was ahead, or is behind now: set it by NTP. What was due then is done now, and this"
        " passes with the next reconcile; gifts and receipts keep the days that they were given."
    )
    figures = {name: f"until {_at(last)}" for name, last in ours.in_future.items()}
    return checked("instants to come", len(ours.in_future), figures, advice)


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds())) // 60  # another machine's clock may be a moment ahead
    hours, rest = divmod(minutes, 60)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} h {rest} min" if hours else f"{minutes} min"
