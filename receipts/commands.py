"""The commands `receipts …`: what is done with receipts from a shell."""

from pathlib import Path
from typing import Annotated

import typer

from called_as import CommandConsole
from receipts.signature import NoPublicKey, is_signed_by

out = CommandConsole(highlight=False, soft_wrap=True)
complain = CommandConsole(stderr=True, highlight=False, soft_wrap=True)

PdfFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The receipt as PDF, as it was sent.")]
KeyFile = Annotated[
    Path, typer.Option("--key", exists=True, dir_okay=False, help="The public key, from /verify/key.pem.")
]


def add_receipt_commands(app: typer.Typer) -> typer.Typer:
    """Add the group of commands; returns it for those that know more than receipts."""
    receipts = typer.Typer(no_args_is_help=True, help="Receipts, statements, and whether a paper is genuine.")
    app.add_typer(receipts, name="receipts")

    @receipts.callback()
    def several() -> None:
        """Receipts, statements, and whether a paper is genuine."""

    @receipts.command("verify")
    def verify(file: PdfFile, key: KeyFile) -> None:
        """Whether a PDF is as it was issued: without a network, a database or settings."""
        try:
            is_genuine = is_signed_by(file.read_bytes(), key.read_bytes())
        except NoPublicKey:
            raise typer.BadParameter(f"{key} holds no public key of a Farthing.") from None
        if not is_genuine:
            complain.print(
                f"{file.name} was not signed with this key, or was changed since. It may be from before signatures:"
                " compare its number and check code on the organisation's page /verify."
            )
            raise typer.Exit(1)
        out.print(
            f"{file.name} is genuine: not a byte has changed since it was issued. Whether it was replaced or refunded"
            " since, only the organisation's page /verify can say."
        )

    return receipts
