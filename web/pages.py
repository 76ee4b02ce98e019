"""Render templates as pages and as letters. Jinja is used here and nowhere else."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from called_as import as_called
from web.language import Spoken, catalogue, language_of, languages, locale_in, speaking, spoken
from web.look_css import letter_css, look_path
from web.markdown import html_of, plain_text
from web.shown_organisation import Appearance, Recipient, ShownOrganisation
from web.static import Static
from web.template_code import TemplateCode
from web.typed import is_day, shown_address
from web.wording import Wording

MODES = ("sandbox", "test", "live")
LETTER_STYLE = "letter.css"


class LanguageLink(NamedTuple):
    """A language as a page offers it: its code, its own name, the query that chooses it, whether it is spoken now."""

    code: str
    name: str
    query: str
    is_spoken: bool


MenuCounts = Callable[[Any], Mapping[str, str]]
"""How long the lists are that a member of staff finds in their menu, by their addresses."""


class LetterWords(NamedTuple):
    """What a letter says: its subject, its text, and the same as HTML."""

    subject: str
    text: str
    html: str


class Pages:
    """The templates of one installation, with the values that every page uses.

    `identity` gives the organisation as it is now; `mode` is sandbox, test or live; `base_url` is the public address.
    A value that a template uses and that was not passed is an error.
    """

    def __init__(self, directory: Path, *, identity: Callable[[], ShownOrganisation], mode: str, base_url: str) -> None:
        if mode not in MODES:
            raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
        self.mode, self.base_url = mode, base_url.rstrip("/")
        self.static = Static(directory.parent / "static")
        self._letter_style = directory / LETTER_STYLE
        self._directory, self._identity = directory, identity
        self._is_preview = False
        self._counts: MenuCounts = lambda _member: {}
        # By language, locale and time zone: sentences are translated, filters write amounts and dates.
        self._furnished: dict[tuple[str, str, str], tuple[Wording, Environment]] = {}

    def of(self, identity: ShownOrganisation, *, preview: bool = False) -> "Pages":
        """The same pages for an organisation as it was, or as it may become: a `preview` says so at its top."""
        pages = copy(self)
        pages._identity, pages._is_preview = lambda: identity, preview
        return pages

    def show_counts(self, counts: MenuCounts) -> None:
        """Give every page of a `member` the `counts` that stand in their menu, by the addresses of its items."""
        self._counts = counts

    @property
    def organisation(self) -> Recipient:
        """Who receives the gifts, as the pages say now."""
        return self._identity().organisation

    @property
    def framed_by(self) -> Sequence[str]:
        """The origins of websites that may show a campaign's widget, as they are now."""
        return self._identity().framed_by

    @property
    def look(self) -> Appearance:
        """Colour and logo, as they are now."""
        return self._identity().look

    @property
    def gift_aid_charity(self) -> str:
        """The name of the charity that claims Gift Aid, as it is now; nothing where it is not claimed."""
        return self._identity().gift_aid_charity

    @property
    def hmrc_reference(self) -> str:
        """How HMRC knows the charity, as it is now."""
        return self._identity().hmrc_reference

    @property
    def languages(self) -> Sequence[str]:
        """The languages that donors may choose, the organisation's own first."""
        identity = self._identity()
        own = language_of(identity.locale)
        return (own, *(code for code in languages() if code in identity.languages and code != own))

    def speaking(self, language: str = "") -> AbstractContextManager[None]:
        """Speak somebody's language, such as a donor's for a letter; an unknown one is the organisation's own."""
        return speaking(language if language in languages() else self.languages[0])

    @property
    def wording(self) -> Wording:
        """How amounts and dates are written now, in the language that is spoken."""
        return self._furniture(self._identity())[0]

    def render(self, name: str, /, **values: object) -> str:
        """A template with its values, as text. Everything is escaped; a test keeps templates from switching it off."""
        template, shared = self._template(name)
        if "member" in values:
            shared["counts"] = self._counts(values["member"])
        return template.render(shared | values)

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
        template, shared = self._template(f"{name}.txt")
        subject = "".join(template.blocks["subject"](template.new_context(shared | values))).strip()
        html = self.render(f"{name}.html", subject=subject, **values)
        style = letter_css(self._letter_style.read_text(), self._identity().look.colour)
        inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, extra_css=style)
        return LetterWords(subject, template.render(shared | values).strip() + "\n", inliner.inline(html))

    def _template(self, name: str) -> tuple[Template, dict[str, object]]:
        """A template in the language that is spoken, and the values that every page and letter uses."""
        identity = self._identity()
        _, environment = self._furniture(identity)
        shared = {
            "organisation": identity.organisation,
            "look": identity.look,
            "look_css": look_path(identity.look.colour) if identity.look.colour else None,
            "transparency": identity.notices.transparency,
            "claims_gift_aid": bool(identity.gift_aid_charity),
            "is_political": identity.is_watched,
            "preview": self._is_preview,
            "language_links": self._language_links(),
        }
        return environment.get_template(name), shared

    def _language_links(self) -> Sequence[LanguageLink]:
        """The languages to choose from; none where there is no choice."""
        current, offered = self._spoken(), self.languages
        if current.query is None or len(offered) == 1:
            return ()
        kept = f"?{current.query}&" if current.query else "?"
        names = languages()
        return [LanguageLink(code, names[code], f"{kept}lang={code}", code == current.code) for code in offered]

    def _spoken(self) -> Spoken:
        """What is spoken now: outside of a request and of a letter the organisation's own language."""
        return spoken() or Spoken(self.languages[0])

    def _furniture(self, identity: ShownOrganisation) -> tuple[Wording, Environment]:
        code = self._spoken().code
        key = code, locale_in(identity.locale, code), identity.organisation.timezone
        if key not in self._furnished:
            wording = Wording(*key[1:])
            self._furnished[key] = wording, self._furnish(wording, key)
        return self._furnished[key]

    def _furnish(self, words: Wording, key: tuple[str, str, str]) -> Environment:
        code, locale, _ = key
        environment = _QuickGlobals(
            bytecode_cache=TemplateCode(key),
            loader=FileSystemLoader(self._directory),
            autoescape=select_autoescape(disabled_extensions=("txt",), default=True),  # a letter's plain text
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_translations(catalogue(code), newstyle=True)  # type: ignore[attr-defined]
        environment.filters.update(
            money=words.money,
            money_exact=words.money_exact,
            currency_name=words.currency_name,
            symbol=words.symbol,
            number=words.number,
            date=words.day,
            date_short=words.day_short,
            month=words.month,
            month_short=words.month_short,
            percent=words.percent,
            time=words.time,
            instant=words.instant,
            markdown=_markdown,
            plain=plain_text,
            address=shown_address,
        )
        environment.tests["a_day"] = is_day
        environment.globals.update(
            mode=self.mode,
            base_url=self.base_url,
            farthing=as_called("./farthing"),
            language=locale.replace("_", "-"),
            static=self.static.url,
        )
        return environment


class _QuickGlobals(Environment):
    """Jinja's own globals of a template are a ChainMap, which takes 20 µs a page to copy."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template, with further ones `d`."""
        return {**self.globals, **d} if d else self.globals


def _markdown(text: str) -> Markup:
    """Markdown as HTML. It need not be escaped once more: `html_of` escapes what was typed."""
    return Markup(html_of(text))  # noqa: S704
