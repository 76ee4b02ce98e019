"""Receipts and pages of old gifts stay as they were, byte by byte, whatever becomes of the organisation."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from database.transactions import booking
from organisation.organisation import Look, Notices, OrganisationProfile
from receipts.pdf import Printer
from receipts.receipt import Draft, Receipt, ReceiptStyle
from receipts.routes import receipt_routes
from receipts.store import issue_receipts, mint_token
from tests.clock import FixedClock
from tests.engines import ON_SQLITE
from tests.receipts.samples import COALITION, NOON, TEMPLATES, TODAY, draft
from tests.web.image_files import picture_file
from web.logos import encode_any_logo
from web.pages import Pages

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path fill="#8a1538" d="M0 0h40v20z"/></svg>'
LOGOS = [encode_any_logo(SVG), encode_any_logo(picture_file("PNG", (80, 40)))]
STYLE = ReceiptStyle("en_IE", "#8a1538", LOGOS[0].hash, charity=False)


class ChangingOrganisation:
    """An organisation that is renamed, recoloured and moved."""

    def __init__(self) -> None:
        self.profile = OrganisationProfile(COALITION, "en_GB")
        self.pages = Pages(TEMPLATES, identity=lambda: self.profile, mode="live", base_url="https://give.example")

    def change_everything(self) -> None:
        """Every field that a page shows."""
        moved = replace(COALITION, name="Renamed", address=("Elsewhere",), imprint="Other.", email="new@example.org")
        self.profile = OrganisationProfile(
            moved, "en_US", look=Look("#00305e", "0" * 64), notices=Notices(transparency="New.")
        )


def read_logo(name: str) -> tuple[bytes, str]:
    """The logo of a hash, as the worker reads it."""
    [file] = next(logo.files for logo in LOGOS if logo.hash == name)
    return file.body, {"svg": "image/svg+xml", "png": "image/png"}[file.extension]


@ON_SQLITE
@pytest.mark.parametrize("of", [draft(), replace(draft(), style=STYLE)], ids=["plain", "styled"])
def test_a_receipts_page_and_print_stay_as_they_were(engine: Engine, clock: FixedClock, of: Draft) -> None:
    """Also its mast and footer, its colour and logo, and how it writes amounts and dates."""
    organisation, app = ChangingOrganisation(), FastAPI()
    app.router.routes += receipt_routes(engine, clock, organisation.pages).routes
    printer, browser = Printer(organisation.pages, read_logo), TestClient(app)
    with booking(engine) as conn:
        issue_receipts(conn, [of], issued_on=TODAY, now=NOON)
        path = f"/receipts/{mint_token(conn, of.gift_id, NOON)}"
    issued = Receipt.from_json(of.snapshot("2026-000001", TODAY))
    page, print_before = browser.get(path).content, printer.print(issued)

    organisation.change_everything()

    assert browser.get(path).content == page
    assert printer.print(issued) == print_before
    assert organisation.pages.organisation.name == "Renamed"


@pytest.mark.parametrize("logo", LOGOS, ids=["svg", "png"])
def test_a_print_has_the_logo_that_it_was_issued_with(logo: Any) -> None:
    """Drawn or in pixels; one that is gone is a failed job, not a receipt without it."""
    organisation = ChangingOrganisation()
    style = replace(STYLE, logo=logo.hash)
    receipt = Receipt.from_json(replace(draft(), style=style).snapshot("2026-000001", TODAY))
    without = Receipt.from_json(replace(draft(), style=replace(style, logo=None)).snapshot("2026-000001", TODAY))
    printer = Printer(organisation.pages, read_logo)

    assert printer.print(receipt) == printer.print(receipt) != printer.print(without)
