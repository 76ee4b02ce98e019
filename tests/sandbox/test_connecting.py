"""What the panel tells somebody who wants to connect: the key, the secret, lines to copy, and which calls there are."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import stripe

from sandbox.api.secret_key import secret_key_of
from sandbox.api.stripe_calls import stripe_calls
from sandbox.calls.all_calls import CALLS
from sandbox.examples import examples
from sandbox.twin import Twin
from tests.sandbox.loopback import KEY, SECRET, Endpoint

ANSWERED = {(call.method, call.path) for call in CALLS}


def _listed(page: str, title: str) -> set[tuple[str, str]]:
    """The calls in the list of this title."""
    content = re.search(rf"<summary>{title}.*?</details>", page, re.DOTALL)
    assert content, title
    lines = [line.split() for line in re.findall(r"<code>(.*?)</code>", content[0])]
    return {(method, path) for *methods, path in lines for method in methods}


def test_the_page_lists_the_calls_that_exist_and_those_that_do_not(address: str) -> None:
    """Together they are the calls of the installed library: each service method's, without exception."""
    page = requests.get(f"{address}/", timeout=10).text
    answered, missing = _listed(page, "The calls that the twin answers"), _listed(page, "Stripe does these")

    assert answered == ANSWERED
    assert answered <= stripe_calls()
    assert answered | missing == stripe_calls()
    assert not answered & missing
    assert {("POST", "/v1/coupons"), ("GET", "/v1/products/search"), ("POST", "/v2/core/events/{id}")} & missing


def test_every_request_of_the_librarys_services_is_a_call() -> None:
    """A new way of writing them would hide some."""
    services = list(Path(stripe.__file__).parent.rglob("*_service.py"))
    written = sum(service.read_text().count("self._request(") for service in services)

    assert len(services) > 150
    assert written - len(stripe_calls()) <= 1  # two services share one call


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/coupons"), ("GET", "/v1/products/search"), ("GET", "/v1/coupons/x"), ("DELETE", "/v1/products/x"),
     ("POST", "/v1/invoices/create_preview"), ("POST", "/v2/core/event_destinations")],
)  # fmt: skip
def test_a_call_that_only_stripe_answers_is_refused_as_that(address: str, method: str, path: str) -> None:
    """Also where the twin has a call whose id it could be; 404 as Stripe's own for a path that it does not know."""
    answer = requests.request(method, address + path, auth=(KEY, ""), timeout=10)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(f"Stripe does this; the twin does not yet: {method} {path}. ")
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert f"{address}/" in answer.json()["error"]["message"]


def test_the_page_prints_key_and_signing_secret(twin: Twin, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    """The endpoint's secret, also one that an endpoint has of its own."""
    own = client.v1.webhook_endpoints.create({"url": endpoint.url, "enabled_events": ["*"]}).secret
    page = requests.get(f"{twin.world.settings.public_url}/", timeout=10).text

    for word in (KEY, SECRET, own):
        assert f"<code>{word}</code>" in page


def test_the_lines_for_each_tool_stand_on_the_page(address: str) -> None:
    """Three lines each."""
    page = html.unescape(requests.get(f"{address}/", timeout=10).text)
    tools = dict(examples(address, KEY))

    assert list(tools) == ["Python", "Node", "curl", "Stripe CLI"]
    for lines in tools.values():
        assert len(lines.splitlines()) == 3
        assert lines in page
    assert re.search(r'host: "127\.0\.0\.1", port: \d+, protocol: "http"}', tools["Node"])


def test_the_lines_name_a_public_address_as_it_is() -> None:
    """The Stripe CLI refuses any address but 127.0.0.1's."""
    tools = dict(examples("https://try.example/sandbox", KEY))

    assert 'host: "try.example", port: 443, protocol: "https"' in tools["Node"]
    assert '"https://try.example/sandbox"' in tools["Python"]
    assert "Stripe CLI" not in tools


def test_the_lines_for_python_work(address: str) -> None:
    """As they are written."""
    lines = dict(examples(address, KEY))["Python"]
    ran = subprocess.run([sys.executable, "-c", lines], check=True, capture_output=True, text=True, timeout=30)

    assert '"object": "balance"' in ran.stdout


@pytest.mark.parametrize("sent", ["Basic", "Basic !", "Basic /w==", "Digest x", "", "Basic Og=="])
def test_a_header_without_a_key_is_refused(address: str, sent: str) -> None:
    """However it is broken."""
    answer = requests.get(f"{address}/v1/balance", headers={"Authorization": sent}, timeout=10)

    assert answer.status_code == 401


def test_the_key_is_a_bearer_token_or_a_user_name(address: str) -> None:
    """`curl -u KEY:` sends the second."""
    assert secret_key_of(f"Bearer {KEY}") == secret_key_of(f"bearer  {KEY} ") == KEY
    assert requests.get(f"{address}/v1/balance", auth=(KEY, ""), timeout=10).status_code == 200
    assert requests.get(f"{address}/v1/balance", auth=("another", KEY), timeout=10).status_code == 401
