"""Every page that a donor can meet, in every state, with what its route passes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from campaigns.campaign import Campaign, CampaignState, Progress, Target, TargetKind
from campaigns.demo import demo_campaigns
from campaigns.offer import SuggestedAmount
from campaigns.offered import AmountGroup, OfferedAmounts, amount_groups
from campaigns.updates_store import CampaignUpdate
from campaigns.wall import NO_WALL
from ledger.money import GBP, Money
from organisation.organisation import GivingRules
from payments.gifts.amounts import GIFT_AMOUNTS
from payments.gifts.recurring import Interval, Rhythm
from payments.gifts.recurring_words import Upcoming, upcoming
from payments.giving import dedication_form, donor_fields, rhythm_form
from payments.giving.prefilled import interval_choices
from payments.giving.rhythm_form import IntervalOffer
from web.pictures import Picture, PictureSize
from web.wording import Wording

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASK, VAN, DEMO_COURT, NIGHT = (replace(campaign, id=n) for n, campaign in enumerate(demo_campaigns(NOW), start=1))
COURT = replace(
    DEMO_COURT,
    target=Money(3_000_000, GBP),
    opens_at=datetime(2026, 3, 26, tzinfo=UTC),
    closes_at=datetime(2026, 9, 22, 23, tzinfo=UTC),
)
LONG_TITLE = "Donaudampfschifffahrtsgesellschaftskapitän and a title as long as one may be, written late on a Friday"
STORY = """
First, **why**: because. See [the minutes](https://example.org/minutes), or [give](/c/a/give).

# A heading

> What they said.

- one
- two

## Below it

1. first
2. second

***

The end.
"""
EMPTY = {"amount_choice": "", "amount_other": ""} | dict.fromkeys(
    ("fee_cover", *rhythm_form.FIELDS, *donor_fields.FIELDS, *dedication_form.FIELDS), ""
)
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
    monthly: Money | None
    parts: tuple[tuple[str, Money], ...] = ()
    slugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """A template with its values."""

    template: str
    values: Mapping[str, Any]


def come(campaign: Campaign, pounds: int, gifts: int) -> Progress:
    """A campaign's progress."""
    return Progress(Money(pounds * 100, GBP), gifts, campaign.target, campaign.days_left(NOW))


def shown(campaign: Campaign, pounds: int, gifts: int, **more: Any) -> State:
    """A campaign's page."""
    values = {
        "campaign": campaign,
        "progress": come(campaign, pounds, gifts),
        "openness": campaign.openness(NOW).name,
        "decides": campaign,
        "parent": None,
        "found": None,
        "picture": None,
        "wall": NO_WALL,
        "share_version": "1",
        "updates": [],
        "preview_by": None,
        "sheet": None,
    }
    return State("campaigns/page.html", values | more)


def counted(kind: TargetKind, target: Target, **reached: Any) -> State:
    """The page of a campaign whose target counts something else than money in all."""
    campaign = replace(VAN, target_kind=kind, target=target)
    so_far = Progress(Money(123_400, GBP), 148, target, None, kind, **reached)
    return shown(campaign, 0, 0, progress=so_far)


WORDS = Wording("en_GB", "Europe/London")
OFFER = IntervalOffer(
    (Interval.MONTH, Interval.YEAR), NOW, WORDS.zone, WORDS.day, datetime(2027, 5, 6, 21, 59, tzinfo=UTC)
)
EVERYTHING = replace(OFFER, intervals=tuple(Interval), now=datetime(2026, 1, 31, 12, tzinfo=UTC))
ONCE_ONLY = replace(OFFER, intervals=())
MONTHLY = TYPED | {"interval": "month", "end": "open", "amount_choice": "10.00"}


PRESETS = OfferedAmounts(
    tuple(SuggestedAmount(Money(minor, GBP)) for minor in (500, 1000, 2500, 5000, 10_000)), Money(200, GBP)
)
VAN_GROUPS = amount_groups(VAN, GivingRules(("month", "year")), GIFT_AMOUNTS)


def form(typed: Mapping[str, str] = EMPTY, errors: Mapping[str, str] | None = None, **more: Any) -> State:
    """The form as it is first shown, or comes back."""
    values = {
        "campaign": ASK,
        "parent": None,
        "form": typed,
        "errors": errors or {},
        "groups": [AmountGroup("amount", ("once", "month", "year"), PRESETS)],
        "chosen_amounts": dict.fromkeys(("amount", "amount_month", "amount_year"), typed["amount_choice"]),
        "chosen_group": "amount",
        "form_token": "token",
        "cancelled": False,
        "offer": OFFER,
        "interval_choices": interval_choices(OFFER, WORDS),
        "consents": (),
        "ticked": [],
        "fee_example": None,
        "slip": (),
        "declared": {},
        "local_groups": [],
        "to": "",
        "may_be_shared": True,
        **dict.fromkeys(("takes_gift_aid", "needs_name", "needs_address"), False),
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
    monthly = None if rhythm else Money(800, GBP)
    gift = Given(Money(2500, GBP), donor, date(2026, 11, 21), "8F3K-22QD", follows, back, email, monthly)
    campaign = ASK if known else None
    return State(
        "payments/thanks.html",
        {"gift": gift if known else None, "campaign": campaign, "session_id": "cs_test_1"}
        | {"state": state, "receipt": receipt, "new_link": not receipt},
    )


def takes_no_gifts(campaign: Campaign, parent: Campaign | None = None) -> State:
    """The form's address while nothing can be given."""
    decides = campaign.decided_by(parent, NOW)
    values = {"campaign": campaign, "decides": decides, "openness": decides.openness(NOW).name}
    return State("payments/takes_no_gifts.html", values)


def not_charged(interval: str | None, *, refused: bool = False) -> State:
    """The page that is shown while Stripe cannot be reached, or refuses what we ask."""
    values = {
        "campaign": ASK,
        "retry": "8d2f",
        "amount": Money(2500, GBP),
        "interval": interval,
        "refused": refused,
        "reference": "8F3K-22QD",
        "payment_link": None if interval else "https://give.example/link",
    }
    return State("payments/not_charged.html", values)


POLLING_DAY = datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC)
PICTURE = Picture("0" * 64, (PictureSize(480, 240), PictureSize(960, 480), PictureSize(1600, 800)))
UPDATES = [
    CampaignUpdate(
        "u-2", 1, date(2026, 11, 20), "We met the council", "They *listened*. [Minutes](https://x.example)", NOW
    ),
    CampaignUpdate("u-1", 1, date(2026, 11, 2), "It began", "With tea.", NOW),
]
LISTED = {
    "pictures": {PICTURE.hash: PICTURE},
    "paused": [(replace(VAN, state=CampaignState.PAUSED), come(VAN, 25, 1))],
    "groups": {ASK.id: [("leeds", "Leeds North"), ("york", "York")]},
    "open": [(ASK, come(ASK, 12_400, 148)), (VAN, come(VAN, 0, 0))],
    "not_yet": [(NIGHT, come(NIGHT, 0, 0))],
    "closed": [(COURT, come(COURT, 31_416, 912))],
}
NONE_LISTED: Mapping[str, Any] = {"pictures": {}, "groups": {}, "open": [], "paused": [], "not_yet": [], "closed": []}
WRONG = {
    "amount": "Enter £2 or more.",
    "email": "Enter an email address.",
    "name": "Use at most two accents on a letter.",
    "message": "Shorten this to 300 characters or fewer.",
    "form": "This form is too old. Send it again.",
}

STATES = {
    "list": State("campaigns/list.html", LISTED),
    "list of nothing": State("campaigns/list.html", NONE_LISTED),
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
    "campaign with a picture and updates": shown(
        replace(ASK, picture=PICTURE.hash, picture_alt="A doorstep."), 25, 1, picture=PICTURE, updates=UPDATES
    ),
    "campaign with a story of every kind": shown(replace(ASK, story=STORY), 25, 1),
    "campaign counted in donations": counted(TargetKind.GIFTS, 200),
    "campaign counted in donors": counted(TargetKind.DONORS, 100, donors=132),
    "campaign counted by the month": counted(TargetKind.MONTHLY, Money(100_000, GBP), monthly=Money(45_000, GBP)),
    "campaign paused": shown(replace(VAN, state=CampaignState.PAUSED), 25, 1),
    "campaign previewed": shown(replace(ASK, state=CampaignState.DRAFT), 0, 0, openness="OPEN", preview_by="Ada"),
    "campaign not yet open": shown(NIGHT, 0, 0),
    "campaign closed": shown(COURT, 31_416, 912),
    "campaign closed without gifts": shown(COURT, 0, 0),
    "form": form(),
    "form after cancelling": form(TYPED | {"amount_choice": "25.00"}, cancelled=True),
    "form without an amount": form(TYPED, {"amount": "Choose an amount."}),
    "form with a wrong amount": form(TYPED | {"amount_choice": "other", "amount_other": "1,50"}, WRONG),
    "form with two choices": form(
        groups=[AmountGroup("amount", ("once",), OfferedAmounts(PRESETS.suggested[:1], Money(200, GBP)))]
    ),
    "form for every month": form(MONTHLY),
    "form with words beside the amounts": form(groups=VAN_GROUPS, campaign=VAN),
    "form with words, a month": form(
        MONTHLY | {"amount_choice": "8.00"}, {}, groups=VAN_GROUPS, campaign=VAN, chosen_group="amount_month"
    ),
    "takes no gifts: closed": takes_no_gifts(COURT),
    "takes no gifts: not yet": takes_no_gifts(NIGHT),
    "takes no gifts: paused": takes_no_gifts(replace(VAN, state=CampaignState.PAUSED)),
    "takes no old attempt": takes_no_gifts(VAN),
    "form until a day": form(MONTHLY | {"end": "day", "until": "2027-05-06"}),
    "form for a number of times": form(MONTHLY | {"end": "number", "instalments": "12"}),
    "form with a wrong end": form(
        MONTHLY | {"end": "day", "until": "yesterday"}, {"until": "Enter a day that is to come, like 6 May 2027."}
    ),
    "form with two ends": form(MONTHLY | {"until": "2027-05-06"}, {"end": "Choose one.", "interval": "Choose."}),
    "form with every rhythm": form(
        MONTHLY | {"interval": "week"}, offer=EVERYTHING, interval_choices=interval_choices(EVERYTHING, WORDS)
    ),
    "form for once alone": form(offer=ONCE_ONLY, interval_choices=[]),
    **{f"thanks {state}": thanks(state) for state in ("received", "processing", "confirming", "late", "failed")},
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
