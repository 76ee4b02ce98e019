"""From the form to Stripe: the same form is the same gift, however often and fast it is sent."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaigns.campaign import Campaign
from campaigns.offer import CampaignOffer, SoldBenefit
from campaigns.store import campaign_by_id
from campaigns.tables import campaign as campaign_table
from database.transactions import reading, writing
from ledger.money import GBP, Money
from payments.gifts import store
from payments.gifts import tables as gift_tables
from payments.gifts.gift import DonorDetails, Gift, GiftState
from payments.gifts.recurring import Interval, ReceiptLetters, Rhythm
from payments.giving.form import Pledge
from payments.giving.pledges import NotOpen, PaymentUnderWay, Pledges, gift_to_resume, sent_form
from payments.giving.prefilled import fields_of_form
from payments.stripe.gateway import Gateway, StripeAway
from payments.valuing.tables import gift_valuation
from payments.valuing.valuation_store import valuations_of
from proof.audit import audit_all
from receipts.store import receipt_of_gift
from tests.clock import FixedClock
from tests.payments.messages import charge, charged, completed, delivery, event, session
from tests.payments.organisation_books import NOON, Books, gift_id
from tests.payments.test_form import GROUPS
from tests.receipts.samples import PAGES

PLEDGE = Pledge(Money(2500, GBP), DonorDetails("Zoë", "zoe@example.org"))
CLOSED_PORT = "http://127.0.0.1:9"  # nothing listens there: Stripe is away


@pytest.fixture
def time() -> FixedClock:
    """The clock of these tests."""
    return FixedClock(NOON)


@pytest.fixture
def pledges(books: Books, time: FixedClock) -> Pledges:
    """The form's other side, with Stripe out of reach."""
    return Pledges(books.engine, Gateway("sk_test_x", "http://127.0.0.1:1", api_base=CLOSED_PORT), time)


@pytest.fixture
def libraries(books: Books) -> Campaign:
    """The open campaign."""
    with reading(books.engine) as conn:
        campaign = campaign_by_id(conn, 1)
    assert campaign is not None
    return campaign


def test_a_double_click_is_one_gift(books: Books, pledges: Pledges, libraries: Campaign) -> None:
    """Both answers are the same gift, and neither is an error."""
    with ThreadPoolExecutor(2) as threads:
        for n in range(10):
            pair = [threads.submit(pledges.save, libraries, PLEDGE, f"token-{n}") for _ in range(2)]
            first, second = (future.result(20) for future in pair)
            assert isinstance(first, Gift)
            assert first == second
    assert books.count(gift_tables.gift) == 10
    assert books.count(gift_tables.allocation) == 10


def test_a_ticked_statement_is_kept_with_the_recurring_gift(
    books: Books, pledges: Pledges, libraries: Campaign
) -> None:
    """The form that is filled in again after a cancelled payment has the tick."""
    monthly = replace(PLEDGE, rhythm=Rhythm(Interval.MONTH), receipts=ReceiptLetters.YEARLY)
    first, second = pledges.save(libraries, monthly, "token"), pledges.save(libraries, monthly, "token")
    assert isinstance(first, Gift)
    assert first == second
    with reading(books.engine) as conn:
        fields = fields_of_form(sent_form(conn, first), libraries, GROUPS, PAGES.wording)

    assert (fields["yearly_statement"], books.count(gift_tables.receipt_choice)) == ("yes", 1)


def test_a_gift_to_a_campaign_that_sells_tickets_notes_what_it_bought(
    books: Books, pledges: Pledges, libraries: Campaign
) -> None:
    """Once, as the campaign sold it on that day; a recurring gift buys nothing."""
    dinner = replace(libraries, offer=CampaignOffer(benefit=SoldBenefit("A seat", Money(1500, GBP))))
    gifts = [pledges.save(dinner, PLEDGE, "token-1") for _ in range(2)]
    monthly = pledges.save(dinner, replace(PLEDGE, rhythm=Rhythm(Interval.MONTH)), "token-2")
    assert all(isinstance(gift, Gift) for gift in (*gifts, monthly))
    with reading(books.engine) as conn:
        noted = valuations_of(conn, [gift.id for gift in (*gifts, monthly) if isinstance(gift, Gift)])
    assert [valuation.gift_part(PLEDGE.amount) for valuation in noted.values()] == [Money(1000, GBP)]
    assert books.count(gift_valuation) == 1


def test_other_words_in_the_same_form_are_another_gift(pledges: Pledges, libraries: Campaign) -> None:
    """Who goes back and changes the amount gives that amount."""
    other = replace(PLEDGE, amount=Money(3000, GBP))
    first, second = pledges.save(libraries, PLEDGE, "token"), pledges.save(libraries, other, "token")
    assert isinstance(first, Gift)
    assert isinstance(second, Gift)
    assert first.id != second.id


def test_when_stripe_is_away_the_gift_is_kept_and_nothing_is_charged(
    books: Books, pledges: Pledges, libraries: Campaign
) -> None:
    """The next try has a key of its own."""
    gift = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(gift, Gift)
    with pytest.raises(StripeAway):
        pledges.open_checkout(gift)
    retried = pledges.retry(gift.id)
    assert isinstance(retried, Gift)
    assert (retried.attempts, retried.state) == (2, GiftState.PENDING)
    assert books.raised() == 0


def test_a_closed_campaign_takes_no_second_try_either(
    books: Books, pledges: Pledges, libraries: Campaign, time: FixedClock
) -> None:
    """Nor does a gift of last week."""
    gift = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(gift, Gift)
    time.advance(timedelta(days=2))
    with pytest.raises(NotOpen):
        pledges.retry(gift.id)
    with writing(books.engine) as conn:
        conn.execute(sa.update(campaign_table).where(campaign_table.c.id == 1).values(closes_at=NOON))
    with pytest.raises(NotOpen):
        pledges.save(replace(libraries, closes_at=NOON), PLEDGE, "other")


def test_the_same_form_after_paying_leads_to_thanks(books: Books, pledges: Pledges, libraries: Campaign) -> None:
    """The browser's Back button never pays twice."""
    gift = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(gift, Gift)
    with writing(books.engine) as conn:
        store.link_session(conn, gift.id, "cs_test_1")
    books.deliver(charged(gift=gift.id))
    under_way = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(under_way, PaymentUnderWay)
    assert (under_way.session_id, under_way.gift.state) == ("cs_test_1", GiftState.RECEIVED)


def test_every_session_of_a_gift_finds_its_thanks(books: Books) -> None:
    """Two tabs, two sessions: whichever is paid."""
    books.pledge()
    with writing(books.engine) as conn:
        store.link_session(conn, gift_id(1), "cs_test_1")
        store.link_session(conn, gift_id(1), "cs_test_2")
    books.deliver(completed("1", gift=gift_id(1)), charged("1", gift=gift_id(1)))
    with reading(books.engine) as conn:
        for known in ("cs_test_1", "cs_test_2"):
            gift = store.gift_of_session(conn, known)
            assert gift
            assert receipt_of_gift(conn, gift.id)


def test_an_earlier_session_that_expires_does_not_end_a_gift_that_is_being_paid(books: Books) -> None:
    """Otherwise a donor who pays would read that nothing was charged."""
    books.pledge()
    with writing(books.engine) as conn:
        store.link_session(conn, gift_id(1), "cs_test_1")
        store.link_session(conn, gift_id(1), "cs_test_2")
    books.deliver(delivery(event("checkout.session.expired", session("1", gift=gift_id(1)), name="expired")))
    assert books.gift().state is GiftState.PENDING


def test_who_turned_back_finds_the_form_by_a_token_of_its_own_for_a_day(
    books: Books, pledges: Pledges, libraries: Campaign
) -> None:
    """The gift's id, which is in logs and at Stripe, opens nothing."""
    gift = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(gift, Gift)
    with reading(books.engine) as conn:
        assert gift_to_resume(conn, gift.return_token, NOON) == gift
        assert gift_to_resume(conn, gift.id, NOON) is None
        assert gift_to_resume(conn, gift.return_token, NOON + timedelta(days=1)) is None


def test_the_same_try_always_asks_stripe_for_the_same(pledges: Pledges, libraries: Campaign, time: FixedClock) -> None:
    """Else its idempotency key would be refused."""
    gift = pledges.save(libraries, PLEDGE, "token")
    time.advance(timedelta(minutes=5))
    assert pledges.save(libraries, PLEDGE, "token") == gift
    time.advance(timedelta(minutes=30))
    late = pledges.save(libraries, PLEDGE, "token")
    assert isinstance(late, Gift)
    assert (late.attempts, late.attempted_at) == (2, time())


def test_a_charge_whose_gift_is_not_here_is_found_by_the_audit(books: Books) -> None:
    """As after restoring a backup that is older than the gift: it waits as a listed fact."""
    books.deliver(charged(gift=gift_id(77)))
    with reading(books.engine) as conn:
        failed = [finding.name for finding in audit_all(conn) if finding.has_failed]
    assert failed == ["every charge that names a gift has found it"]


def test_the_same_charge_reported_with_another_amount_is_an_alarm(books: Books) -> None:
    """Later, or in the same batch: never a silent skip."""
    books.pledge()
    books.deliver(charged(gift=gift_id(1)))
    books.deliver(delivery(event("charge.succeeded", charge(gift=gift_id(1), amount=9900), name="other")))
    assert [letter.id for letter in books.dead_letters()] == ["evt_other"]
    assert books.raised() == 2500
