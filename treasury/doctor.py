"""Whether this installation is well: what stands at Stripe fits what stands here, and nothing waits too long.

Pure: what was seen goes in, findings come out, and each that is wrong says what to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledger.finding import LISTED, PATIENCE, Finding, Status, checked, unchecked
from payments.reading.events import EVENTS
from payments.stripe_gateway import API_VERSION
from treasury.store_doctor import Health

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Stripe's own tolerance is five minutes, and so is ours; a minute is a sign that nothing sets the clock.
SKEW = MINUTE
# A worker that runs takes a job within seconds; an hour's reconcile may take a while.
OVERDUE, UNRECONCILED = 5 * MINUTE, 2 * HOUR
# What Stripe told us a moment ago may still be on its way.
ON_ITS_WAY = 10 * MINUTE
# Versions whose shapes payments/reading knows, each tried by the proof (tests/books).
READABLE = ("2024-06-20", "2025-03-31.basil", "2026-08-26.dahlia", API_VERSION)
_WORKER = "Is the worker running? ./farthing run starts it, or ./farthing worker."


@dataclass(frozen=True, slots=True)
class Here:
    """This installation: its mode, where its webhook is, and where another Stripe than Stripe's own is."""

    mode: str
    webhook: str
    api_base: str | None = None


@dataclass(frozen=True, slots=True)
class AtStripe:
    """What Stripe says: its endpoints, its newest events, and what time it is there."""

    endpoints: Sequence[Mapping[str, Any]]
    newest: Sequence[Mapping[str, Any]]
    kept: frozenset[str]
    now: datetime


def examine(here: Here, health: Health, stripe: AtStripe | str, now: datetime) -> list[Finding]:
    """Every finding. `stripe` is a sentence when Stripe could not be asked."""
    if isinstance(stripe, str):
        asked = [unchecked("Stripe", {}, stripe)]
    else:
        asked = [*_endpoint(here, stripe), _clock(stripe.now, now), _arrives(stripe, now)]
    return [*asked, *_deliveries(health, now), *_money(health, now), *_work(health, now), _database(health)]


def _endpoint(here: Here, stripe: AtStripe) -> Iterator[Finding]:
    """Stripe delivers to us, everything that we read, in a shape that we know."""
    endpoints = stripe.endpoints
    ours = [one for one in endpoints if str(one.get("url", "")).rstrip("/") == here.webhook]
    others = [str(one.get("url")) for one in endpoints if one not in ours]
    advice = f"At Stripe, under Developers, Webhooks, add an endpoint with the address {here.webhook}."
    yield checked("endpoint", not ours, {"address": here.webhook, "others": len(others)}, advice)
    for one in ours[:1]:
        status = str(one.get("status"))
        advice = "Stripe has switched the endpoint off; switch it on there, then ./farthing reconcile."
        yield checked("endpoint enabled", status != "enabled", {"status": status}, advice)
        yield _events(one)
        yield _version(one, stripe.newest)
        yield _mode(here, one)


def _events(endpoint: Mapping[str, Any]) -> Finding:
    subscribed = {str(name) for name in endpoint.get("enabled_events") or ()}
    missing = [] if "*" in subscribed else sorted(set(EVENTS) - subscribed)
    figures = {"wanted": len(EVENTS), "missing": ", ".join(missing) or "none"}
    return checked("events", len(missing), figures, f"Add them to the endpoint at Stripe: {', '.join(missing)}")


def _version(endpoint: Mapping[str, Any], newest: Sequence[Mapping[str, Any]]) -> Finding:
    """An endpoint without a version follows the account's, which the newest message says."""
    accounts = next((one.get("api_version") for one in newest), None)
    version = endpoint.get("api_version") or accounts
    figures = {"endpoint": version or "the account's own", "ours": API_VERSION}
    anew = f"Add a new endpoint with version {API_VERSION} and its secret, then remove the old one."
    if version is None:
        return unchecked("API version", figures, "the endpoint follows the account's version, which nobody has told.")
    if version != API_VERSION and version in READABLE:
        advice = f"It can be read, and an endpoint keeps its version for good. When it suits: {anew}"
        return Finding("API version", Status.PASSED, figures, advice)
    return checked("API version", version != API_VERSION, figures, anew)


def _mode(here: Here, endpoint: Mapping[str, Any]) -> Finding:
    live = bool(endpoint.get("livemode"))
    figures = {"endpoint": "live" if live else "test", "ours": here.mode}
    return checked("mode", live != (here.mode == "live"), figures, "Use a key and an endpoint of the same mode.")


def _clock(theirs: datetime, now: datetime) -> Finding:
    off = now - theirs
    advice = "Set this machine's clock by NTP: messages signed five minutes away from it are refused."
    return checked("clock", abs(off) > SKEW, {"seconds from Stripe's": round(off.total_seconds())}, advice)


def _arrives(stripe: AtStripe, now: datetime) -> Finding:
    """Whether what Stripe told lately has come in at our door, signed with a secret that we know."""
    known = set(EVENTS)
    told = [
        str(one["id"])
        for one in stripe.newest
        if one.get("type") in known and now.timestamp() - one["created"] > ON_ITS_WAY.total_seconds()
    ]
    arrived = [name for name in told if name in stripe.kept]
    figures = {"told lately": len(told), "arrived": len(arrived)}
    if not told:
        return unchecked("deliveries arrive", figures, "Stripe has told nothing lately.")
    advice = (
        "Stripe's newest message has not arrived. Is the address reachable from outside, and is the endpoint's"
        " signing secret among FARTHING_STRIPE_WEBHOOK_SECRETS? Until then: ./farthing reconcile"
    )
    return checked("deliveries arrive", told[0] not in stripe.kept, figures, advice)


def _deliveries(health: Health, now: datetime) -> Iterator[Finding]:
    last = health.last_delivery
    if last is None:
        yield unchecked("last delivery", {}, "none has ever arrived.")
    else:
        yield checked("last delivery", 0, {"at": _at(last), "ago": _span(now - last)}, "")
    yield checked("dead letters", health.dead_letters, {}, "The desk says why. ./farthing replay tries again.")
    late = [(fact, since) for fact, since in health.waiting_facts if since < now - HOUR]
    figures: dict[str, object] = {"waiting": len(health.waiting_facts)}
    figures |= {fact: f"since {_at(since)}" for fact, since in late[:LISTED]}
    advice = "Refunds or disputes of payments whose gift is not known: ./farthing trace ID, ./farthing reconcile"
    yield checked("waiting facts", len(late), figures, advice)


def _money(health: Health, now: datetime) -> Iterator[Finding]:
    since = health.uncleared_since
    figures = {"since": _at(since) if since else "nothing waits"}
    advice = "Told by Stripe and not seen in its balance, or the reverse: ./farthing reconcile, ./farthing audit"
    yield checked("oldest uncleared money", since is not None and since < now - PATIENCE, figures, advice)


def _work(health: Health, now: datetime) -> Iterator[Finding]:
    contact, jobs = health.contact, health.jobs
    if contact.failing_since is not None:
        figures = {"since": _at(contact.failing_since), "error": contact.error or ""}
        yield checked("Stripe answers", 1, figures, "The worker tries again by itself. Check the network and the key.")
    elif contact.answered_at is None:
        yield unchecked("Stripe answers", {}, "nothing was read of its lists yet.")
    else:
        yield checked("Stripe answers", 0, {"last": _at(contact.answered_at)}, "")
    yield _reconciled(health.reconciled_at, now)
    overdue = jobs.overdue_since is not None and jobs.overdue_since < now - OVERDUE
    yield checked("jobs", overdue, {"waiting": jobs.waiting}, _WORKER)
    yield checked("failing jobs", jobs.failing, {"the worst": jobs.error or "none"}, "The worker tries them again.")
    late = health.unprinted_since is not None and health.unprinted_since < now - ON_ITS_WAY
    yield checked("receipts to print", late, {"unprinted": health.unprinted}, _WORKER)


def _reconciled(at: datetime | None, now: datetime) -> Finding:
    if at is None:
        return unchecked("last reconcile", {}, "there was none yet: ./farthing reconcile")
    return checked("last reconcile", at < now - UNRECONCILED, {"at": _at(at)}, f"It is to run every hour. {_WORKER}")


def _database(health: Health) -> Finding:
    advice = "The database may forget what it has acknowledged: set these as docs/operating.md says."
    return checked("database settings", len(health.unsafe), health.unsafe, advice)


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} h {rest} min" if hours else f"{minutes} min"
