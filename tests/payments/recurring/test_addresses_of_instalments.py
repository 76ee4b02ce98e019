"""The postal address of a recurring gift stands on the receipts of its later instalments."""

from datetime import timedelta

from database.transactions import reading, writing
from organisation.store import add_first_version
from payments.giving.postal_address_store import put_postal_address
from receipts.store import receipt_by_number
from tests.engines import ON_SQLITE
from tests.payments.recurring.recurring_setup import RecurringSetup
from tests.payments.test_postal_addresses import CANADIAN, LINES, MAPLE


@ON_SQLITE
def test_an_instalment_has_the_address_of_its_recurring_gift(setup: RecurringSetup) -> None:
    """The books make it, and nobody fills in a form."""
    with writing(setup.engine) as conn:
        add_first_version(conn, CANADIAN, "test", setup.twin.now())
    recurring = setup.begin()
    with writing(setup.engine) as conn:
        put_postal_address(conn, [recurring.first_gift], MAPLE, setup.twin.now())

    setup.wait(timedelta(days=32))
    setup.deliver()

    with reading(setup.engine) as conn:
        issued = [receipt_by_number(conn, f"2026-{n:06d}") for n in (1, 2)]
    assert [each.receipt.donor_address for each in issued if each] == [(), LINES]
