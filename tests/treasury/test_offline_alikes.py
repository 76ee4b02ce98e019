"""A transfer in a file that was entered from its bank line already is named, and left out unless it is ticked."""

from datetime import date

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from database.transactions import reading
from ledger.money import GBP, Money
from payments.gifts.offline import Means
from payments.gifts.offline_import import ComparedOffline, OfflineContent, look_alikes
from payments.gifts.tables import offline_gift
from tests.proof.books import Desk
from tests.treasury.test_offline_import import HEADER, kept, save, treasurer, upload

__all__ = ["treasurer"]

BOOKED = HEADER + "18/11/2026,40,Bank transfer,1,Dorothy Hale,hale@example.org,MRS D HALE TFR\n"


def test_a_transfer_that_was_entered_from_its_bank_line_is_named_and_left_out(
    treasurer: TestClient, desk: Desk
) -> None:
    """The bank's day and words differ from the file's; ticked it is a gift of its own, one line or all."""
    save(treasurer, upload(treasurer, BOOKED, receipt="no"))
    with reading(desk.books.engine) as conn:
        [booked] = conn.scalars(sa.select(offline_gift.c.gift_id))
    lines = "21/11/2026,40,transfer,1,D Hale,,\n21/11/2026,40,transfer,1,Sam Hale,,\n21/11/2026,7,cash,1,D Hale,,\n"
    address = upload(treasurer, HEADER + lines, receipt="no")
    page = treasurer.get(address).text
    assert "2 new gifts; 0 here already; 1 looks like a gift that is here; 0 are no gift" in page
    assert f'<a href="/desk/gifts/{booked}">gift {booked[:8].upper()}</a> of 18 November 2026' in page
    save(treasurer, address)
    assert kept(desk.books.engine)[0] == 3
    again = upload(treasurer, HEADER + lines, receipt="no")
    assert "0 new gifts; 2 here already; 1 looks like" in treasurer.get(again).text
    save(treasurer, f"{again}&enter-2=yes")
    assert kept(desk.books.engine)[0] == 4


@pytest.mark.parametrize(
    ("line", "is_alike"),
    [
        ("23/11/2026,40,standing order,1,,,HALE", True),
        ("24/11/2026,40,transfer,1,Dorothy Hale,,", False),
        ("18/11/2026,41,transfer,1,Dorothy Hale,,", False),
        ("18/11/2026,40,cash,1,Dorothy Hale,,", False),
        ("18/11/2026,40,transfer,1,Mrs Jones,,MRS JONES TFR", False),
    ],
)
def test_what_looks_alike(line: str, is_alike: bool) -> None:
    """The same sum at the bank within five days, and a word that tells the giver."""
    day, pounds, means, _, name, _, reference = line.split(",")
    kinds = {"transfer": Means.TRANSFER, "cash": Means.CASH, "standing order": Means.STANDING_ORDER}

    def compared(identity: str, day: date, pounds: int, means: Means, name: str, reference: str) -> ComparedOffline:
        content = OfflineContent.of(day, Money(pounds * 100, GBP), means, reference, name)
        return ComparedOffline.of(identity, content, reference, name)

    hale = compared("gift", date(2026, 11, 18), 40, Means.TRANSFER, "Dorothy Hale", "MRS D HALE TFR")
    typed = compared("2", date(2026, 11, int(day[:2])), int(pounds), kinds[means], name, reference)
    assert (look_alikes([typed], [hale]) == {"2": hale}) is is_alike
