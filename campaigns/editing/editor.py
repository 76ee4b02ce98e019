"""Changes campaigns and their updates. Every change is an act in the log, with what was before and after."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from campaigns.campaign import Campaign
from campaigns.offer_json import offer_json
from campaigns.store import (
    AddressTaken,
    CampaignChanged,
    add_campaign,
    address_is_taken,
    campaign_by_id,
    change_campaign,
)
from campaigns.updates_store import CampaignUpdate, add_update, change_update, remove_update
from database.instants import Clock
from database.transactions import reading
from ledger.money import Money
from staff.act import Actor, Subject
from staff.changing import changing

CampaignValues = dict[str, object]


class CampaignEditor:
    """What members of staff do to campaigns, each in a transaction of its own."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def add(self, actor: Actor, campaign: Campaign) -> int:
        """Keep a new campaign; returns its number. Raises AddressTaken."""
        while True:
            try:
                with changing(self._engine, actor, self._clock()) as change:
                    number = add_campaign(change.conn, campaign)
                    change.record("campaign added", _subject(number), after=campaign_values(campaign))
                return number
            except IntegrityError:
                # Somebody took the address at the same moment, or only the number: then another is tried.
                if self._is_taken(campaign.slug):
                    raise AddressTaken from None

    def _is_taken(self, slug: str) -> bool:
        with reading(self._engine) as conn:
            return address_is_taken(conn, slug)

    def edit(
        self,
        actor: Actor,
        read: Campaign,
        after: Campaign,
        what: str,
        also: Callable[[Connection, datetime], None] | None = None,
    ) -> None:
        """Keep an edited campaign, of which `read` is what was edited. Raises CampaignChanged and AddressTaken.

        Nothing is kept or recorded if it is the same as before. `also` writes what belongs to the change.
        """
        if after == read:
            return
        try:
            with changing(self._engine, actor, self._clock()) as change:
                if also is not None:
                    also(change.conn, change.now)
                change_campaign(change.conn, read, after)
                before, now = _differing(campaign_values(read), campaign_values(after))
                change.record(what, _subject(read.id), before=before, after=now)
        except IntegrityError:
            raise AddressTaken from None

    def read(self, number: int, version: str) -> Campaign:
        """The campaign at the version that a form was made of. Raises CampaignChanged when there is a newer one."""
        with reading(self._engine) as conn:
            campaign = campaign_by_id(conn, number)
        if campaign is None or str(campaign.version) != version:
            raise CampaignChanged(f"campaign {number} is no longer at version {version}")
        return campaign

    def add_update(self, actor: Actor, update: CampaignUpdate) -> None:
        """Keep a new update."""
        with changing(self._engine, actor, self._clock()) as change:
            add_update(change.conn, update)
            change.record("campaign update added", _subject(update.campaign), after=_update_values(update))

    def edit_update(self, actor: Actor, read: CampaignUpdate, after: CampaignUpdate) -> None:
        """Keep an edited update. Raises UpdateChanged."""
        if after == read:
            return
        with changing(self._engine, actor, self._clock()) as change:
            change_update(change.conn, read, after)
            before, now = _differing(_update_values(read), _update_values(after))
            change.record("campaign update edited", _subject(read.campaign), before=before, after=now)

    def remove_update(self, actor: Actor, read: CampaignUpdate) -> None:
        """Remove an update. Raises UpdateChanged."""
        with changing(self._engine, actor, self._clock()) as change:
            remove_update(change.conn, read)
            change.record("campaign update removed", _subject(read.campaign), before=_update_values(read))


def campaign_values(campaign: Campaign) -> CampaignValues:
    """A campaign as the log of acts shows it."""
    values = dict(vars(replace(campaign, id=0)))
    del values["id"], values["version"]
    return {name: _plain(value) for name, value in values.items()} | {
        "currency": campaign.currency.code,
        "offer": offer_json(campaign.offer),
    }


def _update_values(update: CampaignUpdate) -> CampaignValues:
    return {"id": update.id, "day": _plain(update.day), "title": update.title, "text": update.text}


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Money():
            return str(value)
        case _:
            return value


def _differing(before: CampaignValues, after: CampaignValues) -> tuple[CampaignValues, CampaignValues]:
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _subject(number: int) -> Subject:
    return Subject("campaign", str(number))
