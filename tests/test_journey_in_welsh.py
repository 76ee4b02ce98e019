"""A whole gift in Welsh, from a link in the mast to the letter with its receipt."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from database.instants import utc_now
from database.transactions import reading
from outbox.tables import letter as letter_table
from payments.gifts.recurring import Interval
from payments.gifts.recurring_words import due_days
from receipts.receipt import LEGAL
from receipts.tables import receipt as receipt_table
from tests.browser import Tabs, assert_accessible
from tests.place import Place, open_place
from web.language import speaking
from web.wording import Wording

WELSH = Wording("cy_GB", "Europe/London")


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Iterator[Place]:
    """Everything up, in sandbox mode: the demonstration offers Welsh."""
    with open_place(sqlite_url, tmp_path) as running:
        yield running


def test_a_monthly_gift_is_given_in_welsh(place: Place, browser_page: Tabs) -> None:
    """Chosen by a link and remembered; the amount is typed as Welsh writes it, and every date is in Welsh."""
    page = browser_page(size=(320, 700))
    page.goto(place.address)
    page.get_by_role("link", name="Cymraeg").click()
    expect(page.get_by_role("heading", level=1, name="Rhoi i Every Branch Open")).to_be_visible()
    page.goto(f"{place.address}/c/ask-every-candidate/give")
    fills_in(page)
    page.get_by_label("Name on card").fill("Siân Llŷr")  # Stripe's page knows no Welsh
    page.get_by_role("button", name=re.compile("£12.50")).click()

    expect(page.get_by_role("heading", name="Diolch, Siân Llŷr")).to_be_visible()
    with speaking("cy"):
        days = due_days(Interval.MONTH, utc_now().astimezone(WELSH.zone).date(), WELSH)
    expect(page.get_by_text(f"£12.50 {days}, nes i chi ei stopio.")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text=WELSH.day(utc_now()))).to_be_visible()
    reads_well(page)
    gets_a_letter(place)


def fills_in(page: Page) -> None:
    """First wrong, then right: what is wrong is said in Welsh."""
    page.get_by_label("Misol").check(force=True)
    page.get_by_label("Swm arall", exact=True).check(force=True)
    page.locator("#other_amount").fill("1.50")
    page.get_by_label("Cyfeiriad e-bost").fill("sian@example.org")
    page.get_by_label("Enw llawn").fill("Siân Llŷr")
    page.get_by_role("button", name=re.compile("Parhau i.r taliad")).click()
    expect(page.get_by_role("alert")).to_contain_text("Rhowch swm o £2 neu fwy.")
    reads_well(page)
    page.locator("#other_amount").fill("£12.50")
    page.get_by_role("button", name=re.compile("Parhau i.r taliad")).click()


def gets_a_letter(place: Place) -> None:
    """With its date, and with every sentence in Welsh."""
    place.print_receipts()
    place.print_receipts()
    with reading(place.house.engine) as conn:
        letters = conn.execute(
            sa.select(letter_table.c.subject, letter_table.c.text).where(letter_table.c.key.like("receipt:%"))
        )
        [(subject, text)] = letters.all()

        snapshots = conn.scalars(sa.select(receipt_table.c.snapshot)).all()
    assert [json.loads(snapshot)["template"] for snapshot in snapshots] == [LEGAL]
    assert subject.startswith("Eich rhodd fisol o £12.50 i Ask every candidate: derbynneb ")
    assert f"Dyddiad: {WELSH.day(utc_now())}" in text
    assert "Annwyl Siân Llŷr," in text
    assert "donation" not in text


def reads_well(page: Page) -> None:
    """In the language that it says it is in, within a small phone, and for a screen reader."""
    assert page.evaluate("document.documentElement.lang") == "cy-GB"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert_accessible(page)
