"""Render templates as pages and as letters. Jinja is used here and nowhere else."""

from pathlib import Path
from typing import NamedTuple, Protocol

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from web.static import Static
from web.wording import Wording

MODES = ("sandbox", "test", "live")
LETTER_STYLE = "letter.css"


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


class LetterWords(NamedTuple):
    """What a letter says: its subject, its text, and the same as HTML."""

    subject: str
    text: str
    html: str


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
        self._letter_style = directory / LETTER_STYLE

    def render(self, name: str, /, **values: object) -> str:
        """A template with its values, as text. Everything is escaped; a test keeps templates from switching it off."""
        return self._environment.get_template(name).render(**values)

    def page(self, name: str, /, *, status: int = 200, private: bool = False, **values: object) -> HTMLResponse:
        """A template as a response. The template gets the `status` as well.

        A private page is for its reader alone, so it must not be cached.
        """
        headers = {"Cache-Control": "no-store"} if private else None
        return HTMLResponse(self.render(name, status=status, **values), status_code=status, headers=headers)

    def letter(self, name: str, /, **values: object) -> LetterWords:
        """The letter of two templates, such as `staff/letters/invitation`: `.txt` with its subject, and `.html`.

        The HTML has its styles inside and refers to nothing elsewhere.
        """
        words = self._environment.get_template(f"{name}.txt")
        subject = "".join(words.blocks["subject"](words.new_context(values))).strip()
        html = self.render(f"{name}.html", subject=subject, **values)
        style = self._letter_style.read_text()
        inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, extra_css=style)
        return LetterWords(subject, words.render(**values).strip() + "\n", inliner.inline(html))

    def _furnish(self, directory: Path, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True),  # a letter's plain text
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
        )
        environment.globals.update(
            organisation=self.organisation,
            mode=self.mode,
            base_url=self.base_url,
            language=language,
            static=self.static.url,
        )
        return environment
