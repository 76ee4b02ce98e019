"""The worker's part: an update goes out in batches; who asked is told when a campaign opens, or has closed."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaign_by_id, campaigns, parent_of
from campaigns.updates_store import update_of
from database.instants import Clock
from database.transactions import reading, writing
from mailing.letters import topic_letter, update_letter
from mailing.readers import AGREED_DONORS, readers_of
from mailing.signup import EndedBy, Topic
from mailing.stop_links import StopLinks
from mailing.store import end_signup, signed_up
from outbox.jobs import enqueue
from outbox.letters import is_address, post_letters
from outbox.worker import Chore, Handler
from web.pages import Pages

# Post a batch of an update's letters: {"campaign": number, "update": id, "after": the last address's key}.
SEND_UPDATE = "mailing.update"
# A batch, and the pause after it: a hundred letters a minute, which a shared mail server takes.
LETTERS_TOGETHER, PAUSE = 50, timedelta(seconds=30)
TELL_EVERY = timedelta(minutes=1)


def queue_update(conn: Connection, campaign: int, update_id: str, now: datetime, after: str = "") -> None:
    """Queue the next batch of an update's letters. The subject says after which address: a batch exists once."""
    payload = {"campaign": campaign, "update": update_id, "after": after}
    enqueue(conn, SEND_UPDATE, f"{update_id}:{after}", payload, now=now)


def mailing_jobs(
    engine: Engine, pages: Pages, links: StopLinks, donors: AGREED_DONORS, clock: Clock
) -> dict[str, Handler]:
    """The handler of SEND_UPDATE."""

    def send_update(payload: Any) -> None:
        with reading(engine) as conn:
            campaign = campaign_by_id(conn, payload["campaign"])
            update = update_of(conn, payload["campaign"], payload["update"])
            if campaign is None or update is None:
                return  # it was removed: nobody else is told
            readers = readers_of(conn, campaign, donors, payload["after"], LETTERS_TOGETHER)
        letters = [update_letter(pages, links, campaign, update, to) for to in readers if is_address(to.email)]
        with writing(engine) as conn:
            post_letters(conn, letters, clock())
            if readers:
                queue_update(conn, campaign.id, update.id, clock() + PAUSE, readers[-1].key)

    return {SEND_UPDATE: send_update}


def telling(engine: Engine, pages: Pages, links: StopLinks, clock: Clock) -> Chore:
    """The worker's chore: tells who asked, once, that a campaign has opened, and what became of it."""

    def tell() -> None:
        with reading(engine) as conn:
            due = [(campaign, topic) for campaign in campaigns(conn) for topic in _topics(conn, campaign, clock())]
        for campaign, topic in due:
            with writing(engine) as conn:
                _tell(conn, pages, links, (campaign, topic), clock())

    return Chore(TELL_EVERY, tell)


def _topics(conn: Connection, campaign: Campaign, now: datetime) -> list[Topic]:
    """What can be told of a campaign now."""
    openness = campaign.openness_under(parent_of(conn, campaign), now)
    told = {Topic.OPENS: openness is Openness.OPEN, Topic.OUTCOME: openness is Openness.CLOSED and campaign.outcome}
    return [topic for topic, is_due in told.items() if is_due and signed_up(conn, topic, [campaign.id], "", 1)]


def _tell(conn: Connection, pages: Pages, links: StopLinks, due: tuple[Campaign, Topic], now: datetime) -> None:
    campaign, topic = due
    signups = signed_up(conn, topic, [campaign.id], "", LETTERS_TOGETHER)
    post_letters(conn, [topic_letter(pages, links, campaign, signup) for signup in signups], now)
    for signup in signups:
        end_signup(conn, signup.id, EndedBy.SERVED, now)
