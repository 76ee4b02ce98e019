"""The witness: digests of every story's and of 200 random histories' books, kept in `witness.txt`.

The digests were taken before the books were rebuilt. Every later version must come to the same ones, on both
databases: the same export, the same receipt numbers, the same jobs, the same figures on the desk.
`./farthing soak witness` compares all of them; the suite compares every story and a few histories.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from database.transactions import reading
from payments.inbox.delivery import Delivery, parse
from tests.books.book_databases import BookDatabase
from tests.books.histories import live
from tests.books.product_books import ProductBooks
from tests.books.scenarios import SCENARIOS
from tests.books.simulation import SPLIT, Simulation, simulate
from tests.books.witness_aspects import ASPECTS

FILE = Path(__file__).with_name("witness.txt")
SEEDS = range(200)
FEWEST_EVENTS, MOST_EVENTS = 30, 110
DIGITS = 16
HISTORY = "history-"

Digests = dict[str, str]
"""By aspect."""

Readings = dict[str, list[str]]
"""The lines that were read, by aspect."""

ODD_CHARGES = "odd-charges"

NAMES = (*sorted(SCENARIOS), ODD_CHARGES, *(f"{HISTORY}{seed}" for seed in SEEDS))
"""Every story, the odd charges, then every history."""


class Witness:
    """Reads one database, each time that it is asked, aspect by aspect."""

    def __init__(self, product: ProductBooks) -> None:
        self._product = product
        self.readings: Readings = {aspect: [] for aspect in ASPECTS}

    @property
    def engine(self) -> str:
        """The database's name."""
        return self._product.engine.dialect.name

    def read(self, moment: str) -> None:
        """Read every aspect now; the moment's name stands above the lines."""
        with reading(self._product.engine) as conn:
            for aspect, lines in ASPECTS.items():
                self.readings[aspect] += [f"--- {moment}", *lines(conn)]


def read_books(name: str, databases: Sequence[BookDatabase]) -> dict[str, Readings]:
    """Play a story or a history into new books in each database; what was read there, by database engine."""
    if name.startswith(HISTORY):
        return _play_history(int(name.removeprefix(HISTORY)), databases)
    return _play_odd_charges(databases) if name == ODD_CHARGES else _play_story(name, databases)


def take_digests(name: str, databases: Sequence[BookDatabase]) -> dict[str, Digests]:
    """The digests of a story's or a history's books, by database engine."""
    return {
        engine: {aspect: sha256("\n".join(lines).encode()).hexdigest()[:DIGITS] for aspect, lines in readings.items()}
        for engine, readings in read_books(name, databases).items()
    }


def _play_story(name: str, databases: Sequence[BookDatabase]) -> dict[str, Readings]:
    """Delivered step by step; read after each delivery, each settlement, and the reconcile at the end."""
    with simulate() as simulation:
        products = _begin(simulation, databases)
        witnesses = [Witness(product) for product in products]
        delivered = 0
        for step, _ in enumerate(SCENARIOS[name].story(simulation), start=1):
            for product, witness in zip(products, witnesses, strict=True):
                product.add_gifts()
                product.deliver(simulation.deliveries()[delivered:])
                witness.read(f"step {step} delivered")
                product.settle()
                product.do_stripe_jobs()
                witness.read(f"step {step} settled")
            delivered = len(simulation.deliveries())
        return _end(products, witnesses)


def _play_history(seed: int, databases: Sequence[BookDatabase]) -> dict[str, Readings]:
    """Lost, doubled and reordered deliveries; read before and after one reconcile, and once Stripe was asked."""
    with simulate(seed) as simulation:
        products = _begin(simulation, databases)
        live(simulation, seed, Random(seed).randint(FEWEST_EVENTS, MOST_EVENTS), products)
        witnesses = [Witness(product) for product in products]
        for witness in witnesses:
            witness.read("delivered")
        return _end(products, witnesses)


def _play_odd_charges(databases: Sequence[BookDatabase]) -> dict[str, Readings]:
    """Charges that are not what was asked for, which no story has; read once, as Stripe's lists know none of them."""
    with simulate() as simulation:
        products = _begin(simulation, databases)
        odd = _odd_charges(simulation)
        for product in products:
            product.add_gifts()
            for delivery in odd:
                product.deliver([delivery])
        witnesses = [Witness(product) for product in products]
        for witness in witnesses:
            witness.read("delivered")
        return {witness.engine: witness.readings for witness in witnesses}


def _odd_charges(simulation: Simulation) -> list[Delivery]:
    """As asked; another amount, currency, a second payment, no such gift; the first again, with another amount."""
    for _ in range(5):
        simulation.pay(simulation.pledge(shares=SPLIT))
    charges = [delivery for delivery in simulation.deliveries() if delivery.type == "charge.succeeded"]
    gifts = [gift.id for gift in simulation.gifts]
    edits: list[dict[str, Any]] = [
        {},
        {"amount": 2400, "amount_captured": 2400},
        {"currency": "eur"},
        {"metadata": {"gift_id": gifts[0]}},
        {"metadata": {"gift_id": str(UUID(int=99))}},
    ]
    odd = [_edited(charge, edit) for charge, edit in zip(charges, edits, strict=True)]
    return [*odd, _edited(charges[0], {"amount": 1, "amount_captured": 1}, event="evt_again")]


def _edited(delivery: Delivery, edit: Mapping[str, Any], event: str | None = None) -> Delivery:
    body = json.loads(delivery.body)
    body["data"]["object"] |= edit
    body["id"] = event or body["id"]
    return parse(json.dumps(body).encode())


def _begin(simulation: Simulation, databases: Sequence[BookDatabase]) -> list[ProductBooks]:
    for database in databases:
        database.restore(database.empty)
    return [ProductBooks(database.engine, simulation) for database in databases]


def _end(products: Sequence[ProductBooks], witnesses: Sequence[Witness]) -> dict[str, Readings]:
    """Reconcile, and do what the jobs ask of Stripe; read after each.

    All books before the next step: they share one Stripe, where a job may move a renewal.
    """
    both = list(zip(products, witnesses, strict=True))
    for product, witness in both:
        product.reconcile()
        witness.read("reconciled")
    for product, witness in both:
        product.do_stripe_jobs()
        witness.read("asked")
    return {witness.engine: witness.readings for witness in witnesses}


def differences(name: str, kept: Mapping[str, Digests], taken: Mapping[str, Digests]) -> list[str]:
    """A line for each engine and aspect whose digest is not the one in the file."""
    return [
        f"{name} on {engine}: {aspect} is {digest}, kept is {kept.get(name, {}).get(aspect, 'nothing')}"
        for engine, digests in taken.items()
        for aspect, digest in digests.items()
        if kept.get(name, {}).get(aspect) != digest
    ]


def read_kept() -> dict[str, Digests]:
    """The digests in the file, by name."""
    heading, *lines = FILE.read_text().splitlines()
    aspects = heading.split()[1:]
    return {name: dict(zip(aspects, digests, strict=True)) for name, *digests in map(str.split, lines)}


def write_kept(kept: Mapping[str, Digests]) -> None:
    """Write the file anew: a line each, in the order of `NAMES`."""
    rows = [["name", *ASPECTS], *([name, *(kept[name][aspect] for aspect in ASPECTS)] for name in NAMES)]
    width = max(len(name) for name in NAMES)
    lines = ["  ".join([name.ljust(width), *(cell.ljust(DIGITS) for cell in cells)]).rstrip() for name, *cells in rows]
    FILE.write_text("\n".join(lines) + "\n")
