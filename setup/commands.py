"""The command `setup`: asks at a terminal what a live installation needs."""

from pathlib import Path
from typing import Annotated

import typer

from called_as import CommandConsole
from setup.conversation import Conversation, WrongOption
from setup.draft import FILE, SetupDraft
from setup.env_file import CannotWriteSetting
from setup.environment import SettingIsElsewhere
from setup.questions import KINDS, SetupPorts, hold_conversation

out = CommandConsole(highlight=False, soft_wrap=True)
errors = CommandConsole(stderr=True, highlight=False, soft_wrap=True)


def prompt(question: str, *, default: str, secret: bool) -> str:
    """Ask at the terminal."""
    shown = bool(default.strip())
    return str(typer.prompt(question, default=default, show_default=shown, hide_input=secret))


def say(sentence: str, style: str | None = None) -> None:
    """Print a sentence."""
    out.print(sentence, style=style, markup=False)


def add_setup_command(app: typer.Typer, ports: SetupPorts) -> None:
    """Add the command."""

    @app.command("setup")
    def set_up_installation(  # noqa: PLR0913, PLR0917  (one argument for each option of the command)
        stripe_key: Annotated[str | None, typer.Option(help="Better asked for: a command line can be seen.")] = None,
        new_key: Annotated[bool, typer.Option("--new-key", help="Ask for another key of Stripe's.")] = False,
        stripe_api_base: Annotated[str | None, typer.Option(help="Rehearse with a twin that is served there.")] = None,
        base_url: Annotated[str | None, typer.Option(help="The address that donors see.")] = None,
        name: Annotated[str | None, typer.Option(help="The legal name of who receives the gifts.")] = None,
        kind: Annotated[str | None, typer.Option(help=f"What it is in law: {', '.join(KINDS)}.")] = None,
        address: Annotated[str | None, typer.Option(help="Its postal address, with commas between the lines.")] = None,
        email: Annotated[str | None, typer.Option(help="Where donors write to.")] = None,
        website: Annotated[str | None, typer.Option(help="Its own website.")] = None,
        imprint: Annotated[str | None, typer.Option(help="The imprint of every page.")] = None,
        legal_note: Annotated[str | None, typer.Option(help="A sentence on what it is in law.")] = None,
        campaign: Annotated[str | None, typer.Option(help="The title of the first campaign.")] = None,
        story: Annotated[str | None, typer.Option(help="What it is for.")] = None,
        target: Annotated[str | None, typer.Option(help="How much it is to raise, in pounds.")] = None,
        owner: Annotated[str | None, typer.Option(help="The email address of who owns the desk.")] = None,
        mail_host: Annotated[str | None, typer.Option(help="The mail server.")] = None,
        mail_from: Annotated[str | None, typer.Option(help="The address that letters come from.")] = None,
        no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing: say what is missing.")] = False,
        var_dir: Annotated[Path | None, typer.Option(help="Where SQLite files and sandbox keys are kept.")] = None,
    ) -> None:
        """Set up a live installation: asks a few questions, makes the webhook endpoint, says what is left."""
        given = {
            "stripe-key": stripe_key, "stripe-api-base": stripe_api_base, "base-url": base_url, "name": name,
            "kind": kind, "address": address, "email": email, "website": website, "imprint": imprint,
            "legal-note": legal_note, "campaign": campaign, "story": story, "target": target, "owner": owner,
            "mail-host": mail_host, "mail-from": mail_from, "new-key": "yes" if new_key else None,
        }  # fmt: skip
        draft = SetupDraft(ports.file.path.with_name(FILE))
        talk = Conversation(given, say, None if no_input else prompt, draft=draft)
        try:
            hold_conversation(talk, ports, var_dir)
        except (WrongOption, SettingIsElsewhere, CannotWriteSetting) as refused:
            errors.print(str(refused), style="red", markup=False)
            raise typer.Exit(2) from None
