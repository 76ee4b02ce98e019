"""Every page that a donor can meet, in every state, with what its route passes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from campaigns.campaign import Campaign, Progress
from campaigns.demo import demo_campaigns
from ledger.money import GBP, Money
from payments.gifts.recurring import Interval, Rhythm
from payments.gifts.recurring_words import Upcoming, upcoming
from payments.giving.prefilled import interval_choices
from payments.giving.rhythm_form import IntervalOffer
from web.wording import Wording

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASK, VAN, COURT, NIGHT = (replace(campaign, id=n) for n, campaign in enumerate(demo_campaigns(NOW), start=1))
LONG_TITLE = "Donaudampfschifffahrtsgesellschaftskapitän and a title as long as one may be, written late on a Friday"
NOTHING_LONG = {"interval": "", "end": "", "until": "", "instalments": ""}
EMPTY = {"amount_choice": "", "amount_other": "", "email": "", "name": "", "message": "", **NOTHING_LONG}
TYPED = EMPTY | {"email": "zoe@example.org", "name": "Zoë", "message": "Keep <going>"}


@dataclass(frozen=True)
class Given:
    """A gift as the thank-you page shows it."""

    amount: Money
    donor_name: str
    given_on: date
    reference: str
    upcoming: Upcoming | None
    went_back: Money
    email: str


@dataclass(frozen=True)
class State:
    """A template with its values."""

    template: str
    values: Mapping[str, Any]


def come(campaign: Campaign, pounds: int, gifts: int) -> Progress:
    """A campaign's progress."""
    return Progress(Money(pounds * 100, GBP), gifts, campaign.target, campaign.days_left(NOW))


def shown(campaign: Campaign, pounds: int, gifts: int) -> State:
    """A campaign's page."""
    so_far, openness = come(campaign, pounds, gifts), campaign.openness(NOW).name
    return State("campaigns/page.html", {"campaign": campaign, "progress": so_far, "openness": openness})


WORDS = Wording("en_GB", "Europe/London")
OFFER = IntervalOffer(
    (Interval.MONTH, Interval.YEAR), NOW, WORDS.zone, WORDS.day, datetime(2027, 5, 6, 21, 59, tzinfo=UTC)
)
EVERYTHING = replace(OFFER, intervals=tuple(Interval), now=datetime(2026, 1, 31, 12, tzinfo=UTC))
ONCE_ONLY = replace(OFFER, intervals=())
MONTHLY = TYPED | {"interval": "month", "end": "open", "amount_choice": "10.00"}


def form(typed: Mapping[str, str] = EMPTY, errors: Mapping[str, str] | None = None, **more: Any) -> State:
    """The form as it is first shown, or comes back."""
    values = {
        "campaign": ASK,
        "progress": come(ASK, 12_400, 148),
        "form": typed,
        "errors": errors or {},
        "presets": [Money(minor, GBP) for minor in (500, 1000, 2500, 5000, 10_000)],
        "minimum": Money(200, GBP),
        "form_token": "token",
        "cancelled": False,
        "offer": OFFER,
        "interval_choices": interval_choices(OFFER, WORDS),
    }
    return State("payments/give.html", values | more)


def thanks(
    state: str,
    donor: str = "Zoë Ní Bhriain",
    *,
    receipt: bool = True,
    rhythm: Rhythm | None = None,
    went_back: int = 0,
) -> State:
    """The page that a donor comes back to."""
    known = state != "unknown"
    follows = upcoming(rhythm, NOW, WORDS) if rhythm else None
    back = Money(went_back, GBP)
    email = "zoe@example.org" if receipt else ""
    gift = Given(Money(2500, GBP), donor, date(2026, 11, 21), "8F3K-22QD", follows, back, email) if known else None
    campaign = ASK if known else None
    return State(
        "payments/thanks.html",
        {"gift": gift, "campaign": campaign, "session_id": "cs_test_1"}
        | {"state": state, "receipt": receipt, "new_link": not receipt},
    )


def not_charged(interval: str | None, *, refused: bool = False) -> State:
    """The page that is shown while Stripe cannot be reached, or refuses what we ask."""
    values = {
        "campaign": ASK,
        "retry": "8d2f",
        "amount": Money(2500, GBP),
        "interval": interval,
        "refused": refused,
        "reference": "8F3K-22QD",
    }
    return State("payments/not_charged.html", values)


POLLING_DAY = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
LISTED = {
    "open": [(ASK, come(ASK, 12_400, 148)), (VAN, come(VAN, 0, 0))],
    "not_yet": [(NIGHT, come(NIGHT, 0, 0))],
    "closed": [(COURT, come(COURT, 31_416, 912))],
}
WRONG = {
    "amount": "Enter £2 or more.",
    "email": "Enter an email address.",
    "name": "Use at most two accents on a letter.",
    "message": "Shorten this to 300 characters or fewer.",
    "form": "This form is too old. Send it again.",
}

STATES = {
    "list": State("campaigns/list.html", LISTED),
    "list of nothing": State("campaigns/list.html", {"open": [], "not_yet": [], "closed": []}),
    "campaign": shown(ASK, 12_400, 148),
    "campaign without gifts": shown(VAN, 0, 0),
    "campaign beyond its target": shown(VAN, 12_400, 1_480),
    "campaign with one gift": shown(ASK, 25, 1),
    "campaign wholly refunded": shown(ASK, 0, 1),
    "campaign with much to say": shown(
        replace(ASK, title=LONG_TITLE, target=Money(99_999_999_900, GBP)), 987_654_321, 123_456
    ),
    "campaign without target or end": shown(replace(VAN, target=None, image=None), 25, 1),
    "campaign on its last day": shown(replace(ASK, closes_at=NOW.replace(hour=23)), 25, 3),
    "campaign not yet open": shown(NIGHT, 0, 0),
    "campaign closed": shown(COURT, 31_416, 912),
    "campaign closed without gifts": shown(COURT, 0, 0),
    "form": form(),
    "form after cancelling": form(TYPED | {"amount_choice": "25.00"}, cancelled=True),
    "form without an amount": form(TYPED, {"amount": "Choose an amount."}),
    "form with a wrong amount": form(TYPED | {"amount_choice": "other", "amount_other": "1,50"}, WRONG),
    "form with two choices": form(presets=[Money(1000, GBP)]),
    "form for every month": form(MONTHLY),
    "form until a day": form(MONTHLY | {"end": "day", "until": "2027-05-06"}),
    "form for a number of times": form(MONTHLY | {"end": "number", "instalments": "12"}),
    "form with a wrong end": form(
        MONTHLY | {"end": "day", "until": "yesterday"}, {"until": "Enter a day that is to come, like 2027-05-06."}
    ),
    "form with two ends": form(MONTHLY | {"until": "2027-05-06"}, {"end": "Choose one.", "interval": "Choose."}),
    "form with every rhythm": form(
        MONTHLY | {"interval": "week"}, offer=EVERYTHING, interval_choices=interval_choices(EVERYTHING, WORDS)
    ),
    "form for once alone": form(offer=ONCE_ONLY, interval_choices=[]),
    **{f"thanks {state}": thanks(state) for state in ("received", "processing", "confirming", "failed")},
    "thanks expired": thanks("expired"),
    "thanks unknown": thanks("unknown"),
    "thanks a day later": thanks("received", donor="", receipt=False),
    "thanks for the first of many": thanks("received", rhythm=Rhythm(Interval.MONTH)),
    "thanks until polling day": thanks("received", rhythm=Rhythm(Interval.MONTH, ends_at=POLLING_DAY)),
    "thanks for a year of quarters": thanks("received", rhythm=Rhythm(Interval.QUARTER, instalments=4)),
    "thanks processing a first": thanks("processing", rhythm=Rhythm(Interval.YEAR)),
    "thanks failed a first": thanks("failed", rhythm=Rhythm(Interval.MONTH)),
    "thanks partly returned": thanks("received", went_back=1000),
    "thanks returned": thanks("returned", went_back=2500),
    "no receipt": State("receipts/no_receipt.html", {"token": "abc", "days": 90, "status": 404}),
    "link sent": State("payments/link_sent.html", {}),
    "again": State(
        "payments/again.html",
        {"campaign": ASK, "state": "received", "amount": Money(2500, GBP), "session_id": "cs_1", "again": {"a": "b"}}
        | {"went_back": Money(0, GBP), "asked": Money(2500, GBP)},
    ),
    "not charged": not_charged(None),
    "not charged, refused": not_charged(None, refused=True),
    "not charged monthly": not_charged("month"),
    "error": State(
        "web/error.html", {"status": 404, "title": "Page not found", "message": "None.", "advice": "Start again."}
    ),
}
