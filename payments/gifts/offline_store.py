"""Offline gifts in the database: entered, taken back, and cash that was banked. Call these inside `booking`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import ledger.store
from campaigns.store import campaign_names
from database.bulk import change_rows, insert_rows
from database.questions import among
from donors.donor import NO_ADDRESS, Donor
from donors.store import donor_by_id, donor_of_address, find_or_add_donor, find_or_add_donors, languages_of_donors
from ledger.accounts import Account
from ledger.kinds import EntryKind
from ledger.money import Currency, Money
from payments.gifts.gift import DonorDetails, Gift
from payments.gifts.gift_events import received_event, taken_back_event
from payments.gifts.moving_store import gifts_with_moves, moves_of
from payments.gifts.offline import Means, OfflineGift, deposit_entry, noon_of, offline_entries, reversals
from payments.gifts.receiving import NO_RECEIPT_FACTS, Issuer, ReceiptFacts, Received, Reception, receive
from payments.gifts.store import add_gifts, gift, gifts, save_reception
from payments.gifts.tables import allocation, offline_gift
from payments.valuing.valuation import Valuation
from payments.valuing.valuation_store import add_valuations, valuations_of
from receipts.void_store import void_receipts_of_gifts
from webhooks.store import write_events

_o = offline_gift.c


class NotEnoughCash(ValueError):
    """More is to be banked than is in hand."""


class MovedSince(ValueError):
    """A gift that counts for another campaign than it was entered for: it is moved back before it is taken back."""


@dataclass(frozen=True, slots=True)
class KeptOffline:
    """An offline gift as it is kept; `taken_back_at` when it was a mistake, or was paid back."""

    offline: OfflineGift
    entered_at: datetime
    taken_back_at: datetime | None
    why: str


def giver(conn: Connection, details: DonorDetails, donor_id: str | None, now: datetime) -> Donor:
    """The donor of an offline gift: the one that is named, else that of the address, else a new one.

    Somebody without an address is a donor of their own; a gift from nobody known is nobody's.
    """
    known = donor_by_id(conn, donor_id) if donor_id else None
    if known is None and details.email:
        known = donor_of_address(conn, details.email)  # the language of their letters stays what it is
    if known is not None:
        return known
    nobody = f"{uuid4() if details.name else 'nobody'}@{NO_ADDRESS}"
    return find_or_add_donor(conn, details.name, details.email or nobody, now)


def givers(conn: Connection, people: Sequence[DonorDetails], now: datetime) -> list[Donor]:
    """The donors of many offline gifts, in their order: as `giver`, of nobody that is named by their id."""
    addresses = [
        (person.name, person.email or f"{uuid4() if person.name else 'nobody'}@{NO_ADDRESS}") for person in people
    ]
    return find_or_add_donors(conn, addresses, now)


def enter_offline(
    conn: Connection,
    offline: OfflineGift,
    issuer: Issuer | None,
    now: tuple[datetime, tzinfo],
    facts: Mapping[str, ReceiptFacts] | None = None,
) -> bool:
    """Add the gift as received, with its entries, and with its receipt where there is an issuer.

    False when it was there already: it stays as it is. `now` is the instant and the organisation's time zone, `facts`
    what its receipt says besides.
    """
    if gift(conn, offline.gift.id) is not None:
        return False
    enter_offline_gifts(conn, [offline], {offline.gift.id} if issuer else set(), issuer, now, facts)
    return True


def enter_offline_gifts(
    conn: Connection,
    entered: Sequence[OfflineGift],
    with_receipt: Collection[str],
    issuer: Issuer | None,
    now: tuple[datetime, tzinfo],
    facts: Mapping[str, ReceiptFacts] | None = None,
) -> None:
    """Add gifts that are not there yet, each table in one statement; those of `with_receipt` have a receipt each.

    `facts` is what receipts say besides, by gift.
    """
    at, zone = now
    add_gifts(conn, [offline.gift for offline in entered])
    insert_rows(conn, offline_gift, [_row(offline, at) for offline in entered])
    for who in sorted({offline.who for offline in entered if offline.valuation}):
        add_valuations(conn, [each.valuation for each in entered if each.valuation and each.who == who], who, at)
    names = campaign_names(conn)
    titles, slugs = {name.id: name.title for name in names}, {name.id: name.slug for name in names}
    languages = languages_of_donors(conn, sorted({each.gift.donor_id for each in entered if each.gift.donor_id}))
    received = [_received(offline, languages.get(offline.gift.donor_id or "", ""), now) for offline in entered]
    received = [replace(each, facts=(facts or {}).get(each.gift.id, NO_RECEIPT_FACTS)) for each in received]
    wanting = [each for each in received if issuer and each.gift.id in with_receipt]
    others = [each for each in received if not (issuer and each.gift.id in with_receipt)]
    for payments, by in ((wanting, issuer), (others, None)):
        if payments:
            save_reception(conn, _reception(payments, by, titles, at, zone), at)
    parents = {name.id: name.parent for name in names if name.parent is not None}
    entries = [
        entry
        for offline, each in zip(entered, received, strict=True)
        for entry in offline_entries(offline, parents, each.at, each.cause)
    ]
    ledger.store.post(conn, entries, at)
    write_events(conn, [received_event(each, slugs) for each in received], at)


def _received(offline: OfflineGift, language: str, now: tuple[datetime, tzinfo]) -> Received:
    at, zone = now
    return Received(
        gift=offline.gift,
        amount=offline.gift.amount,
        at=min(at, noon_of(offline.day, zone)),  # of today, before noon, it is now
        day=offline.day,
        method=offline.method,
        subject=offline.subject,
        source=offline.subject,
        cause=offline.subject,
        language=language,
    )


def _reception(
    received: Sequence[Received], issuer: Issuer | None, titles: dict[int, str], now: datetime, zone: tzinfo
) -> Reception:
    today = now.astimezone(zone).date()
    if issuer is None:
        return Reception(tuple(received), (), (), today)
    return receive(received, issuer, titles, today)


def _row(offline: OfflineGift, now: datetime) -> dict[str, object]:
    return {
        "gift_id": offline.gift.id,
        "means": offline.means.value,
        "given_on": offline.day,
        "reference": offline.reference,
        "counts": offline.counts,
        "who": offline.who,
        "entered_at": now,
    }


def take_back_offline(conn: Connection, kept: KeptOffline, why: str, who: str, now: tuple[datetime, tzinfo]) -> bool:
    """Reverse its entries today; False when it was taken back before. The gift stays on record; its receipt is void.

    Raises MovedSince.
    """
    return take_back_offline_gifts(conn, [kept], why, who, now) > 0


def take_back_offline_gifts(
    conn: Connection, kept: Sequence[KeptOffline], why: str, who: str, now: tuple[datetime, tzinfo]
) -> int:
    """Reverse the entries of those that were not taken back before, each table in one statement; how many they were.

    Raises MovedSince, with the id of the first gift that was moved.
    """
    at, zone = now
    standing = [each.offline for each in kept if each.taken_back_at is None]
    for identity in gifts_with_moves(conn, [offline.gift.id for offline in standing]):
        if _is_elsewhere(conn, next(offline.gift for offline in standing if offline.gift.id == identity)):
            raise MovedSince(identity)
    back = {"taken_back_at": at, "taken_back_by": who, "why": why}
    change_rows(conn, offline_gift, [{"gift_id": offline.gift.id} | back for offline in standing])
    names = campaign_names(conn)
    parents = {name.id: name.parent for name in names if name.parent is not None}
    today = at.astimezone(zone).date()
    reversing = [
        entry
        for offline in standing
        for entry in reversals(
            offline_entries(offline, parents, noon_of(offline.day, zone), offline.subject), at, today, offline.subject
        )
    ]
    ledger.store.post(conn, reversing, at)
    void_receipts_of_gifts(conn, [offline.gift.id for offline in standing], why or "Taken back", who, at)
    slugs = {name.id: name.slug for name in names}
    write_events(conn, [taken_back_event(offline.gift, slugs, at) for offline in standing], at)
    return len(standing)


def _is_elsewhere(conn: Connection, kept: Gift) -> bool:
    """Whether a share counts for another campaign than it was booked for: a reversal is of that campaign."""
    booked: dict[int, int] = {}
    for move in reversed(moves_of(conn, kept.id)):
        booked.setdefault(move.share, move.from_campaign)
    return any(booked.get(share.n, share.campaign) != share.campaign for share in kept.allocations)


def offline_gift_of(conn: Connection, gift_id: str) -> KeptOffline | None:
    """The offline gift with this id."""
    return next(iter(offline_gifts_of(conn, [gift_id])), None)


def offline_gifts_of(conn: Connection, ids: Sequence[str]) -> list[KeptOffline]:
    """The offline gifts among these ids, in their order."""
    rows = {row.gift_id: row for row in conn.execute(sa.select(offline_gift).where(among(conn, _o.gift_id, ids)))}
    whole, valuations = gifts(conn, rows), valuations_of(conn, sorted(rows))
    return [_kept(whole[identity], rows[identity], valuations.get(identity)) for identity in ids if identity in rows]


def _kept(whole: Gift, row: sa.Row[Any], valuation: Valuation | None) -> KeptOffline:
    offline = OfflineGift(whole, Means(row.means), row.given_on, row.reference, row.counts, row.who, valuation)
    return KeptOffline(offline, row.entered_at, row.taken_back_at, row.why or "")


def cash_in_hand(conn: Connection, of: Currency) -> Money:
    """Cash and cheques that were not banked yet."""
    return ledger.store.balance(conn, Account.CASH, of)


def bank_cash(
    conn: Connection, deposit: tuple[str, Money], day: date, cause: str, now: tuple[datetime, tzinfo]
) -> None:
    """Book once that cash was taken to the bank: the deposit's id and its amount. Raises NotEnoughCash."""
    identity, amount = deposit
    at, zone = now
    if ledger.store.is_posted(conn, EntryKind.DEPOSIT.key(identity)):
        return
    if amount > cash_in_hand(conn, amount.currency):
        raise NotEnoughCash(str(amount))
    ledger.store.post(conn, [deposit_entry(identity, amount, (noon_of(day, zone), day), cause)], at)


def uncounted_by_campaign(conn: Connection, campaigns: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What targets count besides the books, by campaign: minor units and gifts.

    Money that shall not count is taken off; gifts in kind that count are added.
    """
    in_kind = _o.means == Means.IN_KIND.value
    sign = sa.case((in_kind, 1), else_=-1)
    gifts = sa.case((allocation.c.n == 0, sign), else_=0)  # a parent's part of a gift to its group is no further gift
    rows = conn.execute(
        sa.select(allocation.c.campaign_id, sa.func.sum(sign * allocation.c.amount_minor), sa.func.sum(gifts))
        # With `|| ''` SQLite begins with offline gifts, which are few, and not with a campaign's shares.
        .join(allocation, allocation.c.gift_id == _o.gift_id.concat(""))
        .where((allocation.c.campaign_id + 0).in_(campaigns), _o.taken_back_at.is_(None))
        .where(sa.or_(sa.and_(in_kind, _o.counts == 1), sa.and_(~in_kind, _o.counts == 0)))
        .group_by(allocation.c.campaign_id)
    )
    return {campaign: (int(minor), int(gifts)) for campaign, minor, gifts in rows}
