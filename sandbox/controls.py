"""The controls of the twin, for the panel's buttons and the commands: each has a name, fields, and a reply in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.api.errors import ApiError, resource_missing
from sandbox.chaos import FAULTS, current_chaos, describe_chaos, parse_chaos, set_chaos
from sandbox.clock_control import ClockControl
from sandbox.lifecycle import disputes
from sandbox.lifecycle.checkout_payment import collect_again
from sandbox.lifecycle.payment_intents import fail_debit_late
from sandbox.lifecycle.payouts import SCHEDULES, fail_payout, get_payout, pay_out_available
from sandbox.lifecycle.refunds import create_refund, fail_refund
from sandbox.lifecycle.renewals import DUNNING_ENDS
from sandbox.lifecycle.sample_methods import SAMPLE_METHODS
from sandbox.lifecycle.subscriptions import get_subscription
from sandbox.lifecycle.unrelated_money import add_unrelated_charge, add_unrelated_transaction
from sandbox.state.clock import ClockCannotGoBack
from sandbox.state.store import Object
from sandbox.verdicts import VERDICTS
from sandbox.webhooks.endpoint import endpoints, register_endpoint
from sandbox.webhooks.queue import resend_event
from sandbox.world import World

FormFields = Mapping[str, str]
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


class ControlRefused(ValueError):
    """The control cannot be carried out; the message says why."""


@dataclass(frozen=True)
class Control:
    """One control: what it does, and the fields that it reads. Any other field is refused, as it may be misspelt."""

    run: Callable[[ClockControl, FormFields], str]
    fields: tuple[str, ...] = ()


def run_control(clock_control: ClockControl, name: str, fields: FormFields) -> str:
    """Run a control; a sentence on what it did. ControlRefused where it cannot be carried out."""
    control = CONTROLS.get(name)
    if control is None:
        raise ControlRefused(f"there is no such thing to do: {name}")
    if unknown := set(fields) - set(control.fields):
        known = f"only {', '.join(control.fields)}" if control.fields else "none"
        raise ControlRefused(f"{name} has no {', '.join(sorted(unknown))}; it has {known}")
    try:
        return control.run(clock_control, fields)
    except (ApiError, LookupError, ClockCannotGoBack) as error:
        raise ControlRefused(str(error)) from error


def _object_in(world: World, fields: FormFields, field: str) -> Object:
    """The object whose id is in this field, which has the name of its kind."""
    obj = world.store.find(fields.get(field, ""))
    if obj is None or obj["object"] != field:
        raise resource_missing(field, fields.get(field, ""))
    return obj


def parse_duration(text: str) -> float:
    """+40d, 12h, 90m as seconds."""
    duration = re.fullmatch(r"\+?(\d{1,6})\s*([smhdw])", text.strip())
    if duration is None:
        raise ControlRefused("say how far: +40d, +12h, +30m")
    return int(duration[1]) * float(_SECONDS[duration[2]])


def _clock(clock_control: ClockControl, fields: FormFields) -> str:
    """Advance the clock by a duration or to a day, stop it, or let it run."""
    to, clock = fields.get("to", "").strip(), clock_control.world.clock
    if to == "still":
        clock.stop()
    elif to == "run":
        clock.run()
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", to):
        clock_control.advance_to(datetime.fromisoformat(to).replace(tzinfo=UTC).timestamp())
    else:
        clock_control.advance(parse_duration(to))
    pace = "runs" if clock.running else "stands still"
    return f"The clock shows {clock.as_datetime():%-d %B %Y, %H:%M:%S} UTC and {pace}."


def _payout(clock_control: ClockControl, _: FormFields) -> str:
    """Pay out the available balance now."""
    with clock_control.world.step():
        payouts = pay_out_available(clock_control.world)
    return f"{len(payouts)} payout(s) made." if payouts else "Nothing is available to be paid out yet."


def _schedule(clock_control: ClockControl, fields: FormFields) -> str:
    """Set the payout schedule."""
    return _set_choice(clock_control.world, "payouts", fields.get("every", ""), SCHEDULES)


def _dunning(clock_control: ClockControl, fields: FormFields) -> str:
    """Set the status of subscriptions whose retries have all failed."""
    return _set_choice(clock_control.world, "dunning_end", fields.get("end", ""), DUNNING_ENDS)


def _set_choice(world: World, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ControlRefused(f"choose one of {', '.join(allowed)}")
    with world.step():
        world.store.set_value(name, value)
    return f"{name}: {value}"


def _fail_payout(clock_control: ClockControl, fields: FormFields) -> str:
    """Fail the payout that is named, or else the next one."""
    world = clock_control.world
    with world.step():
        if fields.get("payout"):
            return f"{fail_payout(world, get_payout(world, fields['payout']))['id']} failed."
        world.store.set_value("next_payout_fails", True)
    return "The next payout will fail."


def _dispute(clock_control: ClockControl, fields: FormFields) -> str:
    """Open a dispute or an inquiry of a charge, or bring a dispute to a verdict."""
    world = clock_control.world
    with world.step():
        if fields.get("charge"):
            inquiry = fields.get("verdict") == "inquiry"
            charge = _object_in(world, fields, "charge")
            return f"{disputes.open_dispute(world, charge, inquiry=inquiry)['id']} opened."
        dispute = disputes.get_dispute(world, fields.get("dispute", ""))
        if fields.get("verdict") == "corrected":
            disputes.correct_exchange(world, dispute, _minor_units(fields))
            return f"{dispute['id']} is corrected."
        verdict = fields.get("verdict", "")
        if verdict not in VERDICTS or dispute["status"] not in VERDICTS[verdict][0]:
            raise ControlRefused(f"a dispute that is {dispute['status']} cannot be made {verdict or 'anything'}")
        _, apply_verdict = VERDICTS[verdict]
        apply_verdict(world, dispute)
        return f"{dispute['id']} is {dispute['status']}."


def _refund(clock_control: ClockControl, fields: FormFields) -> str:
    """Refund what is left of a charge."""
    with clock_control.world.step():
        charge = _object_in(clock_control.world, fields, "charge")
        refund = create_refund(clock_control.world, {"charge": charge["id"]})
    return f"{refund['id']} is {refund['status']}."


def _fail_refund(clock_control: ClockControl, fields: FormFields) -> str:
    """Fail a refund that is pending or succeeded."""
    world = clock_control.world
    with world.step():
        refund = _object_in(world, fields, "refund")
        if refund["status"] not in ("pending", "succeeded"):
            raise ControlRefused(f"a refund that is {refund['status']} cannot fail")
        fail_refund(world, refund["id"])
    return f"{refund['id']} failed."


def _fail_charge(clock_control: ClockControl, fields: FormFields) -> str:
    """Fail a bank debit that had succeeded."""
    world = clock_control.world
    with world.step():
        return f"{fail_debit_late(world, _object_in(world, fields, 'charge'))['id']} failed."


def _collect_again(clock_control: ClockControl, fields: FormFields) -> str:
    """Collect a debit that failed late once more: by a sample bank account that succeeds, or the one that is named."""
    world, sample = clock_control.world, SAMPLE_METHODS.get(fields.get("card", "00012345"))
    if sample is None:
        raise ControlRefused("choose one of the test cards")
    with world.step():
        charge = collect_again(world, _object_in(world, fields, "charge"), sample)
    return f"{charge['id']} is {charge['status']}."


def _line(clock_control: ClockControl, fields: FormFields) -> str:
    """Add a balance transaction without a payment: Stripe's fee, a reserve, any reporting category."""
    world, category, currency = clock_control.world, fields.get("category", "fee"), fields.get("currency", "gbp")
    with world.step():
        balance_transaction = add_unrelated_transaction(world, category, _minor_units(fields), currency)
    return f"{balance_transaction['id']}: {balance_transaction['reporting_category']}."


def _charge(clock_control: ClockControl, fields: FormFields) -> str:
    """Add a charge that the product did not make."""
    world = clock_control.world
    with world.step():
        charge = add_unrelated_charge(world, _minor_units(fields), fields.get("currency", "gbp"))
    return f"{charge['id']} is {charge['status']}."


def _minor_units(fields: FormFields) -> int:
    if not re.fullmatch(r"-?\d{1,9}", fields.get("amount", "")):
        raise ControlRefused("say how much, in pence: 2500, or -2500")
    return int(fields["amount"])


def _fail_renewal(clock_control: ClockControl, fields: FormFields) -> str:
    """Decline the next charge of a subscription."""
    world = clock_control.world
    with world.step():
        subscription = get_subscription(world, fields.get("subscription", ""))
        world.store.change(subscription, _fails_next=True)
    return f"The next charge of {subscription['id']} will fail."


def _chaos(clock_control: ClockControl, fields: FormFields) -> str:
    """Set chaos: the field `mood` names a preset; each other field changes the rate of one fault."""
    world = clock_control.world
    with world.step():
        try:
            settings = parse_chaos(fields, current_chaos(world))
        except ValueError as error:
            raise ControlRefused(str(error)) from error
        set_chaos(world, settings)
    return f"From now on: {describe_chaos(settings)}."


def _limits(clock_control: ClockControl, fields: FormFields) -> str:
    """Switch rate limits on or off."""
    if fields.get("on") not in ("on", "off"):
        raise ControlRefused("choose on or off")
    on = fields["on"] == "on"
    with clock_control.world.step():
        clock_control.world.store.set_value("limited", on)
    return f"Rate limits are {'on' if on else 'off'}."


def _resend(clock_control: ClockControl, fields: FormFields) -> str:
    """Deliver an event once more."""
    with clock_control.world.step():
        event = _object_in(clock_control.world, fields, "event")
        resend_event(clock_control.world, event["id"])
    return "Sent once more."


def _enable(clock_control: ClockControl, _: FormFields) -> str:
    """Enable the webhook endpoints that were disabled after nine days of failures."""
    world = clock_control.world
    with world.step():
        for endpoint in endpoints(world):
            world.store.change(endpoint, status="enabled", _failing_since=None)
        world.endpoints = None
    return "The endpoint is enabled."


def _reset(clock_control: ClockControl, _: FormFields) -> str:
    """Delete every object, event, delivery and setting. The clock stays, and no id is made twice."""
    world = clock_control.world
    with world.store.transaction():
        world.store.delete_everything()
    world.chaos = world.endpoints = None
    register_endpoint(world)
    return "Everything is forgotten."


CONTROLS = {
    "charge": Control(_charge, ("amount", "currency")),
    "chaos": Control(_chaos, ("mood", *FAULTS)),
    "clock": Control(_clock, ("to",)),
    "collect-again": Control(_collect_again, ("charge", "card")),
    "dispute": Control(_dispute, ("charge", "dispute", "verdict", "amount")),
    "dunning": Control(_dunning, ("end",)),
    "enable": Control(_enable),
    "fail-charge": Control(_fail_charge, ("charge",)),
    "fail-payout": Control(_fail_payout, ("payout",)),
    "fail-refund": Control(_fail_refund, ("refund",)),
    "fail-renewal": Control(_fail_renewal, ("subscription",)),
    "limits": Control(_limits, ("on",)),
    "line": Control(_line, ("category", "amount", "currency")),
    "payout": Control(_payout),
    "refund": Control(_refund, ("charge",)),
    "resend": Control(_resend, ("event",)),
    "reset": Control(_reset),
    "schedule": Control(_schedule, ("every",)),
}
