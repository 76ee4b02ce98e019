"""Stripe's error answers, one constructor for each way to refuse."""

from typing import Any

_DOCS = "https://docs.stripe.com/error-codes/"


class Refused(Exception):
    """The call is answered with an error, in Stripe's shape and with Stripe's status."""

    def __init__(
        self, message: str, *, status: int = 400, error_type: str = "invalid_request_error", **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {name: value for name, value in details.items() if value is not None}
        if "code" in self.error:
            self.error["doc_url"] = _DOCS + str(self.error["code"]).replace("_", "-")
        self.error |= {"message": message, "type": error_type}


class RefusedUnread(Refused):
    """Refused before anything was carried out, so that no Idempotency-Key remembers it."""


def unknown_parameter(name: str) -> Refused:
    """This version does not know the parameter."""
    return RefusedUnread(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing_parameter(name: str) -> Refused:
    """The call cannot do without it."""
    return RefusedUnread(f"Missing required param: {name}.", code="parameter_missing", param=name)


def empty_parameter(name: str) -> Refused:
    """An empty value unsets, and this cannot be unset."""
    return RefusedUnread(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )


def bad_parameter(name: str, message: str, code: str | None = None) -> Refused:
    """A value that cannot be meant, seen before the call is carried out."""
    return RefusedUnread(message, code=code, param=name)


def not_possible(message: str, *, code: str | None = None, param: str | None = None, status: int = 400) -> Refused:
    """Well asked, but not possible as things are."""
    return Refused(message, code=code, param=param, status=status)


def no_such(what: str, id_: str, *, param: str = "id", status: int = 404) -> Refused:
    """Stripe answers 404 when the id is in the path, 400 when it is a parameter."""
    return Refused(f"No such {what}: '{id_}'", code="resource_missing", param=param, status=status)


def unrecognized_url(method: str, path: str) -> Refused:
    """There is no such call."""
    return RefusedUnread(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


def bad_key(key: str | None) -> Refused:
    """No key, or not ours. Stripe shows the ends of a key that it does not know."""
    if not key:
        return RefusedUnread(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
            status=401,
        )
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
    return RefusedUnread(f"Invalid API Key provided: {shown}", status=401)
