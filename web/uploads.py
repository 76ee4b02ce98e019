"""Forms that carry a file: which paths take them, and what came."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive

from web.errors import Refusal, TooLarge
from web.forms import MOST_FIELDS

MULTIPART = "multipart/form-data"
FILE_BYTES = 10 * 1024 * 1024  # of a file; README and the pages say 10 MB
FIELD_BYTES = 64 * 1024  # of everything beside the file


class FileTooLarge(TooLarge):
    """A file that is larger than we take."""

    def __init__(self) -> None:
        super().__init__(
            "The file is larger than 10 MB.", advice="Go back and choose a smaller one. Nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class UploadedForm:
    """The fields of a form, and its files by the field's name. A field for a file that was left empty is not there."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes]


class UploadPaths:
    """The paths whose forms may carry a file, written as routes write them: `/desk/campaigns/{slug}/picture`."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        patterns = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) for path in paths]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def take(self, path: str, headers: Headers) -> bool:
        """Whether a request is such a form."""
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        plain = headers.get("content-encoding", "identity") == "identity"
        return self._pattern is not None and bool(self._pattern.fullmatch(path)) and kind == MULTIPART and plain


def receive_counted(receive: Receive, most: int = FILE_BYTES + FIELD_BYTES) -> Receive:
    """An ASGI receive channel that raises FileTooLarge when more bytes come.

    The body is not read before the route asks for it, and the route asks only after it knows who sends it.
    """
    received = 0

    async def receive_next() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise FileTooLarge
        return message

    return receive_next


def uploaded_form(fields: Collection[str], files: Collection[str]) -> Callable[[Request], Awaitable[UploadedForm]]:
    """A FastAPI dependency that reads a form with these fields and files.

    It stands after the dependency that says who is at the desk: a stranger's file is not read. A field that we do not
    have, or one sent twice, is refused.
    """

    async def read_uploaded_form(request: Request) -> UploadedForm:
        async with request.form(max_files=len(files), max_fields=MOST_FIELDS, max_part_size=FIELD_BYTES) as form:
            names = [name for name, _ in form.multi_items()]
            values = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            uploads = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile)}
            if len(set(names)) != len(names) or not set(values) <= set(fields) or not set(uploads) <= set(files):
                raise Refusal("The form came with a field that we do not have, or one twice. Nothing was changed.")
            if any("\0" in value for value in values.values()):
                raise Refusal
            contents = {name: await upload.read() for name, upload in uploads.items()}
        if any(len(content) > FILE_BYTES for content in contents.values()):
            raise FileTooLarge
        return UploadedForm(values, {name: content for name, content in contents.items() if content})

    return read_uploaded_form
