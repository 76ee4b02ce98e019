"""A campaigning body that does not exist, for a first start: four campaigns in four states."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.offer import ONCE, CampaignOffer, SuggestedAmount
from campaigns.store import add_campaign, campaigns
from campaigns.updates_store import CampaignUpdate, add_update
from ledger.money import GBP, Money
from organisation.organisation import Organisation

NAMES = UUID("c0b7e1f4-5a3d-4f0e-8f43-3a1d6f5c9a20")  # the name space of the ids of what the demo plants

DEMO_ORGANISATION = Organisation(
    name="Every Branch Open",
    address=("The Old Tram Works", "4 Lantern Row", "Marlbridge", "ZZ1 4QT"),
    email="hello@everybranchopen.example",
    imprint="Promoted by Every Branch Open, The Old Tram Works, 4 Lantern Row, Marlbridge, ZZ1 4QT.",
    url="https://everybranchopen.example",
    legal_note="Every Branch Open is a campaigning body, not a charity. Gift Aid cannot be claimed.",
    timezone="Europe/London",
)

ASK = """
Every candidate in every seat should have to say it out loud: will you keep our libraries open?

Our 41 local groups are printing a plain card for every doorstep, booking halls for 60 hustings, and sending
each candidate one question with a date to answer by. The answers go on one page, where any voter can look
them up by postcode. We endorse nobody and attack nobody. We print what they say, and who said nothing.

£10 prints 200 cards. £25 books a village hall for an evening. £60 sends the question to every candidate in
one seat by recorded post.
"""

VAN = """
When the branch in Thornby closed, the nearest shelf was eleven miles away and the bus had already gone. So
last winter we lent the village a van.

It stops at the school gate, the surgery and the sheltered flats: eleven stops, every second week, with 1,400
books, two laptops and somebody who can help with a form. We want to keep it on the road for another year and
show the county what it costs, to the pound, so that nobody can say it cannot be done.

£8 is one stop. £30 is a tank of diesel. £88 is a whole round. £250 is a month of insurance.
"""

COURT = """
The county closed nine branches in one evening, and asked nobody. We said that was unlawful, and hired a
barrister for a day to say it in court.

You gave what the day cost.
"""

OUTCOME = """
**The judge agreed.** The closures were quashed, the county has to consult again, and all nine branches are open while
it does. What was left after costs is kept for the next hearing.
"""

NIGHT = """
On one winter evening, in 41 places at once, we read aloud in front of the libraries that are to close next
spring. Bring a coat and one page that you love.

Gifts on the night pay for stewards, hot drinks and a sound system that a whole square can hear.
"""


# Days ago, which of the campaigns, title, text.
UPDATES = (
    (
        2, 0, "Forty-six halls are booked",
        "Thornby, Marlbridge and Ferry Lane were the last to find a room. *Fourteen* seats are still without a date:"
        " if you know a caretaker, write to us.",
    ),
    (6, 0, "The first answers are in", "Three candidates have written back, and all three said yes in one sentence."),
    (11, 1, "A thousand books lent", "The thousandth was *A Wizard of Earthsea*, lent at the school gate."),
)  # fmt: skip


def add_demo_campaigns(conn: Connection, now: datetime, timezone: str = DEMO_ORGANISATION.timezone) -> list[int]:
    """Keep the demo campaigns, dated around `now` in this zone, unless there are campaigns; returns their numbers."""
    if campaigns(conn):
        return []
    numbers = [add_campaign(conn, campaign) for campaign in demo_campaigns(now, timezone)]
    today = now.astimezone(ZoneInfo(timezone)).date()
    for n, (days_ago, campaign, title, text) in enumerate(UPDATES):
        day = today - timedelta(days=days_ago)
        update_id = str(uuid5(NAMES, f"update {n}"))
        add_update(conn, CampaignUpdate(update_id, numbers[campaign], day, title, text.strip(), now))
    return numbers


def demo_campaigns(now: datetime, timezone: str = DEMO_ORGANISATION.timezone) -> list[Campaign]:
    """Two campaigns are open, the third is closed, the fourth opens in some weeks. Days are the time zone's, and whole.

    The second has amounts of its own, because its story says what each of them does.
    """
    zone = ZoneInfo(timezone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def start_of(days: int) -> datetime:
        return midnight + timedelta(days=days)

    def end_of(days: int) -> datetime:
        return midnight + timedelta(days=days + 1)

    ask = _appeal("ask-every-candidate", "Ask every candidate", ASK, 20_000)
    van = _appeal("the-thornby-van", "Keep the Thornby van on the road", VAN, 6_500)
    court = _appeal("see-you-in-court", "Nine branches, one evening: see you in court", COURT, 3_000)
    night = _appeal("read-aloud-night", "Read-aloud night", NIGHT, 4_000)
    return [
        replace(
            ask, image="demo/doorstep.svg", opens_at=start_of(-9), closes_at=end_of(19),
            above_target="What we raise above the target goes to our legal and research fund.",
        ),
        replace(van, image="demo/van.svg", opens_at=start_of(-40), offer=_van_offer()),
        replace(court, opens_at=start_of(-75), closes_at=end_of(-6), outcome=OUTCOME.strip()),
        replace(night, opens_at=start_of(17), closes_at=end_of(45)),
    ]  # fmt: skip


def _appeal(slug: str, title: str, story: str, pounds: int) -> Campaign:
    return Campaign(0, slug, title, story.strip(), GBP, target=Money(pounds * 100, GBP))


def _van_offer() -> CampaignOffer:
    def pounds(amount: int, words: str) -> SuggestedAmount:
        return SuggestedAmount(Money(amount * 100, GBP), words)

    once = (
        pounds(8, "one stop"),
        pounds(30, "a tank of diesel"),
        pounds(88, "a round"),
        pounds(250, "a month insured"),
    )
    monthly = (pounds(4, "half a stop"), pounds(8, "one stop"), pounds(16, "two stops"))
    return CampaignOffer(suggested={ONCE: once, "month": monthly})
