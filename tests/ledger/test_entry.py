"""An entry that must not exist cannot be made."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.accounts import Account
from ledger.entry import ConflictingEntry, ImpossibleEntry, book_date, by_unique_key
from ledger.kinds import EntryKind
from ledger.money import EUR, GBP, LARGEST_MINOR, Money
from tests.ledger.samples import NOON, entry


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount": Money(0, GBP)}, "positive"),
        ({"amount": Money(-1, GBP)}, "positive"),
        ({"amount": Money(LARGEST_MINOR + 1, GBP)}, "positive"),
        ({"credit": Account.CLEARING}, "debit and credit"),
        ({"occurred_at": datetime(2026, 11, 21, 12)}, "time zone"),  # noqa: DTZ001 (that is the point)
        ({"kind": ""}, "'' does not book clearing against gifts"),
        ({"kind": "donation"}, "'donation' does not book clearing against gifts"),
        ({"kind": EntryKind.REFUND}, "does not book clearing against gifts"),
        ({"debit": Account.BANK}, "does not book bank against gifts"),
        ({"debit": Account.GIFTS, "credit": Account.CLEARING}, "does not book gifts against clearing"),
        ({"debit": Account.OTHER, "reverses": "gift:pi_2:1"}, "does not book other against gifts"),
        ({"subject": ""}, "needed"),
        ({"cause": ""}, "needed"),
        ({"key": ""}, "3 to 200"),
        ({"key": "ab"}, "3 to 200"),
        ({"key": "x" * 201}, "3 to 200"),
        ({"reverses": "gift:pi_1:1"}, "reverse itself"),
    ],
    ids=str,
)
def test_what_must_not_exist_cannot_be_made(changes: dict[str, object], why: str) -> None:
    """The constructor refuses what the database would refuse again."""
    with pytest.raises(ImpossibleEntry, match=why):
        entry(**({"key": "gift:pi_1:1"} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{"amount": Money(LARGEST_MINOR, GBP)}, {"key": "abc"}, {"key": "x" * 200}], ids=str
)
def test_what_just_may_exist_can_be_made(changes: dict[str, object]) -> None:
    """The limits themselves are inside."""
    entry(**({"key": "gift:pi_1:1"} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"kind": EntryKind.STRIPE_FEE}, {"debit": Account.DISPUTE_FEES}, {"amount": Money(2501, GBP)},
        {"amount": Money(2500, EUR)}, {"subject": "pi_2"}, {"campaign": 2}, {"gift": "gift-2"},
    ],
    ids=str,
)  # fmt: skip
def test_one_key_cannot_mean_two_things(other: dict[str, object]) -> None:
    """Kind, accounts, currency, amount, subject, campaign and gift belong to the fact."""
    fee = {"kind": EntryKind.FEE, "debit": Account.FEES, "credit": Account.STRIPE}

    with pytest.raises(ConflictingEntry, match="fee:txn_1"):
        by_unique_key([entry("fee:txn_1", **fee), entry("fee:txn_1", **fee | other)])


def test_one_key_cannot_mean_two_credits() -> None:
    """The side that `fee` does not change."""
    exchanged = {"kind": EntryKind.SETTLE, "debit": Account.FX, "credit": Account.CLEARING}
    other = {"credit": Account.STRIPE}

    with pytest.raises(ConflictingEntry, match="settle:txn_1"):
        by_unique_key([entry("settle:txn_1", **exchanged), entry("settle:txn_1", **exchanged | other)])


@pytest.mark.parametrize(
    "other",
    [{"cause": "reconcile:7"}, {"occurred_at": NOON.replace(hour=1)}, {"book_date": date(2026, 12, 1)}, {}],
    ids=str,
)
def test_who_told_us_and_when_does_not_belong_to_the_fact(other: dict[str, object]) -> None:
    """The same fact may be heard twice, and fall into another period the second time; the first one stands."""
    first = entry("gift:pi_1:1")

    assert by_unique_key([first, entry("gift:pi_1:1", **other)]) == {"gift:pi_1:1": first}


@pytest.mark.parametrize(
    ("happened", "zone", "day"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "Europe/London", date(2026, 12, 31)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "Europe/London", date(2026, 7, 1)),
        (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), "Europe/London", date(2026, 6, 30)),
        (datetime(2026, 12, 31, 11, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2027, 1, 1)),
        (datetime(2027, 1, 1, 11, 0, tzinfo=UTC), "Etc/GMT+12", date(2026, 12, 31)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/London", date(2026, 10, 25)),
    ],
)
def test_the_book_date_is_the_day_on_the_organisations_wall(happened: datetime, zone: str, day: date) -> None:
    """At the turn of the year, in summer time, and on the far sides of the date line."""
    assert book_date(happened, ZoneInfo(zone)) == day
