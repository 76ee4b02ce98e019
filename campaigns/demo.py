"""A campaigning body that does not exist, for a first start: four campaigns in four states."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import add_campaign, campaigns
from ledger.money import GBP, Money
from organisation.organisation import Organisation

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

If we raise more than we need, the rest goes to our legal and research fund.
"""

VAN = """
When the branch in Thornby closed, the nearest shelf was eleven miles away and the bus had already gone. So
last winter we lent the village a van.

It stops at the school gate, the surgery and the sheltered flats: eleven stops, every second week, with 1,400
books, two laptops and somebody who can help with a form. We want to keep it on the road for another year and
show the county what it costs, to the pound, so that nobody can say it cannot be done.

£8 is one stop. £30 is a tank of diesel. £250 is a month of insurance.
"""

COURT = """
The county closed nine branches in one evening, and asked nobody. We said that was unlawful, and hired a
barrister for a day to say it in court.

You gave what the day cost, and the judge agreed. The closures were quashed, the county has to consult again, and
all nine branches are open while it does. What was left after costs is kept for the next hearing.
"""

NIGHT = """
On one winter evening, in 41 places at once, we read aloud in front of the libraries that are to close next
spring. Bring a coat and one page that you love.

Gifts on the night pay for stewards, hot drinks and a sound system that a whole square can hear.
"""


def add_demo_campaigns(conn: Connection, now: datetime, timezone: str = DEMO_ORGANISATION.timezone) -> list[int]:
    """Keep the demo campaigns, dated around `now` in this zone, unless there are campaigns; returns their numbers."""
    if campaigns(conn):
        return []
    return [add_campaign(conn, campaign) for campaign in demo_campaigns(now, timezone)]


def demo_campaigns(now: datetime, timezone: str = DEMO_ORGANISATION.timezone) -> list[Campaign]:
    """Two campaigns are open, the third is closed, the fourth opens in some weeks. Days are the time zone's."""
    here = now.astimezone(ZoneInfo(timezone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)

    def morning(days: int) -> datetime:
        return midnight + timedelta(days=days, hours=9)

    def last_minute(days: int) -> datetime:
        return midnight + timedelta(days=days, hours=23, minutes=59)

    ask = _appeal("ask-every-candidate", "Ask every candidate", ASK, 20_000)
    van = _appeal("the-thornby-van", "Keep the Thornby van on the road", VAN, 6_500)
    court = _appeal("see-you-in-court", "Nine branches, one evening: see you in court", COURT, 3_000)
    night = _appeal("read-aloud-night", "Read-aloud night", NIGHT, 4_000)
    return [
        replace(ask, image="demo/doorstep.svg", opens_at=morning(-9), closes_at=last_minute(19)),
        replace(van, image="demo/van.svg", opens_at=morning(-40)),
        replace(court, opens_at=morning(-75), closes_at=last_minute(-6)),
        replace(night, opens_at=morning(17), closes_at=last_minute(45)),
    ]


def _appeal(slug: str, title: str, story: str, pounds: int) -> Campaign:
    return Campaign(0, slug, title, story.strip(), GBP, target=Money(pounds * 100, GBP))
