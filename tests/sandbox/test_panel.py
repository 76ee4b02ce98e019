"""The panel, the portal, the bank's page and the commands."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from typer.testing import CliRunner

from sandbox.commands import sandbox_commands
from sandbox.controls import CONTROLS
from sandbox.twin import Twin
from tests.sandbox.loopback import START, Endpoint, stripe_client

DAY = 86400
ROOT = Path(__file__).resolve().parents[2]


def _run(address: str, control: str, **fields: str) -> requests.Response:
    return requests.post(f"{address}/do/{control}", data=fields, headers={"Accept": "application/json"}, timeout=10)


def test_every_button_of_the_panel_can_be_pushed(
    twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, monthly: Any, address: str
) -> None:
    """Each form of the page, sent as a browser does, is answered with a message."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)["id"]
    twin.pay(client.v1.checkout.sessions.create(gift).id)
    twin.pay(client.v1.checkout.sessions.create(monthly).id)
    _run(address, "dispute", charge=charge)
    twin.advance(6 * DAY)
    page = requests.get(f"{address}/", timeout=5).text
    forms = re.findall(r'action="([^"]+)"[^>]*>(.*?)</form>', page, re.DOTALL)
    controls = set()
    for action, content in forms:
        fields = dict(re.findall(r'name="(\w[\w-]*)" value="([^"]*)"', content))
        if action.endswith("/reset"):
            continue
        answer = requests.post(action, data=fields, timeout=30)
        assert [(step.status_code, answer.status_code) for step in answer.history] == [(303, 200)], (action, fields)
        assert 'class="message"' in answer.text
        controls.add(action.rsplit("/", 1)[1])

    assert controls >= {
        "clock",
        "payout",
        "fail-payout",
        "schedule",
        "chaos",
        "limits",
        "resend",
        "dispute",
        "fail-renewal",
    }
    assert _run(address, "reset").status_code == 200
    assert client.v1.charges.list().data == []


def test_the_clock_is_controlled_by_words(twin: Twin, address: str) -> None:
    """Advanced by a duration, to a day, stopped, run; never back, and nonsense is refused."""
    assert _run(address, "clock", to="+40d").status_code == 200
    assert twin.world.clock.now() == START + 40 * DAY
    assert "2 February 2027" in _run(address, "clock", to="2027-02-02").json()["message"]
    assert "runs" in _run(address, "clock", to="run").json()["message"]
    assert twin.world.clock.running
    assert "stands still" in _run(address, "clock", to="still").json()["message"]
    for wrong in ("2020-01-01", "tomorrow", "-5d", ""):
        assert _run(address, "clock", to=wrong).status_code == 422


@pytest.mark.parametrize("control", sorted(set(CONTROLS) - {"reset", "enable", "payout", "limits", "fail-payout"}))
def test_nonsense_is_refused_with_a_sentence(address: str, control: str) -> None:
    """No field makes a control fail with a server error."""
    answer = _run(address, control, charge="x", dispute="x", verdict="x", refund="x", subscription="x", event="x",
                   every="x", end="x", mood="x", to="x")  # fmt: skip

    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Not done: ")


def test_a_reload_pushes_no_button_again(twin: Twin, address: str) -> None:
    """The button leads to a page of its own, which says what was done, also where it was refused."""
    pushed = requests.post(f"{address}/do/clock", {"to": "+1d"}, timeout=5)
    assert twin.world.clock.now() == START + DAY
    again = requests.get(pushed.url, timeout=5)
    assert twin.world.clock.now() == START + DAY
    assert "The clock shows" in pushed.text
    assert again.text == pushed.text

    refused = requests.post(f"{address}/do/clock", {"to": "<b>"}, timeout=5)
    assert (refused.history[0].status_code, refused.request.method) == (303, "GET")
    assert "Not done: say how far" in refused.text
    assert 'class="message"' not in requests.get(f"{address}/?reply=none", timeout=5).text


def test_another_sites_page_cannot_run_controls(address: str) -> None:
    """The panel accepts controls from its own page and from programs, not from pages of other sites."""
    for header, value in (("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")):
        assert requests.post(f"{address}/do/reset", headers={header: value}, timeout=5).status_code == 403
    own = {"Sec-Fetch-Site": "same-origin", "Origin": address}
    assert requests.post(f"{address}/do/reset", headers=own, timeout=5).status_code == 200


def test_the_bank_asks_and_the_payer_approves(twin: Twin, client: stripe.StripeClient, gift: Any) -> None:
    """3-D Secure: from the payment page to the bank's and back; first refused, then approved."""
    session = client.v1.checkout.sessions.create(gift)
    form = {"card": "4000002500003155", "email": "giver@example.org", "name": "Ada"}
    first = requests.post(str(session.url), data=form, timeout=5, allow_redirects=False)
    bank = first.headers["Location"]
    assert "Approve the payment" in requests.get(bank, timeout=5).text
    refused = requests.post(bank, data={"answer": "refuse"}, timeout=5)
    assert (refused.status_code, "unable to authenticate" in refused.text) == (402, True)

    second = requests.post(str(session.url), data=form, timeout=5, allow_redirects=False)
    approved = requests.post(second.headers["Location"], data={"answer": "approve"}, timeout=5, allow_redirects=False)
    assert approved.headers["Location"].endswith(session.id)
    charge = client.v1.charges.list().data
    assert [c.status for c in charge] == ["succeeded"]
    assert charge[0].to_dict()["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"
    assert requests.get(bank, timeout=5).status_code == 404


def test_unknown_pages_are_404(address: str) -> None:
    """Portal and bank."""
    for path in ("portal/bps_none", "approve/pi_none"):
        assert requests.get(f"{address}/{path}", timeout=5).status_code == 404
        assert requests.post(f"{address}/{path}", timeout=5).status_code == 404


def test_commands_run_the_same_controls(twin: Twin, client: stripe.StripeClient, gift: Any, address: str) -> None:
    """And print what was done, or why it was refused."""
    charge = twin.pay(client.v1.checkout.sessions.create(gift).id)["id"]

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(sandbox_commands, [*words, "--at", address])
        return result.exit_code, result.output

    assert run("dispute", charge) == (0, f"{client.v1.disputes.list().data[0].id} opened.\n")
    assert run("dispute", client.v1.disputes.list().data[0].id, "won")[0] == 0
    assert run("clock", "+5d")[0] == 0
    assert run("payout", "--every", "weekly") == (0, "payouts: weekly\n")
    assert run("payout", "--fail") == (0, "The next payout will fail.\n")
    assert run("chaos", "dropped=0.5")[0] == 0
    assert run("chaos", "furious")[0] == 1
    assert run("reset") == (0, "Everything is forgotten.\n")


def test_a_command_without_a_twin_says_so() -> None:
    """Without a stack trace."""
    result = CliRunner().invoke(sandbox_commands, ["payout", "--at", "http://127.0.0.1:9"])

    assert result.exit_code == 1
    assert "No twin answers" in result.output


def test_the_twin_is_served_alone(tmp_path: Path) -> None:
    """By one command, for any program; it stops when terminated, and its state is there the next time."""
    for expected in (0, 1):
        command = [sys.executable, "-c", "from sandbox.commands import sandbox_commands; sandbox_commands()", "serve",
                   "--port", "0", "--state", str(tmp_path / "twin.db")]  # fmt: skip
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            url = running.stdout.readline().split()[1].rstrip("/")
            client = stripe_client(url, "sk_test_sandbox_key")
            assert len(client.v1.products.list().data) == expected
            client.v1.products.create({"name": "kept"})
            running.terminate()
            running.wait(20)
