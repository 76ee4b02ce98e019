"""Logs as JSON lines. They hold ids, and no name, address, payload or secret."""

import logging
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import IO, Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LogEvent = MutableMapping[str, Any]

# Keys whose values are personal data or secrets, whatever they hold.
PRIVATE_KEYS = frozenset(
    "name email address message body payload token secret password cookie authorization"
    " donor_name donor_email postcode phone".split()
)
_SECRETS = re.compile(
    r"(?:sk|rk|pk)_(?:live|test)_\w+|whsec_\w+|(?:pi|seti|cs)_\w+_secret_\w+|cs_(?:live|test)_\w+"
    r"|v1=[0-9a-f]{16,}|Bearer \S+|farthing_[0-9a-f]{16,}"
)
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=/]{1,64}@[^\s@<>\"'(),;:=/]{1,255}")
_PARAMETERS = re.compile(r"\[parameters: .*?\]\s*(?=\n|\(Background|$)", re.DOTALL)
_OUR_TOKENS = re.compile(r"(/(?:receipts|giving|desk/sign-in|payment)/)[^\s?\"'/{]+|((?:session_id|token)=)[^\s&\"']+")
LONGEST = 20_000


def write_logs(stream: IO[str] | None = None, *, level: int = logging.INFO) -> None:
    """Configure all logging: JSON to one stream, redacted; of libraries only warnings and errors.

    Uvicorn must be started with `log_config=None`, or it installs its own handlers.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=finish))
    handler.addFilter(_is_worth_a_line)
    root = logging.getLogger()
    root.handlers, root.level = [handler], level


def redact(_logger: object, _method: str, event: LogEvent) -> LogEvent:
    """Remove personal data and secrets from an event. This is the last step before it is written."""
    return {key: _clean(key, value) for key, value in event.items()}


def redacted(text: str) -> str:
    """The text without secrets, email addresses, our tokens and the parameters of SQL statements."""
    text = _SECRETS.sub("[secret]", text[:LONGEST])
    text = _PARAMETERS.sub("[parameters: left out]", text)
    text = _OUR_TOKENS.sub(lambda match: (match[1] or match[2]) + "[token]", text)
    return _EMAIL.sub("[e-mail]", text)


class RequestLog:
    """Logs each request: method, route (never the path, which may hold a token), status and duration."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = structlog.get_logger("web.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log its status; 0 is a request that got no response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def send_and_keep_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_keep_status)
        finally:
            ms = round((time.perf_counter() - started) * 1000, 1)
            self.log.info("answered", method=scope["method"], route=_route(scope), status=status, ms=ms)


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "no route"))


def _clean(key: str, value: object) -> object:
    if key in PRIVATE_KEYS:
        return "[private]"
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [_clean("", part) for part in value]
    return value if isinstance(value, int | float | bool | None) else redacted(str(value))


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    # At INFO, uvicorn and HTTP clients log whole URLs. Our own events come from structlog and are dicts.
    return isinstance(record.msg, dict) or record.levelno >= logging.WARNING
