"""The fields of a form that was posted to us."""

from collections.abc import Awaitable, Callable, Collection

from starlette.requests import Request

from web.errors import Refusal

MOST_FIELDS = 20


async def posted_fields(request: Request, known: Collection[str]) -> dict[str, str]:
    """The form's fields. A field that we do not have, or one sent twice, is refused."""
    form = await request.form(max_files=0, max_fields=max(MOST_FIELDS, len(known) + 1))
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if len(fields) != len(form.multi_items()) or not set(fields) <= set(known):
        raise Refusal("The form came with a field that we do not have, or one twice. Nothing was charged.")
    return fields


def form_fields(known: Collection[str]) -> Callable[[Request], Awaitable[dict[str, str]]]:
    """A FastAPI dependency that reads these fields of a form, for a route that then works in a thread of its own."""

    async def read_form_fields(request: Request) -> dict[str, str]:
        return await posted_fields(request, known)

    return read_form_fields
