"""A gift to a local group, from the form to the receipt: shared by the rule of that moment, and one gift."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import add_campaign, campaign_by_slug, change_campaign, progress
from database.transactions import reading, writing
from ledger.accounts import Account
from ledger.money import GBP, Money
from payments.gifts import store
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.recurring import Interval, Rhythm
from payments.giving.form import Pledge
from payments.giving.pledges import NotOpen, Pledges
from payments.reading.happenings import Happening, InvoicePaid, InvoiceReported, SubscriptionReported
from payments.stripe.checkout import Purpose, session_params
from payments.stripe.gateway import Gateway
from proof.audit import audit_all
from receipts.store import receipt_of_gift
from receipts.tables import receipt
from tests.clock import FixedClock
from tests.payments.organisation_books import NOON, Books
from tests.payments.sample_happenings import apply_happenings, charged, posted, refunded

ONCE = Pledge(Money(2501, GBP), DonorDetails("Zoë", "zoe@example.org"))
MONTHLY = replace(ONCE, rhythm=Rhythm(Interval.MONTH))
LEEDS = 3


@pytest.fixture
def pledges(books: Books) -> Pledges:
    """The form's other side. The libraries have a group, and a fifth of what is given to it."""
    with writing(books.engine) as conn:
        add_campaign(conn, Campaign(0, "leeds", "Leeds readers", "Local.", GBP, parent_id=1))
    decide_share(books, 20)
    return Pledges(books.engine, Gateway("sk_test_x", "http://127.0.0.1:1"), FixedClock(NOON))


def decide_share(books: Books, percent: int | None, state: CampaignState = CampaignState.PUBLISHED) -> None:
    """The campaign has this share of what is given to its groups from now on."""
    with writing(books.engine) as conn:
        parent = campaign_by_slug(conn, "libraries")
        assert parent is not None
        change_campaign(conn, parent, replace(parent, group_share=percent, state=state))


def given(books: Books, pledges: Pledges, form: Pledge, token: str = "token") -> Gift:  # noqa: S107
    """The form was sent on the group's page."""
    with reading(books.engine) as conn:
        leeds = campaign_by_slug(conn, "leeds")
    assert leeds is not None
    gift = pledges.save(leeds, form, token)
    assert isinstance(gift, Gift)
    return gift


def shares(gift: Gift) -> list[tuple[int, int]]:
    """Campaign and pence of each allocation."""
    return [(share.campaign, share.amount.minor) for share in gift.allocations]


def failed_checks(conn: Connection) -> list[str]:
    """What the audit finds, but that these happenings came without their deliveries."""
    return [finding.name for finding in audit_all(conn) if finding.has_failed and finding.name != "kept causes"]


def test_a_gift_to_a_group_is_one_gift_with_two_parts(books: Books, pledges: Pledges) -> None:
    """On the payment page, in the books and on the receipt; the campaign counts it once, the refund is shared alike."""
    gift = given(books, pledges, ONCE)
    purposes = {1: Purpose("libraries", "Save our libraries"), LEEDS: Purpose("leeds", "Leeds readers")}
    lines = session_params(gift, purposes, "http://give.invalid", None)["line_items"]
    assert [(line["price_data"]["product"], line["price_data"]["unit_amount"]) for line in lines] == [
        ("campaign_leeds", 2001), ("campaign_libraries", 500),
    ]  # fmt: skip

    apply_happenings(books, charged("1", 2501, gift=gift.id))
    apply_happenings(books, refunded("1", "1", 1000))
    assert posted(books, "gift", "refund") == {
        "gift:ch_1:0": ("clearing", Account.GIFTS, 2001),
        "gift:ch_1:1": ("clearing", Account.SHARES, 500),
        "refund:re_1:0": ("refunds", "clearing", 800),
        "refund:re_1:1": ("refunds", "clearing", 200),
    }
    with reading(books.engine) as conn:
        whole, leeds = (campaign_by_slug(conn, slug) for slug in ("libraries", "leeds"))
        assert whole is not None
        assert leeds is not None
        assert [(so_far.raised.minor, so_far.gifts) for so_far in (
            progress(conn, whole, NOON), progress(conn, leeds, NOON)
        )] == [(1501, 1), (1201, 1)]  # fmt: skip
        issued = receipt_of_gift(conn, gift.id)
        assert issued is not None
        assert [(line.campaign, line.amount.minor) for line in issued.receipt.lines] == [
            ("Leeds readers", 2001), ("Save our libraries", 500),
        ]  # fmt: skip
        assert failed_checks(conn) == []


def test_a_second_payment_of_a_shared_gift_is_shared_as_well(books: Books, pledges: Pledges) -> None:
    """It is counted as another gift, once, as every second payment is."""
    gift = given(books, pledges, ONCE)
    apply_happenings(books, charged("1", 2501, gift=gift.id))
    apply_happenings(books, charged("2", 2501, gift=gift.id))
    assert posted(books, "gift")["gift:ch_2:1"] == ("clearing", Account.SHARES, 500)
    with reading(books.engine) as conn:
        assert failed_checks(conn) == []
        assert conn.scalar(sa.select(sa.func.count()).select_from(receipt)) == 1


def test_changing_the_rule_changes_no_older_gift(books: Books, pledges: Pledges) -> None:
    """Neither one that was given nor a recurring one that was begun; the next gift follows the new rule."""
    gift, first = given(books, pledges, ONCE), given(books, pledges, MONTHLY)
    decide_share(books, None)
    assert first.recurring_id is not None
    later: list[Happening] = [
        SubscriptionReported("sub_1", first.recurring_id),
        InvoiceReported("in_2", first.recurring_id, first=False),
        InvoicePaid("in_2", "pi_2"),
        charged("2", 1000),
    ]
    apply_happenings(books, charged("1", 2501, gift=gift.id), *later)

    assert {key: minor for key, (_, _, minor) in posted(books, "gift").items()} == {
        "gift:ch_1:0": 2001, "gift:ch_1:1": 500, "gift:ch_2:0": 800, "gift:ch_2:1": 200,
    }  # fmt: skip
    assert shares(given(books, pledges, ONCE, "another")) == [(LEEDS, 2501)]
    with reading(books.engine) as conn:
        stored = store.gift(conn, gift.id)
        assert stored is not None
        assert shares(stored) == [(LEEDS, 2001), (1, 500)]


def test_a_group_takes_no_gift_while_its_campaign_is_paused(books: Books, pledges: Pledges) -> None:
    """Also from a form that was open before; and a retry finds the same."""
    gift = given(books, pledges, ONCE)
    decide_share(books, 20, CampaignState.PAUSED)
    with pytest.raises(NotOpen):
        given(books, pledges, ONCE, "another")
    with pytest.raises(NotOpen):
        pledges.retry(gift.id)
