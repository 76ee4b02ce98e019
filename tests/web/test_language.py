"""A page, a sentence and a letter are in the language that its reader chose."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from organisation.organisation import OrganisationProfile
from tests.web.samples import ORGANISATION, Answer, ask
from web import language
from web.language import language_of, locale_in, speaking, spoken_code, translated, translated_plural
from web.language_choice import ChosenLanguage
from web.pages import Pages

HOST = ("host", "give.example")
WORDS = {
    "cy": 'msgid "Give %(amount)s"\nmsgstr "Rhowch %(amount)s"\n\n'
    'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s diwrnodau"\nmsgstr[1] "%(n)s diwrnod"\n'
    'msgstr[2] "%(n)s ddiwrnod"\nmsgstr[3] "%(n)s diwrnod"\nmsgstr[4] "%(n)s diwrnod"\nmsgstr[5] "%(n)s o ddyddiau"\n',
    "de": 'msgid "Give %(amount)s"\nmsgstr "Geben Sie %(amount)s"\n',
}
HEADS = {
    "cy": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);",
    "de": "nplurals=2; plural=(n != 1);",
}


@pytest.fixture(autouse=True)
def _two_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Welsh and German, each a folder."""
    for code, words in WORDS.items():
        folder = tmp_path / "locales" / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        head = (
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {HEADS[code]}\\n"\n\n'
        )
        (folder / "farthing.po").write_text(head + words)
    monkeypatch.setattr(language, "LOCALES", tmp_path / "locales")
    _forget()
    yield
    _forget()


def _forget() -> None:
    language.languages.cache_clear()
    language.catalogue.cache_clear()


def furnished(house: Path, template: str, *, locale: str = "en_GB", languages: tuple[str, ...] = ("cy", "de")) -> Pages:
    """Pages with one template, of an organisation that offers these languages."""
    (house / "templates").mkdir(exist_ok=True)
    (house / "static").mkdir(exist_ok=True)
    (house / "templates" / "a.html").write_text(template)
    profile = replace(OrganisationProfile(ORGANISATION, locale), languages=languages)
    return Pages(house / "templates", identity=lambda: profile, mode="live", base_url="https://give.example/")


def asked(pages: Pages, path: str = "/", query: str = "", cookie: str = "", *, https: bool = True) -> Answer:
    """The page of a request."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await pages.page("a.html")(scope, receive, send)

    site: ASGIApp = ChosenLanguage(app, lambda: pages.languages, https=https)
    return ask(site, path=path, query=query, headers=[HOST, *([("cookie", cookie)] if cookie else [])])


def test_a_sentence_is_in_the_language_that_is_spoken() -> None:
    """English outside of a request, and for a language that nobody has translated."""
    sentences = []
    for code in ("cy", "de", "en", "xx"):
        with speaking(code):
            sentences.append(translated("Give %(amount)s", amount="£5"))

    assert sentences == ["Rhowch £5", "Geben Sie £5", "Give £5", "Give £5"]
    assert (translated("100%"), spoken_code()) == ("100%", "en")


def test_welsh_counts_in_six_forms() -> None:
    """English in two."""
    counts = (0, 1, 2, 3, 6, 4)
    with speaking("cy"):
        welsh = [translated_plural("%(n)s day", "%(n)s days", n) for n in counts]

    ends = ["diwrnodau", "diwrnod", "ddiwrnod", "diwrnod", "diwrnod", "o ddyddiau"]
    assert welsh == [f"{n} {end}" for n, end in zip(counts, ends, strict=True)]
    assert [translated_plural("%(n)s day", "%(n)s days", n) for n in (1, 2)] == ["1 day", "2 days"]


def test_what_one_request_speaks_no_other_does() -> None:
    """Nor does a thread that does something else meanwhile."""
    heard: list[str] = []
    with speaking("cy"):
        thread = Thread(target=lambda: heard.append(spoken_code()))
        thread.start()
        thread.join()

        assert (heard, spoken_code()) == (["en"], "cy")


def test_a_locale_keeps_its_region() -> None:
    """Where the language is spoken there; a language without a catalogue is spoken as English, and written as it is."""
    assert [locale_in("en_GB", code) for code in ("en", "cy")] == ["en_GB", "cy_GB"]
    assert (locale_in("cy_GB", "en"), locale_in("de_AT", "cy")) == ("en_GB", "cy")
    assert (language_of("cy_GB"), language_of("fr_FR"), locale_in("fr_FR", "en")) == ("cy", "en", "fr_FR")


def test_a_link_chooses_the_language_and_a_cookie_keeps_it(tmp_path: Path) -> None:
    """The address works for whoever gets it, without the cookie."""
    pages = furnished(tmp_path, '{{ language }}: {{ _("Give %(amount)s", amount="<5>") }}')
    linked = asked(pages, query="amount=500&lang=cy")
    kept = linked.headers["set-cookie"]

    assert linked.body == "cy-GB: Rhowch &lt;5&gt;"
    assert kept == "lang=cy; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure"
    assert asked(pages, cookie="a=b; lang=cy").body == linked.body
    assert asked(pages, query="lang=de", cookie="lang=cy").body == "de: Geben Sie &lt;5&gt;"
    assert "Secure" not in asked(pages, query="lang=de", https=False).headers["set-cookie"]


@pytest.mark.parametrize(("query", "cookie"), [("", ""), ("lang=xx", ""), ("lang=%00", "lang=../cy"), ("xlang=cy", "")])
def test_what_is_not_offered_is_not_spoken(tmp_path: Path, query: str, cookie: str) -> None:
    """The page is in the organisation's language, and nothing is remembered."""
    answer = asked(furnished(tmp_path, "{{ language }}"), query=query, cookie=cookie)

    assert (answer.body, answer.headers.get("set-cookie")) == ("en-GB", None)


def test_caches_know_that_a_page_has_several_languages(tmp_path: Path) -> None:
    """And that it has not, where the organisation offers one alone."""
    several, alone = furnished(tmp_path, "x"), furnished(tmp_path, "x", languages=())

    assert (asked(several).headers["vary"], asked(alone, cookie="lang=cy").headers.get("vary")) == ("Cookie", None)


def test_the_desk_is_in_english(tmp_path: Path) -> None:
    """Also of an organisation whose own language is another, and whatever cookie its staff have."""
    pages = furnished(
        tmp_path, '{{ language }}{{ language_links | length }}{{ _("Give %(amount)s", amount=1) }}', locale="cy_GB"
    )

    assert asked(pages, path="/desk/gifts", query="lang=de", cookie="lang=cy").body == "en-GB0Give 1"
    assert asked(pages).body == "cy-GB2Rhowch 1"


def test_links_to_other_languages_keep_the_address(tmp_path: Path) -> None:
    """The thank-you page is found by its query."""
    pages = furnished(
        tmp_path, "{% for l in language_links %}{{ l.name }} {{ l.query }} {{ l.is_spoken }};{% endfor %}"
    )

    assert asked(pages, query="session_id=cs_1&lang=cy").body == (
        "English ?session_id=cs_1&amp;lang=en False;Cymraeg ?session_id=cs_1&amp;lang=cy True;"
        "Deutsch ?session_id=cs_1&amp;lang=de False;"
    )
    assert asked(pages).body.startswith("English ?lang=en True;Cymraeg ?lang=cy False;")


def test_a_widget_sets_no_cookie(tmp_path: Path) -> None:
    """It stands in pages of others."""
    answer = asked(furnished(tmp_path, "{{ language }}"), path="/c/a/widget", query="lang=cy")

    assert (answer.body, answer.headers.get("set-cookie")) == ("cy-GB", None)


def test_a_letter_is_in_its_readers_language(tmp_path: Path) -> None:
    """Dates and amounts as well; the organisation's own where the reader's is unknown, or nobody has asked."""
    pages = furnished(tmp_path, '{{ _("Give %(amount)s", amount=1) }} {{ language }}', locale="cy_GB")
    rendered = []
    for code in ("de", "en", "", "xx"):
        with pages.speaking(code):
            rendered.append(pages.render("a.html"))

    assert rendered == ["Geben Sie 1 de", "Give 1 en-GB", "Rhowch 1 cy-GB", "Rhowch 1 cy-GB"]
    assert pages.render("a.html") == "Rhowch 1 cy-GB"
