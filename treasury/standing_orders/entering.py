"""Enters the gift that came by a standing order."""

from dataclasses import replace
from datetime import date

from campaigns.store import campaign_by_id, parent_of
from compliance.offline_receiving import receive_offline_gift
from donors.donor import NO_ADDRESS, Donor
from donors.store import donor_by_id
from ledger.kinds import EntryKind
from payments.gifts.gift import DonorDetails, pledge
from payments.gifts.offline import Means, OfflineGift
from payments.giving.pledges import shares_for
from payments.standing_orders.order import StandingOrder
from payments.standing_orders.store import note_came
from staff.act import Subject
from staff.changing import Change
from treasury.offline.issuer import issuer_of, offline_receipt_facts
from web.pages import Pages


def enter_expected(change: Change, pages: Pages, order: StandingOrder, gift: tuple[str, date, date], who: str) -> None:
    """Enter a gift with its receipt and its act: its id, the day on which it was due, and the day on which it came.

    The same gift again changes nothing. `change` must have the books. Raises AlreadyCame.
    """
    key, due_on, day = gift
    campaign, donor = campaign_by_id(change.conn, order.campaign), donor_by_id(change.conn, order.donor_id)
    assert campaign is not None, "a standing order is for a campaign"
    assert donor is not None, "a standing order is a donor's"
    shares = shares_for(campaign, parent_of(change.conn, campaign))
    new = replace(pledge(order.amount, shares, _details(donor), change.now), id=key, donor_id=donor.id)
    offline = OfflineGift(new, Means.STANDING_ORDER, day, order.reference, counts=True, who=who)
    issuer = issuer_of(change.conn, pages)
    facts = offline_receipt_facts(change.conn, issuer, [offline])
    receive_offline_gift(change.conn, offline, issuer, (change.now, pages.wording.zone), facts)
    note_came(change.conn, order, due_on, key)
    after = {"amount": str(order.amount), "day": day.isoformat(), "due_on": due_on.isoformat()}
    change.record("gift.enter", Subject(EntryKind.GIFT.value, key), after=after, act_id=f"gift.enter:{key}")


def _details(donor: Donor) -> DonorDetails:
    return DonorDetails(donor.name, "" if donor.email.endswith(NO_ADDRESS) else donor.email)
