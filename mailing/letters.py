"""The letters of sign-ups: to confirm one, an update, that a campaign has opened, and what became of it."""

from hashlib import sha256

from campaigns.campaign import Campaign
from campaigns.updates_store import CampaignUpdate
from mailing.readers import ReaderAddress
from mailing.signup import CONFIRM_WITHIN, Signup
from mailing.stop_links import LetterReader, ReaderKind, StopLinks
from outbox.letters import Letter
from web.pages import Pages

CONFIRM_PATH = "/updates/confirm"


def confirm_letter(pages: Pages, signup: Signup, token: str) -> Letter:
    """The letter that asks whether it was the address's owner who signed up. Nothing else is sent before."""
    words = pages.letter(
        "mailing/letters/confirm",
        words=signup.words,
        link=f"{pages.base_url}{CONFIRM_PATH}/{token}",
        days=CONFIRM_WITHIN.days,
    )
    return Letter(
        f"sign-up:{signup.id}", signup.email, *words, personal=True, expires_at=signup.asked_at + CONFIRM_WITHIN
    )


def update_letter(
    pages: Pages, links: StopLinks, campaign: Campaign, update: CampaignUpdate, to: ReaderAddress
) -> Letter:
    """An update of a campaign."""
    stop = links.url(to.reader)
    with pages.speaking(to.language):
        words = pages.letter("mailing/letters/update", campaign=campaign, update=update, stop=stop)
    return Letter(update_key(update.id, to.key), to.email, *words, unsubscribe=stop)


def update_key(update_id: str, address: str) -> str:
    """The key of an update's letter to an address: one letter, whatever the address is kept with."""
    return f"{update_prefix(update_id)}{sha256(address.encode()).hexdigest()[:24]}"


def update_prefix(update_id: str) -> str:
    """How the keys of an update's letters begin."""
    return f"update:{update_id}:"


def topic_letter(pages: Pages, links: StopLinks, campaign: Campaign, signup: Signup) -> Letter:
    """That a campaign has opened, or what became of it: told once."""
    stop = links.url(LetterReader(ReaderKind.SIGNUP, signup.id))
    with pages.speaking(signup.language):
        words = pages.letter(f"mailing/letters/{signup.topic.value}", campaign=campaign, stop=stop)
    return Letter(f"{signup.topic.value}:{signup.id}", signup.email, *words, unsubscribe=stop)
