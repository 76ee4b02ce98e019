"""The form of a campaign's texts, target and days: read into a campaign, or into a sentence for each field."""

import re
from dataclasses import replace

from campaigns.campaign import (
    SENTENCE_LENGTH,
    SLUG,
    SLUG_LENGTH,
    TITLE_LENGTH,
    Campaign,
    Target,
    TargetKind,
    slug_of,
)
from campaigns.editing.days import closing_of, first_day, last_day, opening_of, read_day
from campaigns.editing.fields import DeskWords, Errors, Typed, read_field, read_markdown
from ledger.money import CURRENCIES, Currency, Money, UnknownCurrency, currency
from ledger.typed_money import read_typed_money
from web.typed import NotTidy, compact, tidy

FIELDS = (
    "title", "slug", "story", "target_kind", "target", "opens_on", "closes_on", "above_target", "outcome", "version",
    "then",
)  # fmt: skip
NO_TARGET = "none"
MOST_COUNTED = 10_000_000
_COUNT = re.compile(r"[0-9][0-9,]{0,12}")
_BELOW_ZERO = ("-", "\u2212", "\u2013")  # hyphen, minus, dash
SORTED_CURRENCIES = sorted(CURRENCIES)


def read_texts(typed: Typed, before: Campaign, words: DeskWords) -> Campaign | Errors:
    """The campaign as it was edited, or for each field that must be corrected a sentence that says how."""
    errors: Errors = {}
    title = read_field("title", _title, typed, errors)
    slug = read_field("slug", lambda text: _slug(text, title or ""), typed, errors)
    story = read_field("story", read_markdown, typed, errors)
    kind = _kind(typed, before)
    target = read_field("target", lambda text: _target(text, kind, before.currency, words), typed, errors)
    opens_on = read_field("opens_on", lambda text: read_day(compact(text)), typed, errors)
    closes_on = read_field("closes_on", lambda text: read_day(compact(text)), typed, errors)
    above = read_field("above_target", lambda text: tidy(text, SENTENCE_LENGTH), typed, errors)
    outcome = read_field("outcome", read_markdown, typed, errors)
    if opens_on and closes_on and closes_on < opens_on:
        errors["closes_on"] = "Choose a last day that is not before the first day."
    if errors or title is None or slug is None or story is None or above is None or outcome is None:
        return errors
    zone = words.zone
    # A day that stays the same keeps its instant: a campaign may open in the morning.
    opens_at = before.opens_at if opens_on == first_day(before.opens_at, zone) else opening_of(opens_on, zone)
    closes_at = before.closes_at if closes_on == last_day(before.closes_at, zone) else closing_of(closes_on, zone)
    return replace(
        before, title=title, slug=slug, story=story, target_kind=kind or TargetKind.AMOUNT, target=target,
        opens_at=opens_at, closes_at=closes_at, above_target=above, outcome=outcome,
    )  # fmt: skip


def typed_texts(campaign: Campaign, words: DeskWords) -> dict[str, str]:
    """The form as it shows a campaign."""
    opens_on, closes_on = first_day(campaign.opens_at, words.zone), last_day(campaign.closes_at, words.zone)
    target = campaign.target
    return {
        "title": campaign.title,
        "slug": campaign.slug,
        "story": campaign.story,
        "target_kind": NO_TARGET if target is None else campaign.target_kind.value,
        "target": "" if target is None else words.typed_money(target) if isinstance(target, Money) else str(target),
        "opens_on": opens_on.isoformat() if opens_on else "",
        "closes_on": closes_on.isoformat() if closes_on else "",
        "above_target": campaign.above_target,
        "outcome": campaign.outcome,
        "version": str(campaign.version),
    }


def read_currency(typed: str) -> Currency:
    """The currency of a new campaign. Raises NotTidy."""
    try:
        return currency(compact(typed))
    except UnknownCurrency:
        raise NotTidy("Choose the currency that gifts are given in.") from None


def _title(typed: str) -> str:
    title = tidy(typed, TITLE_LENGTH)
    if not title:
        raise NotTidy("Enter a title.")
    return title


def _slug(typed: str, title: str) -> str:
    slug = compact(typed) or slug_of(title)
    if not slug or len(slug) > SLUG_LENGTH or not SLUG.fullmatch(slug):
        example = slug_of(slug) or "our-library"
        raise NotTidy(
            f"Use up to {SLUG_LENGTH} small letters, digits and single dashes for the address, like {example}."
        )
    return slug


def _kind(typed: Typed, before: Campaign) -> TargetKind | None:
    """What the target counts; None for no target."""
    choice = typed.get("target_kind", "")
    if choice in tuple(TargetKind):
        return TargetKind(choice)
    return before.target_kind if not choice and before.target is not None else None


def _target(typed: str, kind: TargetKind | None, of: Currency, words: DeskWords) -> Target | None:
    if kind is None:
        return None
    typed = compact(typed)
    if not typed:
        raise NotTidy("Enter the target, or choose no target.")
    if typed.startswith(_BELOW_ZERO):
        raise NotTidy("Enter a target above zero.")
    if kind.is_money:
        amount = read_typed_money(typed, of, words.style_of(of))
        if not amount:
            raise NotTidy("Enter a target above zero.")
        return amount
    count = int(typed.replace(",", "")) if _COUNT.fullmatch(typed) else None
    if count is None:
        raise NotTidy("Enter the target as a whole number, like 500.")
    if not 0 < count <= MOST_COUNTED:
        raise NotTidy(f"Enter a target from 1 to {MOST_COUNTED:,}." if count else "Enter a target above zero.")
    return count
