"""What passes a campaign on: the share image with its version, codes and posters that lead back."""

from dataclasses import replace
from io import BytesIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import Engine

from campaigns.campaign import Campaign
from campaigns.demo import DEMO_ORGANISATION
from campaigns.public_routes import public_routes
from campaigns.store import GiftMeasures, add_campaign
from database.engine import open_database
from database.transactions import booking
from ledger.money import GBP, Money
from ledger.store import open_accounts
from tests.campaigns.books import book
from tests.clock import FixedClock
from tests.web.samples import pages
from web.errors import install_errors
from web.share_picture import (
    POSTER_SIZES,
    SHARE_SIZES,
    PictureLook,
    PictureWords,
    draw_share_image,
    imprint_lines,
)

LONG = "Donaudampfschifffahrtsgesellschaftskapitän " * 9


@pytest.fixture
def house(sqlite_url: str, clock: FixedClock) -> tuple[Engine, TestClient]:
    """The public pages of one campaign."""
    engine = open_database(sqlite_url, durable=False)
    with booking(engine) as conn:
        open_accounts(conn)
        add_campaign(conn, Campaign(0, "the-van", "Keep the van", "It lends *books*.", GBP, Money(100_000, GBP)))
    app, site = FastAPI(), pages("test", "http://testserver")
    nobody = GiftMeasures(lambda _conn, _numbers: {}, lambda _conn, _numbers: {})
    app.router.routes += public_routes(engine, clock, site, nobody, None).routes
    install_errors(app, site)
    return engine, TestClient(app)


def image_address(client: TestClient) -> str:
    """The share image's address, as the campaign's page tells networks."""
    page = client.get("/c/the-van").text
    return page.partition('property="og:image" content="http://testserver')[2].partition('"')[0]


def test_the_share_image_is_drawn_with_the_present_total(house: tuple[Engine, TestClient], clock: FixedClock) -> None:
    """1200 by 630, for ever under its version; a per cent more is another version, a penny more is the same."""
    engine, client = house
    before = image_address(client)
    image = client.get(before)
    assert Image.open(BytesIO(image.content)).size == (1200, 630)
    assert "immutable" in image.headers["cache-control"]

    book(engine, clock(), 1, Money(1, GBP))
    assert image_address(client) == before
    book(engine, clock(), 1, Money(5_000, GBP))

    assert image_address(client) != before
    assert client.get(image_address(client)).content != image.content
    assert client.get(before).headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("title", ["", "Ünal 李 العربية 🇬🇧", LONG, "e" + "\u0301" * 2_000, "<script>alert(1)</script>"])
def test_any_words_are_drawn(title: str) -> None:
    """However long and in whatever script; none makes it slow or breaks it."""
    words = PictureWords(title, title, "£1", title, 100, title)

    assert Image.open(BytesIO(draw_share_image(words, PictureLook("#134a3b")))).size == (1200, 630)


@pytest.mark.parametrize(
    "imprint", [DEMO_ORGANISATION.imprint, "Promoted by " + "a body of somewhere " * 31, "x" * 600]
)
@pytest.mark.parametrize(("sizes", "room", "height"), [(SHARE_SIZES, 1_080, 72), (POSTER_SIZES, 1_374, 160)])
def test_an_imprint_is_never_cut(imprint: str, sizes: tuple[int, ...], room: int, height: int) -> None:
    """The promoter's address stands at its end. 600 characters stand whole in the room that there is."""
    size, lines = imprint_lines(imprint, sizes, room, height)

    assert "".join("".join(lines).split()) == "".join(imprint.split())
    assert len(lines) * size * 1.12 <= height + 5
    assert imprint_lines("", sizes, room, height) == (sizes[0], [])


def test_a_picture_of_the_campaign_stands_beside_the_words() -> None:
    """Cut to fit, on the right."""
    photograph = BytesIO()
    Image.new("RGB", (300, 200), "#ff0000").save(photograph, "JPEG")
    words, look = PictureWords("Wren", "Van", "£1", "raised", None, ""), PictureLook("#134a3b")

    drawn = Image.open(BytesIO(draw_share_image(words, replace(look, photograph=photograph.getvalue()))))

    red, green, _ = drawn.convert("RGB").getpixel((1100, 300))  # type: ignore[misc]
    assert (red > 240, green < 20) == (True, True)


def test_a_poster_fits_its_paper(house: tuple[Engine, TestClient]) -> None:
    """A4 and A5, to a millimetre; nothing else is printed."""
    _, client = house
    for size, width in (("a4", 210), ("a5", 148)):
        poster = client.get(f"/c/the-van/poster.pdf?size={size}&ref=leaflet-7")
        [page] = PdfReader(BytesIO(poster.content)).pages
        assert abs(float(page.mediabox.width) / 72 * 25.4 - width) < 1
    assert client.get("/c/the-van/poster.pdf?size=a0").status_code == 404


def test_a_code_carries_its_source(house: tuple[Engine, TestClient]) -> None:
    """What no form would keep is left out."""
    _, client = house

    assert "http://testserver/c/the-van?ref=leaflet-7<" in client.get("/c/the-van/qr.svg?ref=Leaflet-7").text
    assert "http://testserver/c/the-van<" in client.get("/c/the-van/qr.svg?ref=%3Cb%3E").text
    assert client.get("/c/the-van/qr.gif").status_code == 404
