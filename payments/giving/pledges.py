"""A gift's first steps: it is saved as pending before Stripe is asked, then its checkout is opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid5

import structlog
from sqlalchemy.engine import Connection, Engine

from campaigns.campaign import Campaign, Openness
from campaigns.store import campaign_by_id, parent_of
from database.instants import Clock
from database.transactions import reading, writing
from donors.consent_store import consents_made_with, note_consents
from donors.consents import Channel, Consent, ConsentPlace
from ledger.money import Money
from payments.gift_aid.declaration_store import add_gift_aid_declaration, gift_aid_declared_with
from payments.gift_aid.gift_aid_declaration import DeclarationPlace, GiftAidDeclaration
from payments.gifts import store
from payments.gifts.details_store import add_declaration, add_dedication, declaration_of, dedication_of
from payments.gifts.gift import Gift, GiftState, Share, pledge
from payments.gifts.receipt_choice_store import choose_receipts, latest_letters
from payments.gifts.recurring import ReceiptLetters, Recurring, begin, recurring_id_of
from payments.gifts.recurring_changes import BY_DONOR
from payments.gifts.recurring_store import add_recurring, recurring_of
from payments.gifts.splitting import ParentShare, shares_of_parts
from payments.giving.form import Pledge
from payments.giving.form_keys import FORMS, FormKey, gift_id_of, return_token_of
from payments.giving.gift_aid_form import PledgedGiftAid
from payments.giving.postal_address_store import postal_address_of, put_postal_address
from payments.giving.prefilled import SentForm
from payments.stripe.checkout import Purpose
from payments.stripe.gateway import Gateway
from payments.valuing.valuation import BY_CAMPAIGN, Valuation
from payments.valuing.valuation_store import add_valuations
from web.language import spoken_code

# After so long a checkout that was never opened is asked for as a new attempt: Stripe refuses a session that would be
# open for less than half an hour.
NEW_ATTEMPT_AFTER = timedelta(minutes=20)

log = structlog.get_logger()


class NotOpen(ValueError):
    """The campaign takes no gifts at present."""


@dataclass(frozen=True, slots=True)
class PaymentUnderWay:
    """The donor has paid with this form, or is paying: `gift` is what for, and `asked` what the form asks for now."""

    session_id: str
    gift: Gift
    asked: Money


class Pledges:
    """Saves pledges as pending gifts and opens their checkouts. No transaction is open while Stripe is asked."""

    def __init__(self, engine: Engine, gateway: Gateway, clock: Clock) -> None:
        self._engine, self._gateway, self._clock = engine, gateway, clock

    def save(self, campaign: Campaign, form: Pledge, sent: FormKey | str) -> Gift | PaymentUnderWay:
        """Save the pending gift, and the recurring gift that it begins; raises NotOpen.

        Of a form with parts the campaign is the one that stands for several (`places.py`).
        The same form sent twice is one gift. Sent again after it was paid it is none, whatever was changed in it.
        `sent` is the form's token, or a key of one that had none.
        """
        now = self._clock()
        with writing(self._engine) as conn:
            shares = _shares_of_form(conn, campaign, form, now)
            if not form.parts and form.rhythm is None:
                form = replace(form, benefit=campaign.offer.benefit)
            key = _key_in_use(conn, FormKey(sent) if isinstance(sent, str) else sent)
            new = replace(
                pledge(form.amount, shares, form.donor, now),
                id=gift_id_of(campaign.id, form, key),
                return_token=return_token_of(key, shared=bool(form.parts)),
                source=form.source,
                show_name=form.show_name,
                fee_cover=form.fee_cover,
            )
            paid = store.paid_gift_of_form(conn, new.return_token)
            return (paid and _payment_under_way(paid, form.amount)) or _saved_once(conn, new, shares, form, now)

    def retry(self, gift_id: str) -> Gift | PaymentUnderWay | None:
        """Begin another attempt for a gift whose checkout could not be opened; None when there is no such gift.

        Raises NotOpen when its campaign has closed since, or the gift is older than a day.
        """
        now = self._clock()
        with writing(self._engine) as conn:
            gift = store.gift(conn, gift_id)
            if gift is None or gift.state is not GiftState.PENDING:
                return _payment_under_way(gift, gift.amount) if gift else None
            if not _may_be_given(conn, gift, now):
                raise NotOpen(gift_id)
            paid = store.paid_gift_of_form(conn, gift.return_token)
            if paid and (under_way := _payment_under_way(paid, gift.amount)):
                return under_way
            return _with_new_attempt(conn, gift, now)

    def open_checkout(self, gift: Gift) -> str:
        """The address of Stripe's page for this gift; raises StripeAway or StripeRefused."""
        with reading(self._engine) as conn:
            purposes, recurring = _purposes(conn, gift), recurring_of_gift(conn, gift)
        checkout = self._gateway.open_checkout(gift, purposes, recurring)
        with writing(self._engine) as conn:
            store.link_session(conn, gift.id, checkout.session_id)
        log.info("checkout_opened", gift=gift.id)  # never the session: it opens the thank-you page
        return checkout.url


def _shares_of_form(conn: Connection, campaign: Campaign, form: Pledge, now: datetime) -> tuple[Share, ...]:
    """How its gift is shared, as its campaigns have it now; raises NotOpen if one of them takes no gifts."""
    if not form.parts:
        parent = parent_of(conn, campaign)
        _require_open(campaign, parent, now)
        return shares_for(campaign, parent)
    parents: dict[int, ParentShare] = {}
    for part in form.parts:
        chosen = campaign_by_id(conn, part.campaign)
        assert chosen is not None, "the form has read it"
        parent = parent_of(conn, chosen)
        _require_open(chosen, parent, now)
        if parent is not None and parent.group_share is not None:
            parents[chosen.id] = ParentShare(parent.id, parent.group_share)
    return shares_of_parts(form.parts, parents)


def _require_open(campaign: Campaign, parent: Campaign | None, now: datetime) -> None:
    if campaign.openness_under(parent, now) is not Openness.OPEN:
        raise NotOpen(campaign.slug)


def shares_for(campaign: Campaign, parent: Campaign | None) -> tuple[Share, ...]:
    """How a gift to this campaign is shared: of a gift to a group its campaign has what it has decided, now."""
    if parent is None or parent.group_share is None:
        return (Share(0, campaign.id, 1),)
    return Share(0, campaign.id, 100 - parent.group_share), Share(1, parent.id, parent.group_share)


def _key_in_use(conn: Connection, sent: FormKey) -> str:
    """The key of the hour before, if a gift was made with it: a double click at the turn of the hour is one gift."""
    if sent.earlier and any(
        store.gift_to_return_to(conn, return_token_of(sent.earlier, shared=shared)) for shared in (False, True)
    ):
        return sent.earlier
    return sent.newest


def _may_be_given(conn: Connection, gift: Gift, now: datetime) -> bool:
    campaigns = store.campaigns_of_gift(conn, gift)
    return not _is_old(gift, now) and all(
        campaign.openness_under(parent_of(conn, campaign), now) is Openness.OPEN for campaign in campaigns
    )


def recurring_of_gift(conn: Connection, gift: Gift) -> Recurring | None:
    """The recurring gift that this one is an instalment of."""
    return recurring_of(conn, [gift.recurring_id]).get(gift.recurring_id) if gift.recurring_id else None


def _purposes(conn: Connection, gift: Gift) -> dict[int, Purpose]:
    campaigns = [campaign_by_id(conn, share.campaign) for share in gift.allocations]
    return {campaign.id: Purpose(campaign.slug, campaign.title) for campaign in campaigns if campaign}


def gift_to_resume(conn: Connection, return_token: str, now: datetime) -> Gift | None:
    """The gift of a donor who came back from Stripe without paying, to fill the form again; for one day."""
    gift = store.gift_to_return_to(conn, return_token)
    open_again = gift is not None and gift.state in (GiftState.PENDING, GiftState.EXPIRED)
    return gift if gift and open_again and not _is_old(gift, now) else None


def sent_form(conn: Connection, gift: Gift) -> SentForm:
    """What the form said with which this gift was made."""
    agreed = tuple(consent.channel.value for consent in consents_made_with(conn, gift.id))
    return SentForm(
        gift,
        recurring_of_gift(conn, gift),
        dedication_of(conn, gift.id),
        declaration_of(conn, gift.id),
        agreed,
        gift_aid_declared_with(conn, gift.id),
        latest_letters(conn, gift.recurring_id) if gift.recurring_id else ReceiptLetters.EACH,
        postal_address_of(conn, gift.id),
    )


def _is_old(gift: Gift, now: datetime) -> bool:
    return now - gift.created_at >= timedelta(days=1)


def _saved_once(
    conn: Connection, new: Gift, shares: Sequence[Share], form: Pledge, now: datetime
) -> Gift | PaymentUnderWay:
    """The gift as it is in the database, perhaps by another request; a new one if it has expired or failed."""
    if form.rhythm is not None:
        new = replace(new, recurring_id=recurring_id_of(new.id))
    added = store.add_gift(conn, new)
    if form.rhythm is not None:
        add_recurring(conn, begin(new, form.rhythm, shares))
    if added is not None:
        _add_details(conn, added, form, now)
        _note_benefit(conn, added, form, now)
    saved = store.gift(conn, new.id)
    assert saved is not None
    if saved.state is GiftState.PENDING:
        old_attempt = saved.attempted_at is not None and now - saved.attempted_at > NEW_ATTEMPT_AFTER
        return _with_new_attempt(conn, saved, now) if saved.session_id is None and old_attempt else saved
    again = replace(new, id=str(uuid5(FORMS, saved.id)))
    return _payment_under_way(saved, new.amount) or _saved_once(conn, again, shares, form, now)


def _add_details(conn: Connection, gift: Gift, form: Pledge, now: datetime) -> None:
    """What else the form said, in the transaction of the gift."""
    assert gift.donor_id is not None
    agreed = [
        Consent(Channel(box.channel), True, box.words, box.version, spoken_code(), ConsentPlace.FORM, now)
        for box in form.consents
    ]
    note_consents(conn, gift.donor_id, agreed, made_with=gift.id)
    if form.receipts is ReceiptLetters.YEARLY and gift.recurring_id is not None:
        choose_receipts(conn, gift.recurring_id, form.receipts, BY_DONOR, now)
    if form.dedication is not None:
        add_dedication(conn, gift.id, form.dedication)
    if form.address is not None:
        put_postal_address(conn, [gift.id], form.address, now)
    if form.declaration is not None:
        add_declaration(conn, gift.id, form.declaration, now)
    if form.gift_aid is not None:
        add_gift_aid_declaration(conn, _gift_aid_of(gift, form.gift_aid, now))


def _note_benefit(conn: Connection, gift: Gift, form: Pledge, now: datetime) -> None:
    """What its campaign sells for such a gift, as it was when the donor gave."""
    if form.benefit is not None:
        bought = Valuation(gift.id, False, form.benefit.words, form.benefit.market_value)
        add_valuations(conn, [bought], BY_CAMPAIGN, now)


def _gift_aid_of(gift: Gift, declared: PledgedGiftAid, now: datetime) -> GiftAidDeclaration:
    assert gift.donor_id is not None
    return GiftAidDeclaration(
        id=str(uuid5(FORMS, f"{gift.id} gift aid")),
        donor_id=gift.donor_id,
        gift_id=gift.id,
        scope=declared.scope,
        taxpayer=declared.taxpayer,
        words=declared.words.words,
        words_version=declared.words.version,
        place=DeclarationPlace.FORM,
        declared_at=now,
        declared_on=declared.declared_on,
    )


def _with_new_attempt(conn: Connection, gift: Gift, now: datetime) -> Gift:
    store.next_attempt(conn, gift.id, now)
    counted = store.gift(conn, gift.id)
    assert counted is not None
    return counted


def _payment_under_way(gift: Gift, asked: Money) -> PaymentUnderWay | None:
    under_way = gift.state in (GiftState.PROCESSING, GiftState.RECEIVED) and gift.session_id
    return PaymentUnderWay(gift.session_id, gift, asked) if under_way and gift.session_id else None
