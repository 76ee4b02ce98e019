"""The rows of the access matrix for outgoing webhooks: owners alone."""

from staff.permissions import Permission

_PATH = "/desk/webhooks"
_ROUTES = (
    f"GET {_PATH}",
    f"GET {_PATH}/new",
    f"POST {_PATH}/new",
    *(
        f"{method} {_PATH}/{{endpoint}}{rest}"
        for method, rest in (
            ("GET", ""),
            ("GET", "/change"),
            ("GET", "/{button}"),
            ("GET", "/events/{event}"),
            ("POST", "/change"),
            ("POST", "/secret"),
            ("POST", "/pause"),
            ("POST", "/resume"),
            ("POST", "/remove"),
            ("POST", "/test"),
            ("POST", "/events/{event}"),
        )
    ),
)
WEBHOOK_ACCESS = dict.fromkeys(_ROUTES, Permission.MANAGE_WEBHOOKS)
