"""Changing the organisation at the desk: a draft, a look at it, and the version that it becomes."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from database.instants import Clock
from database.transactions import reading, writing
from organisation.current import CurrentOrganisation
from organisation.differences import ChangedField, differences
from organisation.organisation import OrganisationDraft, OrganisationProfile, OrganisationVersion
from organisation.profile_values import profile_values
from organisation.store import add_version, draft_of, newest_number, put_draft, remove_draft, versions
from staff.act import Subject
from staff.changing import changing
from staff.door import SignedIn
from staff.store import member_by_id
from web.errors import Refusal, Trouble
from web.picture_store import keep_picture
from web.pictures import EncodedPicture


class ChangedMeanwhile(Refusal):
    """Somebody else saved a version after this draft was begun."""

    trouble = Trouble(
        409, "Somebody else has saved a change meanwhile", "Nothing of yours was saved, and your draft is still here.",
        "Go back to the preview, discard the draft, and make your change again on what is there now.",
    )  # fmt: skip


class NothingToSave(Refusal):
    """There is no draft, or one that changes nothing."""

    trouble = Trouble(
        409, "There is nothing to save", "Your draft was saved already, or changes nothing.",
        "Go back to the organisation's page and choose what you want to change.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version as the desk lists it: who made it, and what it changed."""

    version: OrganisationVersion
    by: str
    changes: list[ChangedField]


class OrganisationDesk:
    """What members of staff do to the organisation."""

    def __init__(self, engine: Engine, clock: Clock, current: CurrentOrganisation) -> None:
        self._engine, self._clock, self._current = engine, clock, current

    def draft(self, signed_in: SignedIn) -> OrganisationDraft:
        """What this member is about to change: what they have begun, or the organisation as it is."""
        with reading(self._engine) as conn:
            begun = draft_of(conn, signed_in.member.id, self._timezone)
        return begun or OrganisationDraft(signed_in.member.id, self._current.number, self._current.profile)

    def keep_draft(self, draft: OrganisationDraft, logo: EncodedPicture | None = None) -> None:
        """Keep what was filled in, with the picture of a new logo. It is seen by its member alone."""
        with writing(self._engine) as conn:
            if logo is not None:
                keep_picture(conn, logo, self._clock())
            put_draft(conn, draft, self._clock())

    def discard(self, signed_in: SignedIn) -> None:
        """Forget what this member has begun."""
        with writing(self._engine) as conn:
            remove_draft(conn, signed_in.member.id)

    def save(self, signed_in: SignedIn) -> int:
        """Make the draft the version that holds, and return its number. Raises ChangedMeanwhile, NothingToSave."""
        try:
            with changing(self._engine, signed_in.actor, self._clock()) as change:
                version = self._next_version(change.conn, signed_in)
                number = str(version.number)
                before = profile_values(self._current.profile) if version.number > 1 else {}
                after = profile_values(version.profile)
                changed = [name for name in after if before.get(name) != after[name]]
                change.record(
                    "organisation changed",
                    Subject("organisation", number),
                    before={name: before.get(name) for name in changed},
                    after={name: after[name] for name in changed},
                )
        except IntegrityError:  # two members pressed Save at once: one of them has the number
            raise ChangedMeanwhile from None
        self._current.refresh()
        return version.number

    def _next_version(self, conn: Connection, signed_in: SignedIn) -> OrganisationVersion:
        draft = draft_of(conn, signed_in.member.id, self._timezone)
        if draft is None or (draft.based_on and draft.profile == self._current.profile):
            raise NothingToSave
        if draft.based_on != newest_number(conn) or draft.based_on != self._current.number:
            raise ChangedMeanwhile
        remove_draft(conn, signed_in.member.id)
        return add_version(conn, draft.profile, signed_in.actor.who, self._clock())

    def history(self) -> list[ShownVersion]:
        """Every version, newest first."""
        with reading(self._engine) as conn:
            kept = versions(conn, self._timezone)
            names = {version.cause: _name_of(conn, version.cause) for version in kept}
        earlier_versions = [*kept[1:], None]  # one more than there are versions, if there is none
        return [
            ShownVersion(
                version,
                names[version.cause],
                differences(earlier.profile, version.profile) if earlier else [],
            )
            for version, earlier in zip(kept, earlier_versions, strict=False)
        ]

    def changes(self, profile: OrganisationProfile) -> list[ChangedField]:
        """What a profile would change."""
        return differences(self._current.profile, profile)

    @property
    def _timezone(self) -> str:
        return self._current.profile.organisation.timezone


def _name_of(conn: Connection, cause: str) -> str:
    """Who made a version: a member's name, or what did."""
    member = member_by_id(conn, cause)
    if member is not None:
        return member.name
    return "the settings, at the first start" if cause == "settings" else cause
