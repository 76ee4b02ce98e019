"""Commands for the twin: serve it alone, and run the panel's controls from a shell.

They call the running twin over HTTP, because only one process may change a twin's state and clock. `replay` and
`soak` make a twin of their own.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from http.client import HTTPException
from pathlib import Path
from typing import Annotated
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox import replay as replay_module
from sandbox import soak as soak_module
from sandbox.twin import KEY_PREFIX, TwinSettings, open_twin
from sandbox.verdicts import VERDICTS

sandbox_commands = typer.Typer(help="The Stripe twin of the sandbox.", no_args_is_help=True)
At = Annotated[str, typer.Option(envvar="SANDBOX_URL", help="Where the running twin is.")]
Key = Annotated[
    str | None,
    typer.Option("--key", envvar="SANDBOX_KEY", help="The twin's API key, where its panel is behind a sign-in."),
]
DEFAULT_URL = "http://127.0.0.1:8000/sandbox"


_HINT = {403: " Its panel is behind a sign-in: give its API key with --key, or as SANDBOX_KEY."}


def _run_control(
    context: typer.Context, at: str, api_key: str | None, name: str, fields: Mapping[str, str] | None = None
) -> None:
    """Run a control of the twin at this address, and print its reply; exit code 1 where it is refused.

    `context.obj` holds the keys of twins that this installation knows, by their addresses: a key goes nowhere else.
    """
    if not at.startswith(("http://", "https://")):
        raise typer.BadParameter("the twin's address begins with http://")
    key = api_key or (context.obj or {}).get(at.rstrip("/"))
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = Request(  # noqa: S310  (checked above)
        f"{at.rstrip('/')}/do/{name}", urlencode(fields or {}).encode(), headers, method="POST"
    )
    try:
        with urlopen(request, timeout=600) as response:  # noqa: S310
            typer.echo(json.load(response)["message"])
    except HTTPError as error:
        with error:
            message = (
                json.load(error)["message"]
                if error.code == 422
                else f"The twin answered {error.code}.{_HINT.get(error.code, '')}"
            )
        typer.echo(message, err=True)
        raise typer.Exit(1) from error
    except (OSError, HTTPException) as unreachable:  # also where the connection breaks after it was made
        typer.echo(f"No twin answers at {at}: {unreachable}. Is it running? Say where with --at.", err=True)
        raise typer.Exit(1) from unreachable


@sandbox_commands.command()
def serve(  # noqa: PLR0913, PLR0917  (one argument for each option of the command)
    endpoint: Annotated[str | None, typer.Option(help="The one address that gets the webhooks.")] = None,
    secret: Annotated[str, typer.Option(envvar="SANDBOX_ENDPOINT_SECRET")] = "whsec_sandbox",  # noqa: S107
    key: Annotated[str, typer.Option(help="The API key to accept.")] = "sk_test_sandbox_key",
    state: Annotated[Path | None, typer.Option(help="Keep everything in this file; else in memory.")] = None,
    port: int = 12111,
    organisation: str = "A test organisation",
    seed: int = 0,
    unregistered: Annotated[
        bool,
        typer.Option("--unregistered", help="Deliver nothing before a program registers the address, as at Stripe."),
    ] = False,
) -> None:
    """Serve the twin alone, for any program that speaks to Stripe."""
    if not key.startswith(KEY_PREFIX):
        raise typer.BadParameter(f"the twin's key must begin with {KEY_PREFIX}: it is never mistaken for a real one")
    bound = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    twin = open_twin(TwinSettings(url, key, endpoint, secret, organisation, not unregistered), state, seed=seed)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with twin.lifespan():
            yield

    typer.echo(f"Panel: {url}/\nStripe API: base address {url}, key {key}")
    if endpoint is not None and unregistered:
        typer.echo(f"Webhooks: sent to {endpoint} once it is registered there")
    elif endpoint is not None:
        typer.echo(f"Webhooks: sent to {endpoint}, signing secret {secret}")
    app = Starlette(routes=[Mount("/", twin.app)], lifespan=lifespan)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[bound])


@sandbox_commands.command(context_settings={"ignore_unknown_options": True})
def clock(
    context: typer.Context,
    to: Annotated[str, typer.Argument(help="+40d, +12h, 2027-01-31, still, run")],
    at: At = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Advance, stop or run the twin's clock; everything due in between happens in order."""
    _run_control(context, at, api_key, "clock", {"to": to})


@sandbox_commands.command()
def payout(
    context: typer.Context,
    at: At = DEFAULT_URL,
    api_key: Key = None,
    fail: Annotated[bool, typer.Option(help="Let the next payout fail instead.")] = False,
    every: Annotated[str | None, typer.Option(help="Set the schedule: daily, weekly, manual.")] = None,
) -> None:
    """Pay out what is available now, let the next payout fail, or set the schedule."""
    if every is not None:
        _run_control(context, at, api_key, "schedule", {"every": every})
    elif fail:
        _run_control(context, at, api_key, "fail-payout")
    else:
        _run_control(context, at, api_key, "payout")


@sandbox_commands.command()
def dispute(
    context: typer.Context,
    object_id: Annotated[
        str, typer.Argument(help="A charge (ch_…, py_…) to dispute, or a dispute (du_…) to bring to a verdict.")
    ],
    verdict: Annotated[str, typer.Argument(help=f"inquiry | {', '.join(VERDICTS)}, corrected")] = "",
    amount: Annotated[
        str, typer.Option(help="By how much it is corrected, in the smallest units of the balance's currency.")
    ] = "",
    at: At = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Dispute a charge, or decide a dispute."""
    fields = {
        "dispute" if object_id.startswith("du_") else "charge": object_id, "verdict": verdict, "amount": amount
    }  # fmt: skip
    _run_control(context, at, api_key, "dispute", {name: typed for name, typed in fields.items() if typed})


@sandbox_commands.command()
def chaos(
    context: typer.Context,
    settings: Annotated[
        list[str], typer.Argument(help="calm, rough, wild; or rates of single faults, such as dropped=0.5 delayed=0.1")
    ],
    at: At = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Let the twin misbehave, or be calm again. A fault that is not named keeps its rate."""
    pairs = [setting.partition("=") for setting in settings]
    _run_control(
        context,
        at,
        api_key,
        "chaos",
        {name if equals else "mood": rate if equals else name for name, equals, rate in pairs},
    )


@sandbox_commands.command()
def reset(context: typer.Context, at: At = DEFAULT_URL, api_key: Key = None) -> None:
    """Delete every object, event and delivery."""
    _run_control(context, at, api_key, "reset")


@sandbox_commands.command()
def replay(seed: int, steps: int = 200) -> None:
    """Print the history of a seed: the same bytes each time."""
    for line in replay_module.replay(seed, steps):
        sys.stdout.buffer.write(line)


@sandbox_commands.command()
def soak(
    gifts: int = 2000,
    givers: int = 100,
    days: int = 365,
    state: Annotated[Path | None, typer.Option(help="Keep the state in this file; else in memory.")] = None,
) -> None:
    """Measure how fast the twin is."""
    payments = soak_module.measure_payments(gifts, state)
    renewals = soak_module.measure_renewals(givers, days)
    typer.echo(json.dumps({"give": asdict(payments), "pass_time": asdict(renewals)}, indent=2))
