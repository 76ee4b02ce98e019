"""Reads the donor's form strictly: into a pledge, or into a sentence for each field that must be corrected."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from campaigns.offer import REPEATING, SoldBenefit
from campaigns.offered import AmountGroup, group_for
from ledger.money import BadAmount, Currency, Money
from ledger.typed_money import NumberStyle, read_typed_money
from organisation.consent_words import CHANNELS, OfferedConsent
from payments.gifts.amounts import largest_gift, smallest_gift
from payments.gifts.declaration import Declaration
from payments.gifts.dedication import Dedication
from payments.gifts.fees import FeeRate
from payments.gifts.gift import DonorDetails
from payments.gifts.recurring import ReceiptLetters, Rhythm
from payments.gifts.splitting import GiftPart
from payments.giving import declaration_form, dedication_form, donor_fields, gift_aid_form, rhythm_form
from payments.giving.dedication_form import UnclearDedication, read_dedication
from payments.giving.donor_fields import read_donor_email, read_message, read_name, read_source, wants_name_shown
from payments.giving.gift_aid_form import PledgedGiftAid
from payments.giving.postal_address import PostalAddress
from payments.giving.postal_address_form import ADDRESS_FIELDS, read_postal_address
from payments.giving.rhythm_form import IntervalOffer, UnclearRhythm, read_receipt_letters, read_rhythm
from receipts.legal_forms import MissingFact
from web.language import translated
from web.typed import NotTidy, compact

OTHER = "other"
# A field that people do not see, and the solution of a puzzle that was asked for (payments/giving/gate_routes.py).
TRAP, SOLUTION = "homepage", "solution"
FIELDS = (
    *rhythm_form.FIELDS, "amount", *(f"amount_{interval}" for interval in REPEATING), "other_amount", "fee_cover",
    *donor_fields.FIELDS, *dedication_form.FIELDS, *(f"consent_{channel}" for channel in CHANNELS),
    *declaration_form.FIELDS, *gift_aid_form.FIELDS, *ADDRESS_FIELDS,
    "to", "form_token", "retry", "more", TRAP, SOLUTION,
)  # fmt: skip

FormFields = Mapping[str, str]
FieldErrors = dict[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Pledge:
    """A valid form: what becomes a gift, or a recurring gift if it has a rhythm.

    `amount` has the `fee_cover` in it, if the donor added one. `consents` are the boxes that were ticked. The
    `declaration` says who gives, where the amount is above the organisation's threshold. `gift_aid` is what a UK
    taxpayer declares to a charity. `parts` say how its donor shares it over several campaigns. `receipts` is what is
    mailed for later instalments, `address` the donor's, where receipts want it. `benefit` is what the campaign sells
    for such a gift.
    """

    amount: Money
    donor: DonorDetails
    rhythm: Rhythm | None = None
    source: str = ""
    show_name: bool = False
    fee_cover: Money | None = None
    dedication: Dedication | None = None
    consents: tuple[OfferedConsent, ...] = ()
    declaration: Declaration | None = None
    gift_aid: PledgedGiftAid | None = None
    parts: tuple[GiftPart, ...] = ()
    receipts: ReceiptLetters = ReceiptLetters.EACH
    address: PostalAddress | None = None
    benefit: SoldBenefit | None = None


@dataclass(frozen=True, slots=True)
class AmountWords:
    """How the page writes amounts of a currency, and how they are typed."""

    currency: Currency
    print: Callable[[Money], str]
    style: NumberStyle


@dataclass(frozen=True, slots=True)
class FormQuestions:
    """What the form asks besides the gift itself: boxes of consent, and to add the fee, if a rate is known.

    `for_receipts` is what receipts must say of the donor.
    """

    consents: Sequence[OfferedConsent] = ()
    fee_rate: FeeRate | None = None
    for_receipts: Collection[MissingFact] = ()


NO_QUESTIONS = FormQuestions()


def read_form(
    fields: FormFields,
    words: AmountWords,
    offer: IntervalOffer,
    groups: Sequence[AmountGroup],
    questions: FormQuestions = NO_QUESTIONS,
) -> Pledge | FieldErrors:
    """A pledge, or for each field that must be corrected a sentence that says how.

    The amount is the one that was chosen in the group of the interval: of another group only what is hidden is left.
    """
    errors: FieldErrors = {}
    rhythm = _read(lambda: read_rhythm(fields, offer), "interval", errors)
    group = group_for(groups, compact(fields.get("interval", "")))
    amount = _read(lambda: _amount(fields, group, words), "amount", errors)
    cover = amount and _read(lambda: _cover(fields, amount, words, questions.fee_rate), "amount", errors)
    email = _read(lambda: read_donor_email(fields), "email", errors)
    needs_name = MissingFact.DONOR_NAME in questions.for_receipts
    name = _read(lambda: read_name(fields, is_needed=needs_name), "name", errors)
    address = _address(fields, errors) if MissingFact.DONOR_ADDRESS in questions.for_receipts else None
    message = _read(lambda: read_message(fields), "message", errors)
    dedication = _read(lambda: read_dedication(fields), "dedication", errors)
    if errors or amount is None or email is None or name is None or message is None:
        return errors
    return Pledge(
        amount=amount + cover if cover else amount,
        donor=DonorDetails(name, email, message),
        rhythm=rhythm,
        source=read_source(fields.get("ref", "")),
        show_name=wants_name_shown(fields),
        fee_cover=cover,
        dedication=dedication,
        consents=tuple(asked for asked in questions.consents if fields.get(f"consent_{asked.channel}")),
        receipts=read_receipt_letters(fields, rhythm),
        address=address,
    )


def with_declaration(pledge: Pledge, declaration: Declaration) -> Pledge:
    """The pledge of a donor who has declared who they are: the gift has a name then, theirs if no other was typed."""
    donor = pledge.donor if pledge.donor.name else replace(pledge.donor, name=declaration.name)
    return replace(pledge, donor=donor, declaration=declaration)


def with_gift_aid(pledge: Pledge, declared: PledgedGiftAid) -> Pledge:
    """The pledge of a donor who has declared that they pay UK tax: the gift has their name, if no other was typed."""
    donor = pledge.donor if pledge.donor.name else replace(pledge.donor, name=declared.taxpayer.name)
    return replace(pledge, donor=donor, gift_aid=declared)


def _read(read: Callable[[], Value], field: str, errors: FieldErrors) -> Value | None:
    try:
        return read()
    except (UnclearRhythm, UnclearDedication) as error:
        errors[error.field] = str(error)
    except BadAmount as error:
        errors[field] = translated(error.text, **error.values)
    except NotTidy as error:
        errors[field] = str(error)
    return None


def _address(fields: FormFields, errors: FieldErrors) -> PostalAddress | None:
    read = read_postal_address(fields)
    if isinstance(read, PostalAddress):
        return read
    errors |= read
    return None


def _amount(fields: FormFields, group: AmountGroup, words: AmountWords) -> Money:
    choice, other = compact(fields.get(group.name, "")), compact(fields.get("other_amount", ""))
    if choice in ("", OTHER):
        if not other:
            raise BadAmount(translated("Choose an amount, or enter another one."))
        return read_amount(other, words, group.amounts.smallest)
    chosen = Money.parse(choice, words.currency)  # a button's value, which we wrote
    if other and read_typed_money(other, words.currency, words.style) != chosen:
        raise BadAmount(translated("Choose one: an amount above, or the other amount that you entered."))
    return require_takeable(chosen, words, group.amounts.smallest)


def _cover(fields: FormFields, amount: Money, words: AmountWords, rate: FeeRate | None) -> Money | None:
    if rate is None or not fields.get("fee_cover"):
        return None
    cover = rate.to_cover(amount)
    require_takeable(amount + cover, words)
    return cover if cover.minor else None


def read_amount(typed: str, words: AmountWords, least: Money | None = None) -> Money:
    """An amount that we would ask Stripe to charge; raises BadAmount, which says what to enter."""
    return require_takeable(read_typed_money(typed, words.currency, words.style), words, least)


def require_takeable(amount: Money, words: AmountWords, least: Money | None = None) -> Money:
    """The amount, if it is not below the least (else our own) and Stripe charges as much; raises BadAmount."""
    least, most = least or smallest_gift(words.currency), largest_gift(words.currency)
    if amount < least:
        raise BadAmount(translated("Enter an amount of %(amount)s or more.", amount=words.print(least)))
    if amount > most:
        raise BadAmount(
            translated("Enter an amount of %(amount)s or less, or write to us to give more.", amount=words.print(most))
        )
    return amount
