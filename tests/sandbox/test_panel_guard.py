"""The panel guard: at a public host a stranger reaches what is open by intent, and nothing else."""

import socket
import threading
from collections.abc import Iterator

import pytest
import requests
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from typer.testing import CliRunner

from sandbox.commands import sandbox_commands
from sandbox.twin import Twin
from tests.sandbox.loopback import KEY, served_app

OPEN = {
    "/v1/{path:path}",
    "/v2/{path:path}",
    "/checkout/{id}",
    "/link/{id}",
    "/approve/{id}",
    "/portal/{id}",
    "/static/twin.css",
}
TEAPOT = 418


def _refuse(request: Request) -> ASGIApp | None:
    """Lets through whoever has a cookie."""
    return None if request.cookies else PlainTextResponse("Sign in first.", TEAPOT)


@pytest.fixture
def guarded(twin: Twin) -> Iterator[str]:
    """The address of the twin behind a guard, with one more page of the panel."""

    async def respond(_: Request) -> PlainTextResponse:
        return PlainTextResponse("New.")

    twin.panel_routes.append(Route("/new", respond))
    with served_app(twin.guarded_app(_refuse)) as url:
        twin.attach(public_url=url)
        yield url


def test_what_is_open_is_written_down(twin: Twin) -> None:
    """Whoever opens one more route has to say so here."""
    assert {route.path for route in twin.open_routes} == OPEN


def test_every_route_that_is_not_open_asks_the_guard(twin: Twin, guarded: str) -> None:
    """A new one too, by default; and whatever is not there at all."""
    closed = {(method, route.path) for route in twin.panel_routes for method in route.methods or ()}
    assert {path for _, path in closed} >= {"/", "/do/{name}", "/new"}
    for method, path in (*closed, ("GET", "/none"), ("GET", "/checkout/../do/reset"), ("GET", "//")):
        address = guarded + path.replace("{name}", "reset")
        assert requests.request(method, address, timeout=5).status_code == TEAPOT, (method, path)
        allowed = requests.request(method, address, cookies={"session": "x"}, timeout=5, allow_redirects=False)
        assert allowed.status_code in {200, 303, 404, 405}, (method, path)


def test_open_routes_do_not_ask(twin: Twin, guarded: str) -> None:
    """Payers have no session at the desk; the API has its key."""
    expected = {"v1": 401, "v2": 401, "checkout": 404, "link": 422, "approve": 404, "portal": 404, "static": 200}
    for route in twin.open_routes:
        address = guarded + route.path.replace("{path:path}", "balance").replace("{id}", "none")
        assert requests.get(address, timeout=5).status_code == expected[route.path.split("/")[1]], route.path


def test_a_program_with_the_key_may_run_controls(guarded: str) -> None:
    """As the commands do, which have no cookie."""
    headers = {"Accept": "application/json"}
    address = f"{guarded}/do/payout"
    assert requests.post(address, auth=(KEY, ""), headers=headers, timeout=5).status_code == 200
    for key in ("", "sk_test_sandbox_other", f"{KEY}é"):
        wrong = headers | {"Authorization": f"Bearer {key}".encode().decode("latin-1")}
        assert requests.post(address, headers=wrong, timeout=5).status_code == TEAPOT


def test_the_commands_take_the_key(guarded: str) -> None:
    """From an option or the environment."""
    run = CliRunner().invoke
    assert run(sandbox_commands, ["payout", "--at", guarded, "--key", KEY]).exit_code == 0
    assert run(sandbox_commands, ["payout", "--at", guarded], env={"SANDBOX_KEY": KEY}).exit_code == 0
    assert run(sandbox_commands, ["payout", "--at", guarded]).output == f"The twin answered {TEAPOT}.\n"


def test_a_key_that_the_installation_knows_goes_to_its_own_twin_alone(guarded: str) -> None:
    """Not to whatever address is named, and into no help."""
    run = CliRunner().invoke
    assert run(sandbox_commands, ["payout", "--at", guarded], obj={guarded: KEY}).exit_code == 0
    assert str(TEAPOT) in run(sandbox_commands, ["payout", "--at", guarded], obj={"http://elsewhere": KEY}).output
    assert KEY not in run(sandbox_commands, ["payout", "--help"], obj={guarded: KEY}).output


def test_a_twin_that_hangs_up_is_said_in_a_sentence() -> None:
    """No traceback where the connection breaks after it was made."""

    def hang_up(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            connection.recv(10_000)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=hang_up, args=(listening,))
        answering.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        result = CliRunner().invoke(sandbox_commands, ["payout", "--at", address])
        answering.join()
    assert (result.exit_code, result.output.startswith(f"No twin answers at {address}")) == (1, True)
