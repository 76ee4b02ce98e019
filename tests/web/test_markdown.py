"""Markdown becomes safe HTML, whatever is typed; a link that leads nowhere good is named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.markdown import UnsafeLink, html_of, plain_text, require_safe_links

TAGS = re.compile(r"</?([a-z0-9]+)([^<>]*)>")
ALLOWED = set("p h2 h3 h4 ul ol li blockquote hr br strong em a".split())
REFUSED = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "<javascript:alert(1)>",
    "[x](vbscript:x)",
    "[x](data:text/html,x)",
    "[x](//evil.example)",
    "[x](www.example.org)",
    "[x](ftp://example.org)",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_link_that_leads_nowhere_good_is_refused_and_never_made(text: str) -> None:
    """The sentence shows the address and says what is allowed; a text kept all the same shows it as words."""
    with pytest.raises(UnsafeLink, match=r"must begin with https://, http:// or mailto:"):
        require_safe_links(f"Before. {text} After.")

    assert "<a" not in html_of(text)


@pytest.mark.parametrize("address", ["https://example.org/a?b=c", "http://example.org", "mailto:a@example.org"])
def test_a_link_to_elsewhere_is_marked(address: str) -> None:
    """For search engines as somebody's words, and for the stylesheet, which draws an arrow."""
    require_safe_links(f"[there]({address})")

    assert html_of(f"[there]({address})") == f'<p><a href="{address}" rel="nofollow ugc noopener">there</a></p>\n'


def test_a_link_to_a_page_of_ours_is_not_marked() -> None:
    """It leads nowhere else."""
    assert html_of("[give](/c/van/give)") == '<p><a href="/c/van/give">give</a></p>\n'


def test_html_and_pictures_are_words() -> None:
    """A picture from elsewhere would tell its server who reads the page."""
    html = html_of("<b onclick=x>no</b> ![seen](https://example.org/pixel.gif)\n\n<script>x</script>")

    assert {tag for tag, _ in TAGS.findall(html)} == {"p", "a"}


def test_headings_come_below_the_pages_own() -> None:
    """The title of the page stays its only first heading."""
    assert re.findall(r"<(h\d)>", html_of("# A\n\n## B\n\n### C\n\n###### D")) == ["h2", "h3", "h4", "h4"]


def test_a_story_without_marks_stays_as_it_was() -> None:
    """Stories written before there was Markdown: paragraphs, and nothing else."""
    assert html_of("£8 is one stop.\nTwo.\n\nThree.") == "<p>£8 is one stop.\nTwo.</p>\n<p>Three.</p>\n"


def test_a_summary_is_words_alone() -> None:
    """On one line, without marks."""
    assert plain_text("# A *b*\n\n- [c](https://d)\n- e  \nf") == "A b c e f"


PARTS = [*REFUSED, *"<>[]()!*_#`&;:/\\\"'", "javascript:", "&lt;", "<a href=x>", "\n", " ", "a"]
HREF = r' href="(?:https?://|mailto:|/(?!/)|#)[^"]*"'
REST = r'(?: title="[^"]*")?(?: rel="nofollow ugc noopener")?'


@given(st.lists(st.sampled_from(PARTS)))
def test_no_text_makes_a_tag_that_is_not_allowed(parts: list[str]) -> None:
    """Nor an attribute: a link has an address that is allowed, and its marks."""
    for tag, attributes in TAGS.findall(html_of("".join(parts))):
        assert tag in ALLOWED
        assert not attributes or re.fullmatch(HREF + REST, attributes)
