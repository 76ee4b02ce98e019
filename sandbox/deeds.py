"""What a person may do to the twin, by the panel's buttons or by commands: a name, a few fields, and a word on it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sandbox.api.errors import ApiError, resource_missing
from sandbox.chaos import PRESETS, parse_chaos, set_chaos
from sandbox.clock_control import ClockControl
from sandbox.life import disputes
from sandbox.life.disputes import the_dispute
from sandbox.life.elsewhere import charge_elsewhere, enter_line
from sandbox.life.intents import take_back
from sandbox.life.means import MEANS
from sandbox.life.paying import collect_again
from sandbox.life.payouts import SCHEDULES, fail_payout, pay_out_everything, the_payout
from sandbox.life.refunds import agree_refund, fail_refund
from sandbox.life.renewals import ENDS
from sandbox.life.subscriptions import the_subscription
from sandbox.state.clock import ClockCannotGoBack
from sandbox.webhooks.endpoint import endpoints, register_endpoint
from sandbox.webhooks.queue import resend_event
from sandbox.world import World

Fields = Mapping[str, str]
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


class NotDone(ValueError):
    """The wish cannot be fulfilled; the message says why."""


def seconds_in(text: str) -> float:
    """+40d, 12h, 90m: as seconds."""
    found = re.fullmatch(r"\+?(\d{1,6})\s*([smhdw])", text.strip())
    if found is None:
        raise NotDone("say how far: +40d, +12h, +30m")
    return int(found[1]) * float(_SECONDS[found[2]])


def do(clock_control: ClockControl, name: str, fields: Fields) -> str:
    """Do what was asked; a sentence on what was done."""
    if name not in DEEDS:
        raise NotDone(f"there is no such thing to do: {name}")
    try:
        return DEEDS[name](clock_control, fields)
    except (ApiError, LookupError, ClockCannotGoBack) as impossible:
        raise NotDone(str(impossible)) from impossible


def _clock(clock_control: ClockControl, fields: Fields) -> str:
    """Advance by so much, to a day, stand still, or run."""
    wish, clock = fields.get("to", "").strip(), clock_control.world.clock
    if wish == "still":
        clock.stop()
    elif wish == "run":
        clock.run()
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", wish):
        clock_control.advance_to(datetime.fromisoformat(wish).replace(tzinfo=UTC).timestamp())
    else:
        clock_control.advance(seconds_in(wish))
    pace = "runs" if clock.running else "stands still"
    return f"The clock shows {clock.as_datetime():%-d %B %Y, %H:%M:%S} UTC and {pace}."


def _payout(clock_control: ClockControl, _: Fields) -> str:
    with clock_control.world.step():
        payouts = pay_out_everything(clock_control.world)
    return f"{len(payouts)} payout(s) made." if payouts else "Nothing is available to be paid out yet."


def _schedule(clock_control: ClockControl, fields: Fields) -> str:
    return _choose(clock_control.world, "payouts", fields.get("every", ""), SCHEDULES)


def _dunning(clock_control: ClockControl, fields: Fields) -> str:
    return _choose(clock_control.world, "dunning_end", fields.get("end", ""), ENDS)


def _choose(world: World, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise NotDone(f"choose one of {', '.join(allowed)}")
    with world.step():
        world.store.set_value(name, value)
    return f"{name}: {value}"


def _fail_payout(clock_control: ClockControl, fields: Fields) -> str:
    """The one that is named, or else the next."""
    with clock_control.world.step():
        if fields.get("payout"):
            return (
                f"{fail_payout(clock_control.world, the_payout(clock_control.world, fields['payout']))['id']} failed."
            )
        clock_control.world.store.set_value("next_payout_fails", True)
    return "The next payout will fail."


def _dispute(clock_control: ClockControl, fields: Fields) -> str:
    """Open one on a charge, or go on with one."""
    world = clock_control.world
    with world.step():
        if fields.get("charge"):
            inquiry = fields.get("verdict") == "inquiry"
            charge = world.store.get(fields["charge"])
            return f"{disputes.open_dispute(world, charge, inquiry=inquiry)['id']} opened."
        dispute = the_dispute(world, fields.get("dispute", ""))
        verdict = fields.get("verdict", "")
        steps = VERDICTS.get(verdict)
        if steps is None or dispute["status"] not in steps[0]:
            raise NotDone(f"a dispute that is {dispute['status']} cannot be made {verdict or 'anything'}")
        steps[1](world, dispute)
        return f"{dispute['id']} is {dispute['status']}."


def _answered(world: World, dispute: dict[str, object]) -> object:
    return disputes.answer(world, dispute, {"evidence": {"uncategorized_text": "A receipt."}, "submit": True})


_WAITING = ("warning_needs_response", "needs_response", "appeal_needs_response")
_DECIDABLE = ("needs_response", "under_review", "appeal_under_review")
VERDICTS: dict[str, tuple[tuple[str, ...], Callable[..., object]]] = {
    "answered": (_WAITING, _answered),
    "appealed": (("lost",), disputes.appeal),
    "closed": (("warning_needs_response", "warning_under_review"), disputes.close_inquiry),
    "escalated": (("warning_needs_response", "warning_under_review"), disputes.escalate),
    "lost": ((*_DECIDABLE, "appeal_needs_response"), lambda world, dispute: disputes.decide(world, dispute, won=False)),
    "prevented": (("warning_needs_response",), disputes.prevent),
    "won in part": (
        _DECIDABLE,
        lambda world, dispute: disputes.decide(world, dispute, won=True, part=dispute["amount"] // 2),
    ),
    "won": (_DECIDABLE, lambda world, dispute: disputes.decide(world, dispute, won=True)),
}


def _refund(clock_control: ClockControl, fields: Fields) -> str:
    with clock_control.world.step():
        refund = agree_refund(clock_control.world, {"charge": fields.get("charge", "")})
    return f"{refund['id']} is {refund['status']}."


def _fail_refund(clock_control: ClockControl, fields: Fields) -> str:
    world = clock_control.world
    with world.step():
        found = world.store.find(fields.get("refund", ""))
        if found is None or found["object"] != "refund" or found["status"] not in ("pending", "succeeded"):
            raise resource_missing("refund that could fail", fields.get("refund", ""))
        fail_refund(world, found["id"])
    return f"{found['id']} failed."


def _fail_charge(clock_control: ClockControl, fields: Fields) -> str:
    """A debit that had succeeded is taken back."""
    with clock_control.world.step():
        return (
            f"{take_back(clock_control.world, clock_control.world.store.get(fields.get('charge', '')))['id']} failed."
        )


def _collect_again(clock_control: ClockControl, fields: Fields) -> str:
    """What was taken back is tried once more; by a sound bank account, unless other means are named."""
    means = MEANS.get(fields.get("card", "00012345"))
    if means is None:
        raise NotDone("choose one of the test cards")
    with clock_control.world.step():
        charge = collect_again(clock_control.world, clock_control.world.store.get(fields.get("charge", "")), means)
    return f"{charge['id']} is {charge['status']}."


def _line(clock_control: ClockControl, fields: Fields) -> str:
    """A line of the balance that no payment made: Stripe's fee, a reserve, something new."""
    with clock_control.world.step():
        made = enter_line(
            clock_control.world, fields.get("category", "fee"), _pence(fields), fields.get("currency", "gbp")
        )
    return f"{made['id']}: {made['reporting_category']}."


def _charge(clock_control: ClockControl, fields: Fields) -> str:
    """A charge that is none of the product's."""
    with clock_control.world.step():
        charge = charge_elsewhere(clock_control.world, _pence(fields), fields.get("currency", "gbp"))
    return f"{charge['id']} is {charge['status']}."


def _pence(fields: Fields) -> int:
    if not re.fullmatch(r"-?\d{1,9}", fields.get("amount", "")):
        raise NotDone("say how much, in pence: 2500, or -2500")
    return int(fields["amount"])


def _fail_renewal(clock_control: ClockControl, fields: Fields) -> str:
    with clock_control.world.step():
        subscription = the_subscription(clock_control.world, fields.get("subscription", ""))
        clock_control.world.store.change(subscription, _fails_next=True)
    return f"The next charge of {subscription['id']} will fail."


def _chaos(clock_control: ClockControl, fields: Fields) -> str:
    """A mood by its name, or figures for single misfortunes."""
    if "mood" in fields and fields["mood"] not in PRESETS:
        raise NotDone(f"choose one of {', '.join(PRESETS)}")
    try:
        chaos = parse_chaos(dict(fields))
    except ValueError as unreadable:
        raise NotDone(str(unreadable)) from unreadable
    with clock_control.world.step():
        set_chaos(clock_control.world, chaos)
    return f"From now on: {chaos}"


def _limits(clock_control: ClockControl, fields: Fields) -> str:
    on = fields.get("on") == "on"
    with clock_control.world.step():
        clock_control.world.store.set_value("limited", on)
    return f"Rate limits are {'on' if on else 'off'}."


def _resend(clock_control: ClockControl, fields: Fields) -> str:
    with clock_control.world.step():
        resend_event(clock_control.world, fields.get("event", ""))
    return "Sent once more."


def _enable(clock_control: ClockControl, _: Fields) -> str:
    with clock_control.world.step():
        for endpoint in endpoints(clock_control.world):
            clock_control.world.store.change(endpoint, status="enabled", _failing_since=None)
        clock_control.world.endpoints = None
    return "The endpoint is enabled."


def _reset(clock_control: ClockControl, _: Fields) -> str:
    world = clock_control.world
    with world.store.transaction():
        world.store.delete_everything()
    world.chaos = world.endpoints = None
    register_endpoint(world)
    return "Everything is forgotten."


DEEDS: dict[str, Callable[[ClockControl, Fields], str]] = {
    "charge": _charge,
    "chaos": _chaos,
    "clock": _clock,
    "collect-again": _collect_again,
    "dispute": _dispute,
    "dunning": _dunning,
    "enable": _enable,
    "fail-charge": _fail_charge,
    "fail-payout": _fail_payout,
    "fail-refund": _fail_refund,
    "fail-renewal": _fail_renewal,
    "limits": _limits,
    "line": _line,
    "payout": _payout,
    "refund": _refund,
    "resend": _resend,
    "reset": _reset,
    "schedule": _schedule,
}
