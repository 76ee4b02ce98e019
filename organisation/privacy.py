"""The privacy notice that an organisation has until it writes its own. Versions are never edited: a new one is added.

UK GDPR, article 13, asks for who, what, why and on which ground, who else sees it, how long, and which rights.
"""

from collections.abc import Callable, Mapping

from organisation.organisation import NEWEST_NOTICE, Organisation, OrganisationProfile
from organisation.receipt_rules import ADDRESS_LAWS
from web.language import translated

Paragraphs = list[str]


def privacy_paragraphs(profile: OrganisationProfile) -> Paragraphs:
    """The privacy notice as donors read it. A charity that claims Gift Aid says what it needs for that."""
    notices = profile.notices
    if notices.privacy:
        return [paragraph for paragraph in notices.privacy.split("\n\n") if paragraph]
    paragraphs = DEFAULTS[notices.privacy_version](profile.organisation)
    if profile.receipts.jurisdiction in ADDRESS_LAWS:
        paragraphs = [*paragraphs, _postal_address()]
    return [*paragraphs, _gift_aid()] if profile.claims_gift_aid else paragraphs


def _postal_address() -> str:
    return translated("The law wants your postal address on your receipt: we keep it for that, and for nothing else.")


def _gift_aid() -> str:
    return translated(
        "If you ask us to claim Gift Aid, we keep your name, your home address and what you declared, and send name,"
        " address, day and amount to HM Revenue & Customs. The law has us keep this for six years after the last claim."
    )


def _first(organisation: Organisation) -> Paragraphs:
    no_cookies = translated("This site sets no cookies for visitors, and no other site is told that you were here.")
    return [*_who_decides(organisation), *_what_is_kept(), no_cookies]


def _second(organisation: Organisation) -> Paragraphs:
    return [
        *_who_decides(organisation),
        *_what_is_kept(),
        translated(
            "If you ask us to write to somebody in whose honour you give, we keep their name and address for that one"
            " letter."
        ),
        translated(
            "This site sets a cookie only for what you ask of it: one that remembers the language you choose, and one"
            " that keeps your own page open until you sign out. No other site is told that you were here."
        ),
    ]


def _who_decides(organisation: Organisation) -> Paragraphs:
    named = {"name": organisation.name, "email": organisation.email}
    if not organisation.address:
        return [translated("%(name)s decides what is kept of you and why. You can write to %(email)s.", **named)]
    address = ", ".join(organisation.address)
    return [
        translated(
            "%(name)s decides what is kept of you and why. You can write to %(email)s or to %(address)s.",
            **named,
            address=address,
        )
    ]


def _what_is_kept() -> Paragraphs:
    return [
        translated(
            "When you give, we keep your name if you tell it, your email address, your message, the amount, the day and"
            " the campaign, and from the payment company the kind of card or account with its last four digits. Card"
            " and bank numbers never reach us: you type them on the pages of Stripe, which handles payments for us and"
            " keeps its own records (stripe.com/privacy)."
        ),
        translated(
            "We use this to take your donation, to send you a receipt and to keep proper accounts. The ground in law is"
            " our legitimate interest in doing so, and our legal duties where we have them. A donation to a campaign"
            " may say something of your opinions. We share that with nobody but those named here, and draw no"
            " conclusions about you from it."
        ),
        translated(
            "Who else sees it: Stripe, the companies that run our server and send our mail, our auditors, and a"
            " regulator where the law asks us to report donations."
        ),
        translated(
            "We keep accounts for six years after the end of the year in which you gave, and then remove your name and"
            " address from them."
        ),
        translated("We send you other mail only if you asked for it, and each such letter has a way to stop it."),
        translated(
            "You may ask to see what we keep of you, to have it corrected or removed, or to object to how we use it."
            " Some of it the law makes us keep for a time. If our answer does not satisfy you, you can complain to the"
            " Information Commissioner's Office (ico.org.uk)."
        ),
    ]


DEFAULTS: Mapping[int, Callable[[Organisation], Paragraphs]] = {1: _first, 2: _second}
assert max(DEFAULTS) == NEWEST_NOTICE
