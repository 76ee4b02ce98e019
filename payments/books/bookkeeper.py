"""The only way into the books: the inbox, settlement and reconcile all use it.

Facts are sets: deliveries that are lost, repeated or in another order end in the same books. Everything happens in one
`booking` transaction that the caller opens and commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

import ledger.store
from ledger.money import Money
from organisation.organisation import OrganisationProfile
from payments.books.decide.changes import Changes
from payments.books.decide.decide import BookRules, decide
from payments.books.decide.entries import opening_entry
from payments.books.decide.notice import Notice
from payments.books.load import load_known
from payments.books.save import save_changes
from receipts.receipt import PLAIN_LOCALE

GiftWatch = Callable[[Connection, OrganisationProfile | None, Sequence[str], datetime], None]
"""What looks at gifts in the transaction that books them: of which organisation (None: not known), and which gifts."""


def watch_nothing(
    _conn: Connection, _issuer: OrganisationProfile | None, _gift_ids: Sequence[str], _now: datetime
) -> None:
    """No rules are to be looked at."""


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Keeps the books of one organisation. `watch` belongs to a package above this one."""

    rules: BookRules
    watch: GiftWatch = watch_nothing

    def apply(self, conn: Connection, notices: Sequence[Notice], now: datetime) -> None:
        """Bring the books to what these happenings make known; applying one again changes nothing.

        Raises ConflictingEntry when a fact is reported with other contents than before.
        """
        known = load_known(conn, notices, self.rules.organisation.timezone)
        changes = decide(known, notices, self.rules, now)
        save_changes(conn, changes, now)
        if gift_ids := changes.gifts_that_grew:
            self.watch(conn, known.issuer or self._unnamed(changes), gift_ids, now)

    def _unnamed(self, changes: Changes) -> OrganisationProfile | None:
        """Who receives while nobody has said it; None where the batch received nothing, and nobody asked who does."""
        return OrganisationProfile(self.rules.organisation, PLAIN_LOCALE) if changes.reception.received else None

    def open_balances(self, conn: Connection, held: Sequence[Money], at: datetime, cause: str, now: datetime) -> None:
        """Book what Stripe's balance held at `at`, before the first line that is kept, one amount a currency."""
        entries = [opening_entry(amount, at, self.rules.zone, cause) for amount in held]
        ledger.store.post(conn, [entry for entry in entries if entry], now)
