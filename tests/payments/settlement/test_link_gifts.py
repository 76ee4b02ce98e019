"""A gift that was paid by a campaign's Payment Link finds its campaign and its gift, and counts once."""

import httpx2
import pytest
import sqlalchemy as sa

from campaigns.campaign import Campaign
from campaigns.store import campaign_by_id
from database.transactions import reading
from payments.gifts import tables as gift_tables
from payments.gifts.gift import GiftState
from payments.gifts.store import gifts
from payments.giving.payment_links_store import make_missing_links, payment_link_for
from payments.settlement.link_gifts import LinkGifts
from payments.stripe.payment_links import PaymentLinkGateway
from proof.audit import audit_all
from receipts.tables import receipt
from tests.payments.messages import MARK
from tests.payments.settlement.account import DAY, Account
from tests.sandbox.loopback import KEY


@pytest.fixture
def campaign(account: Account) -> Campaign:
    """The campaign for libraries, which has a link."""
    gateway = PaymentLinkGateway(KEY, "http://give.invalid", api_base=account.twin.world.settings.public_url, mark=MARK)
    for _ in range(2):  # nothing is left to make the second time
        make_missing_links(account.books.engine, gateway, account.twin.now)
    assert len(account.ask("GET", "/v1/payment_links")["data"]) == 2
    with reading(account.books.engine) as conn:
        campaign = campaign_by_id(conn, 1)
    assert campaign is not None
    return campaign


def pay(account: Account, campaign: Campaign, amount: str, named: bool = True) -> None:
    """Pay by the link as a donor does: enter the amount on its page, then pay. It names our gift or nobody's."""
    with reading(account.books.engine) as conn:
        link = payment_link_for(conn, campaign, account.books.gift(1))
    assert link is not None
    entered = httpx2.post(link if named else link.partition("?")[0], data={"amount": amount})
    account.twin.pay(entered.headers["location"].rpartition("/")[2], email="zoe@example.org", name="Zoë")
    account.twin.settle()


def received(account: Account) -> list[tuple[str, int]]:
    """Every gift that was received: who gave, and what they said they would."""
    g = gift_tables.gift.c
    with reading(account.books.engine) as conn:
        rows = conn.execute(sa.select(g.id).where(g.state == GiftState.RECEIVED.value)).scalars()
        known = gifts(conn, rows)
    return sorted((gift.donor.email, gift.amount.minor) for gift in known.values())


def settle_everything(account: Account) -> None:
    """Messages come, twice; then the job looks at the session, twice; then the money settles."""
    account.deliver()
    link_gifts = LinkGifts(account.books.engine, account.books.bookkeeper, account.lists, account.twin.now)
    sessions = account.ask("GET", "/v1/checkout/sessions")["data"]
    for _ in range(2):
        for session in sessions:
            link_gifts.fetch(session["id"])
    account.wait(2 * DAY)
    account.deliver()
    account.reconciliation.reconcile()


def test_our_own_gift_is_received_by_the_message_alone(account: Account, campaign: Campaign) -> None:
    """The link gives its id back; a waiting donor is not asked again."""
    account.pledge_metadata("payment", 2500)
    pay(account, campaign, "25")
    account.deliver()
    assert account.books.gift(1).state is GiftState.RECEIVED
    settle_everything(account)
    assert received(account) == [("donor1@example.org", 2500)]
    assert account.books.raised(1) + account.books.raised(2) == 2500  # it was shared
    with reading(account.books.engine) as conn:
        assert [finding.name for finding in audit_all(conn) if finding.has_failed] == []


def test_a_link_that_was_passed_on_makes_a_gift_of_its_campaign(account: Account, campaign: Campaign) -> None:
    """Not of other money; with the name and address that Stripe was told, and one receipt."""
    account.pledge_metadata("payment", 2500)
    pay(account, campaign, "7.50", named=False)
    settle_everything(account)
    assert received(account) == [("zoe@example.org", 750)]
    assert (account.books.raised(), account.books.clearing()) == (750, 0)
    with reading(account.books.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(receipt)) == 1
        assert [finding.name for finding in audit_all(conn) if finding.has_failed] == []


def test_a_link_of_another_installation_is_not_ours(account: Account, campaign: Campaign) -> None:
    """Two may share an account, and both have a first campaign."""
    account.pledge_metadata("payment", 2500)
    for link in account.ask("GET", "/v1/payment_links")["data"]:
        account.ask("POST", f"/v1/payment_links/{link['id']}", metadata={"installation": "0" * 32})
    pay(account, campaign, "7.50", named=False)
    settle_everything(account)
    assert received(account) == []
