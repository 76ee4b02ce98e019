"""Commands for the twin: serve it alone, and push the panel's buttons from a shell.

They speak to the running twin over HTTP, at its panel: it alone holds the clock, and two programs that write one
file would make two orders of time. Only `replay` and `soak` need no running twin.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox import soak as soaking
from sandbox.replay import replay as replaying
from sandbox.twin import TwinSettings, open_twin

sandbox_commands = typer.Typer(help="The Stripe twin of the sandbox.", no_args_is_help=True)
At = Annotated[str, typer.Option(envvar="SANDBOX_URL", help="Where the running twin is.")]
HERE = "http://127.0.0.1:8000/sandbox"


def _push(at: str, name: str, **fields: str) -> None:
    """Push one of the panel's buttons; say what was done."""
    if not at.startswith(("http://", "https://")):
        raise typer.BadParameter("the twin's address begins with http://")
    asked = Request(  # noqa: S310  (checked above)
        f"{at.rstrip('/')}/do/{name}", urlencode(fields).encode(), {"Accept": "application/json"}, method="POST"
    )
    try:
        with urlopen(asked, timeout=600) as answer:  # noqa: S310
            typer.echo(json.load(answer)["said"])
    except HTTPError as refused:
        with refused:
            said = json.load(refused)["said"] if refused.code == 422 else f"The twin answered {refused.code}."
        typer.echo(said, err=True)
        raise typer.Exit(1) from refused
    except (URLError, TimeoutError) as unreachable:
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
) -> None:
    """Serve the twin alone, for any program that speaks to Stripe."""
    bound = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    twin = open_twin(TwinSettings(url, key, endpoint, secret, organisation), state, seed=seed)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with twin.lifespan():
            yield

    typer.echo(f"Panel: {url}/\nStripe API: base address {url}, key {key}")
    app = Starlette(routes=[Mount("/", twin.app)], lifespan=lifespan)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[bound])


@sandbox_commands.command(context_settings={"ignore_unknown_options": True})
def clock(to: Annotated[str, typer.Argument(help="+40d, +12h, 2027-01-31, still, run")], at: At = HERE) -> None:
    """Turn the twin's clock; everything due in between happens in order."""
    _push(at, "clock", to=to)


@sandbox_commands.command()
def payout(
    at: At = HERE,
    fail: Annotated[bool, typer.Option(help="Let the next payout fail instead.")] = False,
    every: Annotated[str | None, typer.Option(help="Set the schedule: daily, weekly, manual.")] = None,
) -> None:
    """Pay out what is available now, or say how payouts go."""
    if every is not None:
        _push(at, "schedule", every=every)
    elif fail:
        _push(at, "fail-payout")
    else:
        _push(at, "payout")


@sandbox_commands.command()
def dispute(
    which: Annotated[str, typer.Argument(help="A charge (ch_…, py_…) to dispute, or a dispute (du_…) to go on with.")],
    verdict: Annotated[
        str, typer.Argument(help="inquiry | answered, won, lost, escalated, closed, prevented, appealed")
    ] = "",
    at: At = HERE,
) -> None:
    """Dispute a charge, or decide a dispute."""
    subject = "dispute" if which.startswith("du_") else "charge"
    _push(at, "dispute", **{subject: which}, **({"verdict": verdict} if verdict else {}))


@sandbox_commands.command()
def chaos(
    mood: Annotated[str, typer.Argument(help="calm, rough, wild; or one misfortune, such as dropped=0.5")],
    at: At = HERE,
) -> None:
    """Let the twin misbehave, or be calm again."""
    name, given, value = mood.partition("=")
    _push(at, "chaos", **({name: value} if given else {"mood": mood}))


@sandbox_commands.command()
def reset(at: At = HERE) -> None:
    """Forget every object, event and delivery."""
    _push(at, "reset")


@sandbox_commands.command()
def replay(seed: int, steps: int = 200) -> None:
    """Print the history of a seed: the same bytes each time."""
    for line in replaying(seed, steps):
        sys.stdout.buffer.write(line)


@sandbox_commands.command()
def soak(
    gifts: int = 2000,
    givers: int = 100,
    days: int = 365,
    state: Annotated[Path | None, typer.Option(help="Keep the state in this file; else in memory.")] = None,
) -> None:
    """Measure how fast the twin is."""
    given = soaking.give(gifts, state)
    passed = soaking.pass_time(givers, days)
    typer.echo(json.dumps({"give": asdict(given), "pass_time": asdict(passed)}, indent=2))
