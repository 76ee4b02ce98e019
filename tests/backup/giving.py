"""Donors who give by the form through the twin, and what becomes of their gifts."""

from dataclasses import dataclass, replace
from uuid import uuid4

from campaigns.store import campaign_by_slug
from database.transactions import reading
from ledger.money import GBP, Money
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.recurring import Interval, Rhythm
from payments.giving.form import Pledge
from payments.giving.pledges import Pledges
from payments.stripe.gateway import Gateway
from sandbox.twin import Twin
from tests.payments.organisation_books import Books
from tests.payments.settlement.account import Account
from tests.sandbox.loopback import KEY


@dataclass
class Giving:
    """The form over these books, and the twin behind it at this address. Checkouts bear the installation's mark."""

    account: Account
    url: str

    @property
    def books(self) -> Books:
        """The books that the gifts go into."""
        return self.account.books

    @property
    def twin(self) -> Twin:
        """Their Stripe."""
        return self.account.twin

    def give(self, name: str, pounds: int, *, monthly: bool = False, campaign: str = "libraries") -> Gift:
        """Fill in the form and pay on the twin's page; the gift as it was when Stripe was asked."""
        mark = self.books.bookkeeper.rules.mark
        gateway = Gateway(KEY, "http://give.invalid", api_base=self.url, mark=mark)
        pledges = Pledges(self.books.engine, gateway, self.twin.now)
        with reading(self.books.engine) as conn:
            purpose = campaign_by_slug(conn, campaign)
        assert purpose is not None
        donor = DonorDetails(name, f"{name.lower()}@example.org", "For the buses.")
        pledge = Pledge(Money(pounds * 100, GBP), donor, Rhythm(Interval.MONTH) if monthly else None)
        gift = pledges.save(purpose, pledge, uuid4().hex)
        assert isinstance(gift, Gift)
        address = pledges.open_checkout(gift)
        session = address.rsplit("/", 1)[1].split("?")[0].split("#")[0]
        self.twin.pay(session, email=donor.email)
        self.twin.settle()
        return gift

    def with_books(self, books: Books) -> "Giving":
        """The same account at Stripe, and other books: those that were restored."""
        account = Account(self.twin, self.account.kept, books, self.account.lists)
        return replace(self, account=account)
