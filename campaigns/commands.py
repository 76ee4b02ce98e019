"""The command `campaign add`: the first campaign of a live installation, from a shell."""

from typing import Annotated

import typer
from sqlalchemy.engine import Engine

from campaigns.campaign import STORY_LENGTH, TITLE_LENGTH, BadCampaign, Campaign, slug_of
from campaigns.store import AddressTaken, add_campaign
from database.instants import Clock
from ledger.money import BadAmount, Money, UnknownCurrency, currency
from staff.act import Subject, by_command
from staff.changing import changing
from staff.commands import OpenedInstallation, VarDir
from web.typed import NotTidy, compact, tidy

Slug = Annotated[str, typer.Option(help="Its address: /c/SLUG. Made from the title if it is not given.")]
GoalText = Annotated[str, typer.Option(help="How much it is to raise, like 5000. Without it there is no bar.")]
InCurrency = Annotated[str, typer.Option("--currency", help="The currency that its gifts are in.")]


def add_campaign_commands(app: typer.Typer, opened: OpenedInstallation, clock: Clock) -> None:
    """Add the command. `opened` gives this installation's web address and its database."""
    campaign = typer.Typer(no_args_is_help=True, help="What donors give to.")
    app.add_typer(campaign, name="campaign")

    @campaign.callback()
    def several() -> None:
        """What donors give to."""

    @campaign.command("add")
    def add(
        title: str,
        story: str = "",
        target: GoalText = "",
        slug: Slug = "",
        code: InCurrency = "GBP",
        var_dir: VarDir = None,
    ) -> None:
        """Make a campaign that is open at once, and print its address."""
        try:
            new = _campaign(title, story, target, slug, code)
        except (BadCampaign, BadAmount, NotTidy, UnknownCurrency) as mistake:
            raise typer.BadParameter(f"{str(mistake).rstrip('.')}. Nothing was changed.") from None
        with opened(var_dir) as (base_url, engine):
            _keep(engine, new, clock)
            typer.echo(f"{base_url}/c/{new.slug}")


def _campaign(title: str, story: str, target: str, slug: str, code: str) -> Campaign:
    title, of = tidy(title, TITLE_LENGTH), currency(compact(code))
    goal = Money.parse(compact(target), of) if target else None
    address = compact(slug) or slug_of(title)
    if not address:
        raise BadCampaign("no address can be made of this title: give one with --slug, such as every-branch-open")
    return Campaign(0, address, title, tidy(story, STORY_LENGTH, lines=True) or title, of, goal)


def _keep(engine: Engine, new: Campaign, clock: Clock) -> None:
    with changing(engine, by_command("campaign add"), clock()) as change:
        try:
            number = add_campaign(change.conn, new)
        except AddressTaken:
            raise typer.BadParameter(f"There is a campaign at /c/{new.slug} already: give another --slug.") from None
        change.record("campaign added", Subject("campaign", str(number)), after={"slug": new.slug, "title": new.title})
