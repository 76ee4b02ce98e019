"""From gifts as they were typed to offline gifts of known donors."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection

from campaigns.campaign import Campaign, CampaignState
from campaigns.store import campaigns
from donors.donor import NO_ADDRESS, Donor
from ledger.kinds import EntryKind
from ledger.money import Money
from payments.gifts.gift import Share, pledge
from payments.gifts.offline import OfflineGift
from payments.gifts.offline_store import bank_cash, givers
from payments.giving.pledges import shares_for
from staff.act import Subject
from staff.changing import Change
from treasury.offline.form import TypedOffline


def offline_choices(conn: Connection) -> Sequence[Campaign]:
    """The campaigns that a gift can be for: every one that was ever shown, because cash may come late."""
    return [campaign for campaign in campaigns(conn) if campaign.state is not CampaignState.DRAFT]


def offline_gift(read: TypedOffline, shares: Sequence[Share], donor: Donor, who: str, now: datetime) -> OfflineGift:
    """The gift of this donor; one who was named by their page keeps their name and address."""
    details = read.donor
    if read.donor_id == donor.id:
        details = replace(details, name=donor.name, email="" if donor.email.endswith(NO_ADDRESS) else donor.email)
    gift = replace(pledge(read.amount, shares, details, now), id=read.key, donor_id=donor.id)
    return OfflineGift(gift, read.means, read.day, read.reference, read.counts, who, read.valuation)


def offline_gifts(change: Change, typed: Sequence[TypedOffline], who: str) -> list[OfflineGift]:
    """The gifts of a file, each of the donor of its address; a donor who is not known is added."""
    by_id = {campaign.id: campaign for campaign in campaigns(change.conn)}
    shares = {
        campaign.id: shares_for(campaign, by_id[campaign.parent_id] if campaign.parent_id else None)
        for campaign in by_id.values()
    }
    donors = givers(change.conn, [read.donor for read in typed], change.now)
    return [
        offline_gift(read, shares[read.campaign.id], donor, who, change.now)
        for read, donor in zip(typed, donors, strict=True)
    ]


def deposit_cash(change: Change, deposit: tuple[str, Money], day: date, zone: tzinfo) -> None:
    """Book that cash in hand was taken to the bank: the deposit's id and its amount. Raises NotEnoughCash."""
    key, amount = deposit
    bank_cash(change.conn, deposit, day, f"{EntryKind.DEPOSIT}:{key}", (change.now, zone))
    after = {"amount": str(amount), "day": day.isoformat()}
    change.record("cash.deposit", Subject("deposits", key), after=after, act_id=f"cash.deposit:{key}")
