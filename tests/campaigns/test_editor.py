"""Several people at the desk at the same moment: one gets an address, one edit counts."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

from sqlalchemy import Engine

from campaigns.campaign import Campaign, CampaignState
from campaigns.editing.editor import CampaignEditor
from campaigns.store import AddressTaken, CampaignChanged, campaigns, change_campaign, old_addresses
from database.transactions import reading, writing
from ledger.money import GBP
from staff.act import by_command
from tests.clock import FixedClock

AT_ONCE = 4
ADA = by_command("campaign add")
NEW = Campaign(0, "hall", "A hall", "A story.", GBP, state=CampaignState.DRAFT)


def outcomes(act: Callable[[int], object]) -> list[str]:
    """What each of several gets who act at once: the name of a refusal, or of what is returned."""
    start, ends = Barrier(AT_ONCE), list[str]()

    def run(n: int) -> None:
        start.wait()
        try:
            ends.append(type(act(n)).__name__)
        except (AddressTaken, CampaignChanged) as refusal:
            ends.append(type(refusal).__name__)

    threads = [Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_one_of_several_gets_an_address(engine: Engine, clock: FixedClock) -> None:
    """The others are asked for another one."""
    editor = CampaignEditor(engine, clock)

    ends = outcomes(lambda _n: editor.add(ADA, NEW))

    assert ends == ["AddressTaken"] * (AT_ONCE - 1) + ["int"]


def test_several_campaigns_are_made_at_once(engine: Engine, clock: FixedClock) -> None:
    """Each under a number of its own."""
    editor = CampaignEditor(engine, clock)

    ends = outcomes(lambda n: editor.add(ADA, replace(NEW, slug=f"hall-{n}")))

    with reading(engine) as conn:
        kept = campaigns(conn)
    assert ends == ["int"] * AT_ONCE
    assert {campaign.id for campaign in kept} == set(range(1, AT_ONCE + 1))


def test_one_of_several_edits_counts(engine: Engine, clock: FixedClock) -> None:
    """The others hear that somebody was there before."""
    editor = CampaignEditor(engine, clock)
    editor.add(ADA, NEW)
    read = editor.read(1, "1")

    ends = outcomes(lambda n: editor.edit(ADA, read, replace(read, title=f"Title {n}"), "campaign edited"))

    assert ends == ["CampaignChanged"] * (AT_ONCE - 1) + ["NoneType"]


def test_an_address_moves_to_one_of_two_campaigns(engine: Engine, clock: FixedClock) -> None:
    """Whoever comes second keeps their own."""
    editor = CampaignEditor(engine, clock)
    for n in range(AT_ONCE):
        editor.add(ADA, replace(NEW, slug=f"hall-{n}", state=CampaignState.PUBLISHED))

    def move(n: int) -> None:
        read = editor.read(n + 1, "1")
        editor.edit(ADA, read, replace(read, slug="wanted"), "campaign edited")

    ends = outcomes(move)

    assert ends == ["AddressTaken"] * (AT_ONCE - 1) + ["NoneType"]
    with reading(engine) as conn:
        mover = next(campaign for campaign in campaigns(conn) if campaign.slug == "wanted")
        assert old_addresses(conn, mover) == [f"hall-{mover.id - 1}"]


def test_the_database_itself_keeps_the_version(engine: Engine, clock: FixedClock) -> None:
    """Also for who has read the campaign before and asks nobody."""
    editor = CampaignEditor(engine, clock)
    editor.add(ADA, NEW)
    read = editor.read(1, "1")
    editor.edit(ADA, read, replace(read, title="First"), "campaign edited")

    def write(_n: int) -> None:
        with writing(engine) as conn:
            change_campaign(conn, read, replace(read, title="Late"))

    assert outcomes(write) == ["CampaignChanged"] * AT_ONCE
