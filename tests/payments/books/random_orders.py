"""How a story reaches the books: in any order, in batches of any size, some of it twice, some of it never."""

import random
from collections import defaultdict
from collections.abc import Sequence

from payments.books.decide.notice import Notice
from payments.reading.happenings import BalanceLine, CheckoutReported, Happening, InvoicePaid

LARGEST_BATCH = 8


def random_batches(
    happenings: Sequence[Happening], chance: random.Random, *, links_in_time: bool
) -> list[list[Notice]]:
    """A bad post's batches, and then everything once more, as a reconcile brings it.

    With `links_in_time` whoever reads a line of a payment has asked before what links that payment to a gift.
    """
    lost, doubled = chance.choice((0, 0.1, 0.4)), chance.choice((0, 0.2))
    delivered = [happening for happening in happenings if chance.random() >= lost]
    delivered += [happening for happening in delivered if chance.random() < doubled]
    chance.shuffle(delivered)
    order = [*delivered, *chance.sample(happenings, len(happenings))]
    if links_in_time:
        order = links_before_lines(order)
    return _cut([Notice(happening, f"evt_{n}") for n, happening in enumerate(order)], chance)


def links_before_lines(order: Sequence[Happening]) -> list[Happening]:
    """Each payment's links are told before its first line, once more if that is too late."""
    links: defaultdict[str | None, list[Happening]] = defaultdict(list)
    for happening in order:
        links[_payment_linked_by(happening)].append(happening)
    ordered: list[Happening] = []
    reported: set[Happening] = set()
    for happening in order:
        if isinstance(happening, BalanceLine) and happening.payment:
            late = [link for link in links[happening.payment] if link not in reported]
            ordered += late
            reported.update(late)
        ordered.append(happening)
        reported.add(happening)
    return ordered


def _payment_linked_by(happening: Happening) -> str | None:
    match happening:
        case InvoicePaid():
            return happening.payment
        case CheckoutReported():
            return happening.payment_intent
        case _:
            return None


def _cut(notices: Sequence[Notice], chance: random.Random) -> list[list[Notice]]:
    batches, largest, start = [], chance.choice((1, LARGEST_BATCH, 10 * LARGEST_BATCH)), 0
    while start < len(notices):
        end = start + chance.randint(1, largest)
        batches.append(list(notices[start:end]))
        start = end
    return batches
