"""A form with a file: taken where a route asks for one, and nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from tests.web.samples import BASE_URL, ask, pages
from web.errors import NotFound, install_errors
from web.security import secure
from web.uploads import FILE_BYTES, UploadedForm, uploaded_form

PATH, ELSEWHERE = "/desk/campaigns/hall/picture", "/desk/campaigns/hall/edit"
MULTIPART = ("content-type", "multipart/form-data; boundary=x")
EMPTY = b'--x\r\nContent-Disposition: form-data; name="picture"; filename=""\r\n\r\n\r\n--x--\r\n'
HERE = ("host", "give.example")


class Arrived:
    """What the route got."""

    form: UploadedForm | None = None


def site(*, open_door: bool = True) -> tuple[TestClient, Arrived]:
    """A route that takes a picture and its words, behind the guards; its door may be shut."""
    app, arrived = FastAPI(), Arrived()
    install_errors(app, pages())
    read = uploaded_form({"alt"}, {"picture"})

    def door() -> None:
        if not open_door:
            raise NotFound

    @app.post("/desk/campaigns/{slug}/picture")
    @app.post("/desk/campaigns/{slug}/edit")
    def take(_: Annotated[None, Depends(door)], form: Annotated[UploadedForm, Depends(read)]) -> None:
        arrived.form = form

    guarded = secure(
        app, pages=pages(), base_url=BASE_URL, allowed_hosts=(), upload_paths=["/desk/campaigns/{slug}/picture"]
    )
    return TestClient(guarded, base_url=BASE_URL), arrived


def test_a_file_arrives_with_the_fields_beside_it() -> None:
    """Any bytes, also those that a plain form may not hold."""
    client, arrived = site()

    assert client.post(PATH, data={"alt": "A hall"}, files={"picture": b"\0%00\xff"}).status_code == 200
    assert arrived.form == UploadedForm({"alt": "A hall"}, {"picture": b"\0%00\xff"})


def test_a_field_that_was_left_empty_holds_no_file() -> None:
    """A browser sends a file without a name and without content."""
    client, arrived = site()

    client.post(PATH, content=EMPTY, headers=dict([MULTIPART]))

    assert arrived.form == UploadedForm({}, {})


@pytest.mark.parametrize("path", [ELSEWHERE, PATH + "/more", "/c/a/give"])
def test_no_other_path_takes_a_file(path: str) -> None:
    """No multipart parser to attack where none is needed."""
    client, arrived = site()

    assert client.post(path, files={"picture": b"x"}).status_code == 415
    assert arrived.form is None


def test_a_file_of_ten_megabytes_is_the_largest() -> None:
    """And the sentence says so."""
    client, arrived = site()
    assert client.post(PATH, files={"picture": bytes(FILE_BYTES)}).status_code == 200
    arrived.form = None

    answer = client.post(PATH, files={"picture": bytes(FILE_BYTES + 1)})

    assert (answer.status_code, arrived.form) == (413, None)
    assert "larger than 10 MB" in answer.text
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("length", [None, "10", str(10**9)], ids=["no length", "a small lie", "said too large"])
def test_bytes_are_counted_whatever_the_headers_say(length: str | None) -> None:
    """A body that never ends is cut off."""
    client, arrived = site()
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\n'
    headers = [HERE, MULTIPART, *([("content-length", length)] if length else [])]

    answer = ask(client.app, "POST", PATH, headers=headers, chunks=[head, *[bytes(2**20)] * 11])

    assert (answer.status, arrived.form) == (413, None)


def test_a_strangers_file_is_not_read() -> None:
    """Who may not come in is told so before a byte is taken: the body breaks off, and nobody misses it."""
    client, _ = site(open_door=False)

    assert ask(client.app, "POST", PATH, headers=[HERE, MULTIPART], chunks=()).status == 404


def test_a_file_from_another_site_is_refused() -> None:
    """The same rule as for every form."""
    client, arrived = site()

    answer = client.post(PATH, files={"picture": b"x"}, headers={"sec-fetch-site": "cross-site"})

    assert (answer.status_code, arrived.form) == (403, None)


@pytest.mark.parametrize(
    ("data", "files"),
    [
        ({"other": "x"}, []),
        ({"alt": ["a", "b"]}, []),
        ({"alt": "a\0b"}, []),
        ({}, [("alt", b"x")]),
        ({}, [("picture", b"x"), ("picture", b"y")]),
        ({"alt": "x" * 70_000}, []),
    ],
    ids=["unknown", "twice", "NUL", "a file for words", "two files", "too long"],
)
def test_anything_else_than_the_form_is_refused(
    data: Mapping[str, str | Sequence[str]], files: list[tuple[str, bytes]]
) -> None:
    """Nobody's browser sends it."""
    client, arrived = site()

    answer = client.post(PATH, data=data, files=files or [("picture", b"x")])

    assert (answer.status_code, arrived.form) == (400, None)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=y"]
)
def test_a_body_that_cannot_be_read_is_refused(content_type: str) -> None:
    """A sentence, and no bug."""
    client, _ = site()

    answer = client.post(PATH, content=b"--x\r\nnonsense", headers={"content-type": content_type})

    assert answer.status_code == 400
