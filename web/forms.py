"""The fields of a form that was posted to us."""

from collections.abc import Collection

from starlette.requests import Request

from web.errors import Refusal

MOST_FIELDS = 20


async def posted_fields(request: Request, known: Collection[str]) -> dict[str, str]:
    """The form's fields. A field that we do not have, or one sent twice, is refused."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if len(fields) != len(form.multi_items()) or not set(fields) <= set(known):
        raise Refusal("The form came with a field that we do not have, or one twice. Nothing was charged.")
    return fields
