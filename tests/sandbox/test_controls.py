"""The controls: each refuses what it cannot do with a sentence, and never does something else instead."""

from typing import Any

import pytest
import requests
import stripe
from typer.testing import CliRunner

from sandbox.chaos import ChaosSettings, current_chaos
from sandbox.commands import sandbox_commands
from sandbox.controls import CONTROLS, ControlRefused, run_control
from sandbox.twin import Twin
from tests.sandbox.loopback import Endpoint


def _do(twin: Twin, name: str, **fields: str) -> str:
    return run_control(twin.clock_control, name, fields)


@pytest.fixture
def objects(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any) -> dict[str, str]:
    """One object of each kind that a control or an event names: its kind and its id."""
    del endpoint  # events are queued for it
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)["id"]
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    disputed = twin.pay(client.v1.checkout.sessions.create(gift).id)["id"]
    _do(twin, "dispute", charge=disputed)
    client.v1.refunds.create({"charge": charge})
    twin.advance(10 * 86400)
    _do(twin, "payout")
    kinds: dict[str, str] = {}
    for id_, body in twin.world.store.query("SELECT id, kind FROM object"):
        kinds.setdefault(str(body), str(id_))
    return kinds


def test_an_event_is_sent_again_and_nothing_else_is(twin: Twin, objects: dict[str, str], endpoint: Endpoint) -> None:
    """A charge is no event: it is refused, and deliveries go on."""
    twin.settle()
    before = len(endpoint.bodies)
    with pytest.raises(ControlRefused, match=r"No such event: 'ch_"):
        _do(twin, "resend", event=objects["charge"])
    _do(twin, "resend", event=objects["event"])
    twin.settle()

    assert len(endpoint.bodies) == before + 1


def test_an_id_of_another_kind_is_refused_by_every_control(twin: Twin, objects: dict[str, str]) -> None:
    """Also where such an object has fields of the same names."""
    assert len(objects) > 10
    for name, control in CONTROLS.items():
        for field in set(control.fields) & {"charge", "dispute", "event", "payout", "refund", "subscription"}:
            for kind in set(objects) - {field}:
                with pytest.raises(ControlRefused, match=f"No such {field}: '{objects[kind]}'"):
                    _do(twin, name, **{field: objects[kind]}, **({"verdict": "won"} if field == "dispute" else {}))


@pytest.mark.parametrize("control", sorted(CONTROLS))
def test_a_misspelt_field_is_refused(address: str, twin: Twin, control: str) -> None:
    """Ignored, it would let a control do what it does by default: the next payout fails instead of this one."""
    answer = requests.post(
        f"{address}/do/{control}", {"misspelt": "x"}, headers={"Accept": "application/json"}, timeout=5
    )

    assert answer.status_code == 422
    assert "misspelt" in answer.json()["message"]
    assert twin.world.store.get_value("next_payout_fails") is None


def test_a_field_that_is_a_list_is_refused(address: str) -> None:
    """As one that is misspelt."""
    answer = requests.post(f"{address}/do/clock", {"to[0]": "+1d"}, headers={"Accept": "application/json"}, timeout=5)

    assert (answer.status_code, answer.json()["message"]) == (422, "Not done: clock has no to[…]; it has only to")


def test_rate_limits_are_on_or_off(twin: Twin) -> None:
    """Anything else is not off."""
    _do(twin, "limits", on="on")
    with pytest.raises(ControlRefused, match="on or off"):
        _do(twin, "limits", on="yes")
    assert twin.world.store.get_value("limited")


def test_chaos_that_is_set_one_by_one_adds_up(twin: Twin, address: str) -> None:
    """From the panel's control and from the command, which takes several; a preset begins anew."""
    _do(twin, "chaos", dropped="0.5")
    assert _do(twin, "chaos", delayed="0.1") == "From now on: delayed 0.1, dropped 0.5."
    result = CliRunner().invoke(sandbox_commands, ["chaos", "dropped=0", "twinned=1", "at=1", "--at", address])
    assert (result.exit_code, "chaos has no at" in result.output) == (1, True)
    result = CliRunner().invoke(sandbox_commands, ["chaos", "dropped=0", "twinned=1", "--at", address])
    assert result.exit_code == 0
    assert current_chaos(twin.world) == ChaosSettings(delayed=0.1, twinned=1.0)

    assert _do(twin, "chaos", mood="calm", api_429="1") == "From now on: api 429 1."
    assert _do(twin, "chaos", mood="calm") == "From now on: all is calm."


@pytest.mark.parametrize(
    "fields", [{"droped": "0.5"}, {"dropped": ""}, {"dropped": "often"}, {"dropped": "nan"}, {"dropped": "1.1"}, {}]
)
def test_misspelt_chaos_is_refused_and_changes_nothing(twin: Twin, fields: dict[str, str]) -> None:
    """Neither the fault's name nor its rate is guessed."""
    _do(twin, "chaos", delayed="0.25")
    with pytest.raises(ControlRefused, match=next(iter(fields), "mood")):
        _do(twin, "chaos", **fields)
    assert current_chaos(twin.world) == ChaosSettings(delayed=0.25)
