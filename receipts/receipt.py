"""A receipt: what the organisation confirms to a donor, frozen when it is issued."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import Any

from ledger.money import CurrencyMismatch, Money, currency
from organisation.organisation import Look, Organisation, OrganisationKind, OrganisationProfile
from receipts.words import ENGLISH, REGIONS_OF, WORDS_3, receipt_languages
from receipts.words_4 import words_4

# The numbers of the wording and layout. A changed legal sentence is a new number. The last is what is issued now.
PLAIN, STYLED, TRANSLATED, LEGAL = 1, 2, 3, 4
PLAIN_LOCALE = "en_GB"  # how amounts and dates are written on a plain receipt


@dataclass(frozen=True, slots=True)
class ReceiptStyle:
    """How a receipt looked when it was issued, and whether a charity issued it.

    `colour` is `#rrggbb`, `logo` the hash of a kept picture, `locale` how amounts and dates are written. `archived`: it
    is printed for long archiving, with its data inside.
    """

    locale: str
    colour: str | None
    logo: str | None
    charity: bool
    archived: bool = False

    @property
    def language(self) -> str:
        """The language of its locale."""
        return self.locale.partition("_")[0]


def receipt_style(profile: OrganisationProfile, language: str = "") -> ReceiptStyle | None:
    """The style of a receipt that an organisation issues now to a reader of this language; None for a plain one.

    A language that the organisation does not offer, or that receipts have no words in, is the organisation's own.
    """
    look, charity = profile.look, profile.kind is OrganisationKind.CHARITY
    style = ReceiptStyle(_locale(profile, language), look.colour, look.logo, charity, profile.receipts.archived)
    return None if style == ReceiptStyle(PLAIN_LOCALE, None, None, charity=False) else style


def _locale(profile: OrganisationProfile, language: str) -> str:
    own, _, region = profile.locale.partition("_")
    if language == own or language not in profile.languages or language not in receipt_languages():
        return profile.locale
    # Where a language has no such region, its own form is written.
    return f"{language}_{region}" if region in REGIONS_OF.get(language, ()) else language


class NotAReceipt(ValueError):
    """A draft without lines, or with an amount that is not positive."""


def printed_number(year: int, number: int) -> str:
    """The number as it is printed: 2026-000123. Up to a million a year, text order is number order."""
    return f"{year}-{number:06d}"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """The share of a gift for one campaign, under the title that the campaign had at issue."""

    campaign: str
    amount: Money


@dataclass(frozen=True, slots=True)
class GiftAidStatus:
    """Whether Gift Aid was declared for a gift when its receipt was issued: on which day, and in which words."""

    declared_on: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The contents of a receipt before it has a number.

    `given_on` is the day of the gift in the organisation's time zone. `method` is the donor's word for the payment
    method, "Visa ending 4242". `reference` finds the payment in our records and in Stripe's. `donor_address` has its
    lines, `jurisdiction` names the law that the receipt is written for, and `legal_facts` what that law wants printed
    besides, such as ("registration_number", "123456789 RR 0001"). `replaces` is the number of the receipt that this
    one takes the place of. `verify_url` is the public address of the page that says whether a receipt is
    genuine; its number and check code are added at issue. `gift_aid` is None where the organisation claims none. All of
    these may be missing: then nothing is kept of them.
    """

    gift_id: str
    given_on: date
    donor_name: str
    lines: tuple[ReceiptLine, ...]
    method: str
    reference: str
    organisation: Organisation
    mode: str
    style: ReceiptStyle | None = None
    donor_address: tuple[str, ...] = ()
    jurisdiction: str = ""
    legal_facts: tuple[tuple[str, str], ...] = ()
    replaces: str = ""
    verify_url: str = ""
    gift_aid: GiftAidStatus | None = None

    @property
    def template(self) -> int:
        """The number of the wording and layout."""
        return LEGAL

    def snapshot(self, number: str, issued_on: date) -> str:
        """The receipt of this number as the JSON that is kept; `Receipt.from_json` reads it back.

        Raises NotAReceipt, CurrencyMismatch. It is formatted by hand, with sorted keys, because every webhook with a
        gift does it: this takes a seventh of the time of `json.dumps`.
        """
        of = _only_currency(self.lines)
        lines = ",".join([f"[{_quoted(line.campaign)},{line.amount.minor}]" for line in self.lines])
        return (
            f'{{"currency":"{of}"{_optional("donor_address", self.donor_address)},'
            f'"donor_name":{_quoted(self.donor_name)}{_gift_aid_as_json(self.gift_aid)},"given_on":"{self.given_on}",'
            f'"issued_on":"{issued_on}"{_optional("jurisdiction", self.jurisdiction)}'
            f'{_optional("legal_facts", self.legal_facts)},"lines":[{lines}],"method":{_quoted(self.method)},'
            f'"mode":"{self.mode}","number":"{number}","organisation":{_as_json(self.organisation)},'
            f'"reference":{_quoted(self.reference)}{_optional("replaces", self.replaces)}{_style_as_json(self.style)},'
            f'"template":{self.template}{_optional("verify_url", self.verify_url)}}}'
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was issued. Page, PDF and email are all made from this."""

    number: str
    issued_on: date
    given_on: date
    donor_name: str
    lines: tuple[ReceiptLine, ...]
    method: str
    reference: str
    organisation: Organisation
    mode: str
    template: int
    style: ReceiptStyle | None = None
    donor_address: tuple[str, ...] = ()
    jurisdiction: str = ""
    legal_facts: tuple[tuple[str, str], ...] = ()
    replaces: str = ""
    verify_url: str = ""
    gift_aid: GiftAidStatus | None = None

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        first, *others = [line.amount for line in self.lines]
        return sum(others, start=first)

    @property
    def issuer(self) -> OrganisationProfile:
        """The organisation as the receipt names and shows it, whatever became of it since."""
        return issuer_as_printed(self.organisation, self.style)

    @property
    def words(self) -> Mapping[str, str]:
        """What it says besides its facts; nothing in the first layouts, which have it in their templates."""
        language = self.style.language if self.style else ENGLISH
        if self.template >= LEGAL:
            return words_4(language)
        return WORDS_3[language] if self.template == TRANSLATED else {}

    @property
    def moved_money(self) -> bool:
        """Whether it is for real money, not for the sandbox or Stripe's test mode."""
        return self.mode == "live"

    @property
    def check_code(self) -> str:
        """The code on the paper that proves to the public page that somebody has the receipt; nothing on old ones."""
        return self.verify_url.rpartition("/")[2]

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        """The receipt of a snapshot."""
        snapshot = json.loads(text)
        of = currency(snapshot["currency"])
        return cls(
            number=snapshot["number"],
            issued_on=date.fromisoformat(snapshot["issued_on"]),
            given_on=date.fromisoformat(snapshot["given_on"]),
            donor_name=snapshot["donor_name"],
            lines=tuple(ReceiptLine(campaign, Money(minor, of)) for campaign, minor in snapshot["lines"]),
            method=snapshot["method"],
            reference=snapshot["reference"],
            mode=snapshot["mode"],
            template=snapshot["template"],
            **frozen_optionals(snapshot),
            replaces=snapshot.get("replaces", ""),
            gift_aid=_gift_aid_of(snapshot.get("gift_aid")),
        )


def issuer_as_printed(organisation: Organisation, style: ReceiptStyle | None) -> OrganisationProfile:
    """The organisation as a document names and shows it, whatever became of it since."""
    if style is None:
        return OrganisationProfile(organisation, PLAIN_LOCALE)
    return OrganisationProfile(organisation, style.locale, look=Look(style.colour, style.logo))


def frozen_optionals(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Who issued a document, and what not every document says, from its snapshot: the same fields in each kind."""
    organisation = snapshot["organisation"]
    return {
        "organisation": Organisation(**organisation | {"address": tuple(organisation["address"])}),
        "style": ReceiptStyle(**snapshot["style"]) if "style" in snapshot else None,
        "donor_address": tuple(snapshot.get("donor_address", ())),
        "jurisdiction": snapshot.get("jurisdiction", ""),
        "legal_facts": tuple((name, fact) for name, fact in snapshot.get("legal_facts", ())),
        "verify_url": snapshot.get("verify_url", ""),
    }


def _only_currency(lines: tuple[ReceiptLine, ...]) -> str:
    """The currency code of all lines. Raises when they differ, or an amount is not positive."""
    if not lines:
        raise NotAReceipt("a receipt needs at least one line")
    of = lines[0].amount.currency
    for line in lines:
        if line.amount.minor <= 0:
            raise NotAReceipt(f"{line.amount} cannot stand on a receipt")
        if line.amount.currency is not of and line.amount.currency != of:
            raise CurrencyMismatch(f"{of} and {line.amount.currency} do not mix on one receipt")
    return of.code


# Cached: the receipts of a batch have the same organisation.
@lru_cache(maxsize=8)
def _as_json(organisation: Organisation) -> str:
    return json.dumps(asdict(organisation), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _optional(key: str, fact: Any) -> str:
    """A further key of the snapshot, in its place in the order of keys; nothing without a fact."""
    return f',"{key}":' + json.dumps(fact, separators=(",", ":"), ensure_ascii=False) if fact else ""


@lru_cache(maxsize=8)
def _style_as_json(style: ReceiptStyle | None) -> str:
    """The style as a further key of the snapshot; nothing for a plain receipt."""
    if style is None:
        return ""
    return ',"style":' + json.dumps(asdict(style), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _gift_aid_as_json(status: GiftAidStatus | None) -> str:
    """The day of the declaration and its words as a further key of the snapshot; both are empty without one."""
    if status is None:
        return ""
    return _optional("gift_aid", [str(status.declared_on or ""), status.words])


def _gift_aid_of(kept: Sequence[str] | None) -> GiftAidStatus | None:
    if kept is None:
        return None
    day, words = kept
    return GiftAidStatus(date.fromisoformat(day) if day else None, words)
