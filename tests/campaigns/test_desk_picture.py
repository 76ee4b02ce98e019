"""A campaign's picture: what it shows is asked for, and what is no picture is refused in a sentence."""

from datetime import timedelta

import pytest

from tests.campaigns.desk_setup import DESK, DeskSetup, words
from tests.engines import ON_SQLITE
from tests.web.image_files import picture_file, png_that_claims

ONE = f"{DESK}/1"
PICTURE = picture_file("PNG", (1200, 600))


@pytest.fixture(autouse=True)
def signed_in(setup: DeskSetup) -> None:
    """A treasurer, with a campaign that everybody sees."""
    setup.sign_in()
    setup.add()
    setup.post(f"{ONE}/publish")


def send(setup: DeskSetup, upload: bytes | None, **fields: str) -> tuple[int, str]:
    """The form with a file: the status, and what the page says."""
    setup.clock.now += timedelta(seconds=1)
    typed = {"version": str(setup.campaign.version)} | fields
    parts = [f'name="{name}"\r\n\r\n{text}'.encode() for name, text in typed.items()]
    # A browser sends a field for a file that was left empty as a file without a name.
    name = b"x.png" if upload is not None else b""
    parts.append(b'name="picture"; filename="%s"\r\nContent-Type: image/png\r\n\r\n%s' % (name, upload or b""))
    body = b"".join(b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    answer = setup.client.post(f"{ONE}/picture", content=body, headers=kind)
    return answer.status_code, words(answer) if answer.text else ""


def test_a_picture_stands_on_the_page_with_its_words(setup: DeskSetup) -> None:
    """Other words need no other picture; taken away, neither is left."""
    assert send(setup, PICTURE, alternative="A van.")[0] == 303
    assert 'alt="A van."' in setup.get("/c/the-van").text
    assert send(setup, None, alternative="A yellow van.")[0] == 303
    assert 'alt="A yellow van."' in setup.get("/c/the-van").text
    assert 'alt="A yellow van."' in setup.get("/").text

    assert send(setup, None, then="remove")[0] == 303

    taken_away = setup.campaign
    assert (taken_away.picture, taken_away.picture_alt) == (None, "")
    assert {act.what for act in setup.acts[2:]} == {"campaign picture changed"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("upload", "alternative", "sentence"),
    [
        (PICTURE, "", "Say in a few words what the picture shows"),
        (PICTURE, "a" * 251, "Shorten this to 250 characters"),
        (None, "A van.", "Choose a picture."),
        (b"<svg onload='x'/>", "A van.", "Choose a picture in the format PNG, JPEG or WebP."),
        (png_that_claims(30_000, 30_000), "A van.", "more than 40 million pixels"),
    ],
    ids=["no words", "many words", "no picture", "svg", "bomb"],
)
def test_what_is_no_picture_is_refused(setup: DeskSetup, upload: bytes | None, alternative: str, sentence: str) -> None:
    """With what to do; nothing is kept."""
    status, page = send(setup, upload, alternative=alternative)

    assert (status, sentence in page) == (422, True)
    assert setup.campaign.picture is None


def test_a_picture_for_a_campaign_that_has_changed_is_not_kept(setup: DeskSetup) -> None:
    """Somebody else may have put one there."""
    status, page = send(setup, PICTURE, alternative="A van.", version="1")

    assert (status, "choose the picture once more" in page) == (409, True)
    assert setup.campaign.picture is None
