"""The worker's part: an update goes out in batches; who asked is told when a campaign opens, or has closed."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaign_by_id, parent_of
from campaigns.updates_store import update_of
from database.instants import Clock
from database.transactions import reading, writing
from mailing.letters import topic_letter, update_letter
from mailing.readers import AGREED_DONORS, readers_of
from mailing.signup import EndedBy, Topic
from mailing.stop_links import StopLinks
from mailing.store import end_signup, signed_up, waiting_topics
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
        now = clock()
        with reading(engine) as conn:
            due = [
                (campaign, topic)
                for number, topic in waiting_topics(conn)
                if (campaign := campaign_by_id(conn, number)) and _can_be_told(conn, campaign, topic, now)
            ]
        for campaign, topic in due:
            _tell(engine, pages, links, (campaign, topic), now)

    return Chore(TELL_EVERY, tell)


def _can_be_told(conn: Connection, campaign: Campaign, topic: Topic, now: datetime) -> bool:
    """Whether a campaign has opened, or has closed and says what became of it."""
    openness = campaign.openness_under(parent_of(conn, campaign), now)
    if topic is Topic.OPENS:
        return openness is Openness.OPEN
    return openness is Openness.CLOSED and bool(campaign.outcome)


def _tell(engine: Engine, pages: Pages, links: StopLinks, due: tuple[Campaign, Topic], now: datetime) -> None:
    campaign, topic = due
    with reading(engine) as conn:
        signups = signed_up(conn, topic, [campaign.id], "", LETTERS_TOGETHER)
    letters = [topic_letter(pages, links, campaign, signup) for signup in signups]
    with writing(engine) as conn:
        post_letters(conn, letters, now)
        for signup in signups:
            end_signup(conn, signup.id, EndedBy.SERVED, now)
