"""Stripe's API errors, one function for each."""

from typing import Any

_DOCS = "https://docs.stripe.com/error-codes/"


class ApiError(Exception):
    """The response is an error, in Stripe's shape and with Stripe's status."""

    def __init__(
        self, message: str, *, status: int = 400, error_type: str = "invalid_request_error", **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {name: value for name, value in details.items() if value is not None}
        if "code" in self.error:
            self.error["doc_url"] = _DOCS + str(self.error["code"]).replace("_", "-")
        self.error |= {"message": message, "type": error_type}


class RejectedRequest(ApiError):
    """An error before the call ran, so that no response is saved for its idempotency key."""


class DeclinedPayment(ApiError):
    """The call attempted a payment, which was declined. What it changed is kept, with the failed charge."""


def declined_payment(error: dict[str, Any], intent: dict[str, Any]) -> ApiError:
    """Stripe's card_error for the last error of this intent."""
    details = {name: error[name] for name in ("charge", "decline_code", "payment_method") if name in error}
    return DeclinedPayment(
        error["message"],
        status=402,
        error_type="card_error",
        code=error["code"],
        payment_intent=intent,
        **details,
    )


def unknown_parameter(name: str) -> ApiError:
    """The call does not have this parameter."""
    return RejectedRequest(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing_parameter(name: str) -> ApiError:
    """A required parameter is missing."""
    return RejectedRequest(f"Missing required param: {name}.", code="parameter_missing", param=name)


def empty_parameter(name: str) -> ApiError:
    """The parameter is empty, which would unset it, and it cannot be unset."""
    return RejectedRequest(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )


def invalid_parameter(name: str, message: str, code: str | None = None) -> ApiError:
    """A value of the wrong form, seen before the call runs."""
    return RejectedRequest(message, code=code, param=name)


def invalid_request(message: str, *, code: str | None = None, param: str | None = None, status: int = 400) -> ApiError:
    """The request is well formed, but the present state does not allow it."""
    return ApiError(message, code=code, param=param, status=status)


def resource_missing(kind: str, id_: str, *, param: str = "id", status: int = 404) -> ApiError:
    """There is no object of this id: 404 where the id is in the path, 400 where it is a parameter."""
    return ApiError(f"No such {kind}: '{id_}'", code="resource_missing", param=param, status=status)


def unrecognized_url(method: str, path: str) -> ApiError:
    """There is no call with this method and path."""
    return RejectedRequest(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


def invalid_api_key(key: str | None) -> ApiError:
    """The API key is missing or another account's. Stripe shows both ends of a key that it does not know."""
    if not key:
        return RejectedRequest(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
            status=401,
        )
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
    return RejectedRequest(f"Invalid API Key provided: {shown}", status=401)
