"""Receipts of many donors: as unlike each other as real ones are, and now and then hostile."""

import random
from dataclasses import replace
from datetime import date, timedelta

from ledger.money import EUR, GBP, Money
from receipts.receipt import Receipt, ReceiptLine
from tests.receipts.samples import draft, receipt
from tests.web.corpus import AS_TYPED
from web.typed import tidy

FIRST = (
    "Ann", "Zoë", "José", "Gwenllïan", "Bo", "Jean-François", "Griffith", "Siân", "Mohammed", "Øyvind", "Ines", "AVA",
    "Łukasz", "Юлия", "Ελένη",
)  # fmt: skip
LAST = (
    "O\u2019Brien", "Smith", "Ünal", "Toft", "Müller & Söhne", "Featherstonehaugh-Cholmondeley", "Nguyễn", "Yates",
    "Æthelred", "da Silva", "Coffin", "Ffoulkes", "d'Arcy", "李",
)  # fmt: skip
CAMPAIGNS = ("Win the North", "Legal fund", "A Van for Tŷ Mawr: to St Fagan\u2019s & back", "Offices (40%)", "Café")
METHODS = ("Visa ending 4242", "US bank account", "iDEAL", "Bank transfer", "Mastercard ending 0005")
HOSTILE_SHARE = 0.1
WESTERN_FIRST, WESTERN_LAST = 12, 5  # of the names above, those that a plate can set


def random_receipt(seed: int) -> Receipt:
    """The receipt of a number, the same for ever."""
    chance = random.Random(seed)
    hostile = chance.random() < HOSTILE_SHARE
    name = tidy(chance.choice(AS_TYPED), 100) if hostile else f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    of = chance.choice((GBP, EUR))
    lines = tuple(
        ReceiptLine(chance.choice(CAMPAIGNS), Money(chance.choice((500, 1000, 2500, chance.randrange(1, 10**7))), of))
        for _ in range(chance.choice((1, 1, 1, 2, 3)))
    )
    token = "-".join("".join(chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=4)) for _ in range(3))
    return receipt(
        replace(
            draft(
                donor_name=name if chance.random() < 0.98 else "", mode=chance.choice(("live", "live", "live", "test"))
            ),
            given_on=date(2026, 1, 1) + timedelta(chance.randrange(365)),
            lines=lines,
            method=chance.choice(METHODS),
            reference=f"pi_{chance.randrange(10**12):x}",
            verify_url=f"https://give.faircount.example/verify/{token}",
        ),
        number=f"2026-{chance.randrange(10**6):06d}",
    )


def plain_receipt(seed: int) -> Receipt:
    """The receipt of a donor whose name is in western letters, with one, two or three lines."""
    chance = random.Random(seed)
    name = f"{chance.choice(FIRST[:WESTERN_FIRST])} {chance.choice(LAST[:WESTERN_LAST])}-{seed}"
    return replace(random_receipt(seed), donor_name=name, mode="live")
