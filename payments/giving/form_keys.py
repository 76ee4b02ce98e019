"""What makes two sendings of the form the same gift: its token and what it says.

A form that came without a token has a key that is made from what it says. A campaign's page is the same for everybody,
so that it can be kept in front of the program; a token in it would be everybody's. docs/decisions/0022 says what
follows.
"""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import new as hmac
from json import dumps
from uuid import UUID, uuid5

from payments.gifts.gift import SHARED_FORM
from payments.gifts.recurring import ReceiptLetters
from payments.giving.form import Pledge

FORMS = UUID("5f1b8a52-6d0e-4c0b-9d53-2f3f6d0a7e11")  # the name space of gift ids made from a form's token
KEY_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FormKey:
    """What stands for a form: its token, or a key of its contents.

    `earlier` is the key that the same contents had in the hour before; a token has none.
    """

    newest: str
    earlier: str | None = None

    @property
    def is_token(self) -> bool:
        """Whether the page carried a token, which nobody else has."""
        return self.earlier is None


def gift_id_of(campaign: int, form: Pledge, key: str) -> str:
    """The same page sent twice with the same contents is one gift; with other contents it is another."""
    return str(uuid5(FORMS, sha256(dumps([key, *_contents(campaign, form)]).encode()).hexdigest()))


def return_token_of(key: str, *, shared: bool = False) -> str:
    """What all gifts of one form have in common; of the form for several campaigns it says so."""
    return (SHARED_FORM if shared else "") + uuid5(FORMS, key).hex


def key_of_contents(secret: bytes, campaign: int, form: Pledge, address: str, now: datetime) -> FormKey:
    """The key of a form without a token: the same contents from the same address, within an hour or two.

    `secret` is the installation's: nobody who guesses what was typed can work out the key.
    """
    hour = int(now.timestamp() // KEY_LIFETIME.total_seconds())
    texts = (dumps([number, address, *_contents(campaign, form)]) for number in (hour, hour - 1))
    return FormKey(*(hmac(secret, text.encode(), sha256).hexdigest() for text in texts))


def _contents(campaign: int, form: Pledge) -> list[object]:
    """Values, not their types' names: a form that is open while Farthing is upgraded stays the same gift."""
    donor, rhythm = form.donor, form.rhythm
    contents: list[object] = [
        campaign,
        form.amount.currency.code,
        form.amount.minor,
        donor.name,
        donor.email,
        donor.message,
    ]
    if rhythm is not None:
        contents += [rhythm.interval.value, str(rhythm.ends_at), rhythm.instalments]
    return contents + _wishes(form)


def _wishes(form: Pledge) -> list[object]:
    """What else the form said, each under its name; nothing of a form in which it was left alone."""
    rhythm, dedication, declared, aided = form.rhythm, form.dedication, form.declaration, form.gift_aid
    wishes = {
        "day": rhythm and rhythm.day,
        "receipts": form.receipts is ReceiptLetters.YEARLY,
        "source": form.source,
        "show_name": form.show_name,
        "fee_cover": form.fee_cover and form.fee_cover.minor,
        "dedication": dedication and [dedication.kind.value, dedication.name, dedication.letter_to],
        "declared": declared and [declared.kind.value, declared.name, declared.address, declared.number],
        "gift_aid": aided and [aided.scope.value, *astuple(aided.taxpayer)],
        "parts": [[part.campaign, part.amount.minor] for part in form.parts],
        "consents": [[box.channel, box.words] for box in form.consents],
    }
    return [[name, wish] for name, wish in wishes.items() if wish]
