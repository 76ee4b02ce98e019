"""What every letter about a recurring gift says of it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from donors.store import language_of_donor
from outbox.letters import is_address
from payments.gifts.recurring_store import recurring_of
from payments.gifts.recurring_views import RecurringRow, recurring_row
from payments.gifts.recurring_words import KIND, PER
from payments.gifts.store import campaigns_given_to
from payments.letters.notice import Addressee, Button, NoticeWords
from web.language import translated
from web.pages import Pages

OWN_PAGE = "/giving"


@dataclass(frozen=True, slots=True)
class AboutRecurring:
    """A recurring gift, the titles of its campaigns, and how amounts and days are written in its letters.

    What it says is in the language that is spoken: read it while `speaking`.
    """

    recurring: RecurringRow
    campaign: str
    pages: Pages
    language: str

    def speaking(self) -> AbstractContextManager[None]:
        """Speak the language of its donor."""
        return self.pages.speaking(self.language)

    @property
    def addressee(self) -> Addressee:
        """Its donor."""
        return Addressee(self.recurring.email, self.recurring.donor)

    @property
    def words(self) -> dict[str, str]:
        """What the sentences of its letters name: `kind` as in "monthly", `amount` of an instalment, `campaign`."""
        kind, amount = KIND[self.recurring.rhythm.interval], self.pages.wording.money(self.recurring.amount)
        return {"kind": translated(kind), "amount": amount, "campaign": self.campaign}

    @property
    def words_by_period(self) -> dict[str, str]:
        """The same with an `amount` such as "£8 a month"."""
        words = self.words
        return words | {"amount": f"{words['amount']} {translated(PER[self.recurring.rhythm.interval])}"}

    def notice(self, subject: str, heading: str, *paragraphs: str, button: Button | None = None) -> NoticeWords:
        """A letter to its donor, which says at its end why it comes."""
        why = translated(
            "You get this letter because you give %(organisation)s a %(kind)s donation. Reference: %(reference)s.",
            organisation=self.pages.organisation.name,
            reference=self.recurring.reference,
            **self.words,
        )
        return NoticeWords(subject, heading, paragraphs, why, button=button)

    @property
    def own_page(self) -> Button:
        """Where the donor changes or stops it, and changes the card."""
        return Button(translated("Your donations"), self.pages.base_url + OWN_PAGE)

    @property
    def try_again(self) -> Button:
        """Where a new one can be begun."""
        return Button(translated("Donate again"), self.pages.base_url)


def about_recurring(conn: Connection, recurring_id: str, pages: Pages) -> AboutRecurring | None:
    """What a letter to its donor needs; None where there is nobody to write to."""
    row, whole = recurring_row(conn, recurring_id), recurring_of(conn, [recurring_id]).get(recurring_id)
    if row is None or whole is None or not is_address(row.email):
        return None
    campaigns = campaigns_given_to(conn, [share.campaign for share in whole.shares])
    title = ", ".join(campaign.title for campaign in campaigns) or pages.organisation.name
    return AboutRecurring(row, title, pages, language_of_donor(conn, whole.donor_id))
