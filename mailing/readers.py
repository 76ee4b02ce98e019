"""Who is written to about a campaign's update: those who signed up, and donors who agreed to letters.

A person who is both gets one letter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from campaigns.campaign import Campaign
from campaigns.store import groups_of
from donors.consents import Consent
from donors.donor import address_key
from mailing.signup import Signup, Topic
from mailing.stop_links import LetterReader, ReaderKind
from mailing.store import signed_up

AGREED_DONORS = Callable[[Connection, Sequence[int], str, int], Sequence["AgreedDonor"]]
"""Donors who gave to these campaigns and agree to email, after an address's key, in that order; at most so many."""
EVERYBODY = 1_000_000


@dataclass(frozen=True, slots=True)
class AgreedDonor:
    """A donor who agrees to letters by email, by this consent. `key` is that of `donors.donor.address_key`."""

    id: str
    email: str
    key: str
    language: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class ReaderAddress:
    """Somebody to write to: by which record, where, in which language. Two of one `key` are one person."""

    reader: LetterReader
    email: str
    key: str
    language: str


def readers_of(
    conn: Connection, campaign: Campaign, donors: AGREED_DONORS, after: str = "", limit: int = EVERYBODY
) -> list[ReaderAddress]:
    """Who is told of an update of this campaign, by address, after this key; at most so many.

    That is: who signed up for it, for one of its groups, for the campaign that it is a group of, or for everything; and
    donors of it and of its groups.
    """
    family = [campaign.id, *(group.id for group in groups_of(conn, campaign))]
    listed = [
        [_of_donor(donor) for donor in donors(conn, family, after, limit)],
        [
            _of_signup(signup)
            for signup in signed_up(conn, Topic.UPDATES, [*family, campaign.parent_id, None], after, limit)
        ],
    ]
    by_key = {reader.key: reader for readers in listed for reader in readers}
    # A list that was cut off says nothing of the addresses after its last one.
    ends = [readers[-1].key for readers in listed if len(readers) == limit]
    return [by_key[key] for key in sorted(by_key) if not ends or key <= min(ends)][:limit]


def _of_donor(donor: AgreedDonor) -> ReaderAddress:
    return ReaderAddress(LetterReader(ReaderKind.DONOR, donor.id), donor.email, donor.key, donor.language)


def _of_signup(signup: Signup) -> ReaderAddress:
    reader = LetterReader(ReaderKind.SIGNUP, signup.id)
    return ReaderAddress(reader, signup.email, address_key(signup.email), signup.language)
