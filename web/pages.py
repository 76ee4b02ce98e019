"""Render templates as pages. Jinja is used here and nowhere else."""

from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from web.markdown import html_of, plain_text
from web.static import Static
from web.wording import Wording

MODES = ("sandbox", "test", "live")


class Recipient(Protocol):
    """Who receives the gifts, as every page names them (`organisation.organisation.Organisation`)."""

    @property
    def name(self) -> str:
        """The legal name."""
        ...

    @property
    def address(self) -> tuple[str, ...]:
        """The postal address, line by line."""
        ...

    @property
    def email(self) -> str:
        """Where donors write to."""
        ...

    @property
    def imprint(self) -> str:
        """The imprint, which stands on every page."""
        ...

    @property
    def url(self) -> str:
        """The recipient's own website, or nothing."""
        ...

    @property
    def legal_note(self) -> str:
        """A sentence on what the recipient is in law, or nothing."""
        ...

    @property
    def timezone(self) -> str:
        """The time zone in which instants are written."""
        ...


class Pages:
    """The templates of one installation, with the values that every page uses.

    `mode` is sandbox, test or live; `base_url` is the public address. A value that a template uses and that was not
    passed is an error.
    """

    def __init__(
        self, directory: Path, *, organisation: Recipient, mode: str, base_url: str, locale: str = "en_GB"
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
        self.organisation, self.mode, self.base_url = organisation, mode, base_url.rstrip("/")
        self.wording = Wording(locale, organisation.timezone)
        self.static = Static(directory.parent / "static")
        self._environment = self._furnish(directory, locale.replace("_", "-"))

    def render(self, name: str, /, **values: object) -> str:
        """A template with its values, as text. Everything is escaped; a test keeps templates from switching it off."""
        return self._environment.get_template(name).render(**values)

    def page(self, name: str, /, *, status: int = 200, private: bool = False, **values: object) -> HTMLResponse:
        """A template as a response. The template gets the `status` as well.

        A private page is for its reader alone, so it must not be cached.
        """
        headers = {"Cache-Control": "no-store"} if private else None
        return HTMLResponse(self.render(name, status=status, **values), status_code=status, headers=headers)

    def _furnish(self, directory: Path, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        words = self.wording
        environment.filters.update(
            money=words.money,
            money_exact=words.money_exact,
            currency_name=words.currency_name,
            symbol=words.symbol,
            number=words.number,
            date=words.day,
            month=words.month,
            time=words.time,
            instant=words.instant,
            markdown=_markdown,
            plain=plain_text,
        )
        environment.globals.update(
            organisation=self.organisation,
            mode=self.mode,
            base_url=self.base_url,
            language=language,
            static=self.static.url,
        )
        return environment


def _markdown(text: str) -> Markup:
    """Markdown as HTML. It need not be escaped once more: `html_of` escapes what was typed."""
    return Markup(html_of(text))  # noqa: S704
