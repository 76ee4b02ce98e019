"""The letter to somebody in whose honour, or in memory of whom, a gift was made. It never says how much was given."""

from collections.abc import Sequence

from campaigns.campaign import Campaign
from outbox.letters import Letter
from payments.gifts.dedication import Dedication, DedicationKind
from payments.gifts.gift import Gift
from payments.letters.notice import Addressee, Button, NoticeWords, write_notice
from web.language import translated
from web.pages import Pages


def dedication_letter(pages: Pages, gift: Gift, dedication: Dedication, campaigns: Sequence[Campaign]) -> Letter:
    """The letter that the donor asked for, to the address in the dedication."""
    titles = ", ".join(campaign.title for campaign in campaigns)
    giver = gift.donor.name or translated("A friend")
    named = {"giver": giver, "name": dedication.name, "campaign": titles}
    if dedication.kind is DedicationKind.MEMORY:
        subject = translated("A donation in memory of %(name)s", **named)
        sentence = translated("%(giver)s has given to %(campaign)s in memory of %(name)s.", **named)
    else:
        subject = translated("A donation in honour of %(name)s", **named)
        sentence = translated("%(giver)s has given to %(campaign)s in honour of %(name)s.", **named)
    words = NoticeWords(
        subject=subject,
        heading=subject,
        paragraphs=[sentence, translated("We thought that you would like to know, and so did the giver.")],
        why=translated("You get this letter, and no other, because the giver asked us to write to you about it."),
        button=Button(titles, pages.base_url + (f"/c/{campaigns[0].slug}" if len(campaigns) == 1 else "/")),
    )
    return write_notice(pages, f"dedication:{gift.id}", Addressee(dedication.letter_to, ""), words)
