"""Pictures that people upload: upright, in three sizes, without a word of where they were taken."""

from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile
from sqlalchemy import Engine
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from database.transactions import reading, writing
from tests.web.image_files import COMMENT, GPS, photo, picture_file, png_that_claims
from tests.web.samples import BASE_URL, ask, pages
from web.errors import install_errors
from web.picture_routes import picture_routes
from web.picture_store import keep_picture, picture_by_hash
from web.pictures import EncodedPicture, NotAPicture, PictureSize, encode_logo, encode_picture
from web.security import secure

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def opened(body: bytes) -> Image.Image:
    """A picture as a browser reads it."""
    image = Image.open(BytesIO(body))
    image.load()
    return image


def kinds(encoded: EncodedPicture) -> list[tuple[str, int]]:
    """Which files there are."""
    return [(file.extension, file.size.width) for file in encoded.files]


@pytest.mark.parametrize("encoding", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_three_sizes_in_two_formats(encoding: str) -> None:
    """For a phone, a page and a large screen."""
    encoded = encode_picture(picture_file(encoding, (2000, 1000)))

    assert kinds(encoded) == [(kind, width) for width in (480, 960, 1600) for kind in ("webp", "jpg")]
    for file in encoded.files:
        assert opened(file.body).size == (file.size.width, file.size.height) == (file.size.width, file.size.width // 2)


def test_a_small_picture_is_not_enlarged() -> None:
    """Its own width is the largest."""
    assert kinds(encode_picture(picture_file("PNG", (500, 5)))) == [
        ("webp", 480), ("jpg", 480), ("webp", 500), ("jpg", 500),
    ]  # fmt: skip


def test_damaged_notes_beside_the_pixels_are_left_out_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    """A phone's or an editor's; a warning of Pillow's would stand in the log, which is JSON."""
    whole = photo()
    begin = whole.index(b"Exif") + 24
    encode_picture(whole[:begin] + b"\xff" * 12 + whole[begin + 12 :])
    assert [str(warning.message) for warning in recwarn] == []


def test_a_photo_stands_upright_and_tells_no_place() -> None:
    """Neither where it was taken, nor by what, nor what somebody wrote into it."""
    upload = photo()
    assert opened(upload).getexif().get_ifd(GPS)
    assert COMMENT in upload

    for file in encode_picture(upload).files:
        image = opened(file.body)
        assert (image.width, image.height) == (300, 400)
        red, _, blue = image.convert("RGB").getpixel((150, 20))  # type: ignore[misc]
        assert red > 200
        assert blue < 60
        assert not image.getexif()
        assert not {"icc_profile", "comment", "xmp"} & set(image.info)
        assert COMMENT not in file.body
        assert b"Exif" not in file.body


def test_what_is_transparent_stays_so_or_turns_white() -> None:
    """JPEG knows no transparency; without a ground the picture would be black."""
    webp, jpg = encode_picture(picture_file("PNG", (10, 10), "#00000000", "RGBA")).files

    assert opened(webp.body).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert opened(jpg.body).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    """Drawings and scans come in all of them."""
    image = Image.new("L", (20, 10), 128).convert(mode) if mode != "I;16" else Image.new(mode, (20, 10))
    written = BytesIO()
    image.save(written, "PNG")

    assert len(encode_picture(written.getvalue()).files) == 2


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (png_that_claims(30_000, 30_000), "more than 40 million pixels"),
        (png_that_claims(10_000, 10_000), "more than 40 million pixels"),
        (png_that_claims(6_400, 6_400), "more than 40 million pixels"),
        (png_that_claims(100, 100), "damaged"),
        (picture_file("JPEG", (900, 900))[:400], "damaged"),
        (picture_file("GIF"), "PNG, JPEG or WebP"),
        (picture_file("TIFF"), "PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG, JPEG or WebP"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PNG, JPEG or WebP"),
        (b"", "PNG, JPEG or WebP"),
    ],
)
def test_what_is_no_picture_for_us_is_refused_in_a_sentence(
    upload: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bomb is told by its header: nothing is unpacked."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)  # as in a web, which never loads WeasyPrint
    for encode in (encode_picture, encode_logo):
        with pytest.raises(NotAPicture, match=sentence):
            encode(upload)


@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_no_broken_file_is_our_bug(encoding: str, data: st.DataObject) -> None:
    """Whatever byte is wrong: a picture, or a sentence."""
    upload = bytearray(picture_file(encoding))
    for _ in range(data.draw(st.integers(1, 8))):
        upload[data.draw(st.integers(0, len(upload) - 1))] = data.draw(st.integers(0, 255))
    with suppress(NotAPicture):
        assert encode_picture(bytes(upload)).files


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1)])
def test_a_picture_too_long_for_webp_is_refused_with_a_sentence(size: tuple[int, int]) -> None:
    """However few its pixels are."""
    with pytest.raises(NotAPicture, match="at most 16,000 pixels"):
        encode_picture(picture_file("JPEG", size))


def test_a_logo_stays_a_png_that_fits_the_mast() -> None:
    """With what is transparent in it."""
    [file] = encode_logo(picture_file("PNG", (3000, 1000), "#13404080", "RGBA")).files

    assert (file.extension, file.size) == ("png", PictureSize(800, 267))
    assert opened(file.body).mode == "RGBA"


def site(engine: Engine) -> ASGIApp:
    """The pictures alone, behind the guards."""
    app = FastAPI()
    install_errors(app, pages())
    app.router.routes += picture_routes(engine).routes
    return secure(app, pages=pages(), base_url=BASE_URL, allowed_hosts=())


def test_a_kept_picture_is_served_for_ever(engine: Engine) -> None:
    """Twice kept is once kept; a file's address says what is in it, so it may be cached by anybody."""
    encoded = encode_picture(picture_file("PNG"))
    for _ in range(2):
        with writing(engine) as conn:
            keep_picture(conn, encoded, NOON)
    with reading(engine) as conn:
        picture = picture_by_hash(conn, encoded.hash)

    assert picture is not None
    assert picture.sizes == (PictureSize(64, 32),)
    answer = ask_bytes(site(engine), picture.path(picture.middle, "webp"))
    assert answer == (200, "image/webp", "public, max-age=31536000, immutable", "nosniff")


def ask_bytes(app: ASGIApp, path: str) -> tuple[int, str, str, str]:
    """Status, type, caching and the rule against guessing the type."""
    answer = TestClient(app, base_url=BASE_URL).get(path)
    assert "sandbox" in answer.headers["content-security-policy"]
    names = ("content-type", "cache-control", "x-content-type-options")
    return (answer.status_code, *(answer.headers[name] for name in names))  # type: ignore[return-value]


@pytest.mark.parametrize(
    "name", ["0" * 64 + "-480.webp", "x-480.webp", "x-" + "9" * 30 + ".jpg", "x-٤٨٠.webp", "x-480.exe", "x"]
)
def test_a_picture_that_is_not_there_is_not_found(engine: Engine, name: str) -> None:
    """However it is asked for."""
    assert ask(site(engine), path=f"/media/{name}").status == 404


def test_a_kept_picture_never_changes(engine: Engine) -> None:
    """It is cached for ever wherever it was seen."""
    with writing(engine) as conn:
        keep_picture(conn, encode_picture(picture_file("PNG")), NOON)

    with pytest.raises(sa.exc.IntegrityError, match="never changed"), writing(engine) as conn:
        conn.execute(sa.text("UPDATE picture_file SET width = 7"))
