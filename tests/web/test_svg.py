"""A logo as SVG draws, and does nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pictures import NotAPicture
from web.svg import MOST_BYTES, looks_like_svg, safe_svg, svg_size

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">'


def svg(inside: str, before: str = "") -> bytes:
    """A drawing with this inside."""
    return f"{before}{HEAD}{inside}</svg>".encode()


def test_a_drawing_stays_as_it_was_drawn() -> None:
    """Shapes, gradients, styles and references within it."""
    inside = (
        '<style>.a{fill:#134a3b}</style><defs><linearGradient id="g"><stop offset="0" stop-color="red"></stop>'
        '</linearGradient></defs><path class="a" d="M0 0h40v20z" fill="url(#g)"></path><use href="#g"></use>'
    )
    drawn = safe_svg(svg(inside))

    assert drawn == f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">{inside}</svg>'.encode()
    assert safe_svg(drawn) == drawn
    assert svg_size(drawn) == (40, 20)


def test_what_only_an_editor_reads_is_left_out() -> None:
    """Comments, metadata, and the names of its layers."""
    inside = (
        '<!-- by hand --><metadata><x/></metadata><n:view xmlns:n="http://editor.example" n:zoom="1"><g/></n:view>'
        '<g xmlns:n="http://editor.example" n:label="Layer 1" data-name="a"><rect width="1" height="1"/></g>'
    )

    assert b"<g><rect" in safe_svg(
        svg(inside, '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">')
    )
    for gone in (b"editor", b"Layer", b"hand", b"metadata", b"DOCTYPE"):
        assert gone not in safe_svg(svg(inside))


BILLION = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'), "<script>"),
        (svg('<rect onload="alert(1)"/>'), "script"),
        (svg('<rect ONCLICK="alert(1)"/>'), "script"),
        (svg("<foreignObject><p/></foreignObject>"), "<foreignObject>"),
        (svg('<image href="https://evil.example/a.png"/>'), "<image>"),
        (svg('<a href="https://evil.example"><rect/></a>'), "<a>"),
        (svg('<use href="https://evil.example/a.svg#x"/>'), "another file"),
        (svg('<use xlink:href="data:image/svg+xml,x"/>'), "another file"),
        (svg('<rect fill="url(https://evil.example/a)"/>'), "elsewhere"),
        (svg("<rect style=\"background:url(  '//evil.example')\"/>"), "elsewhere"),
        (svg("<style>@import 'https://evil.example'</style>"), "elsewhere"),
        (svg("<style>a{b:u\\72l(x)}</style>"), "elsewhere"),
        (svg('<animate attributeName="href" to="javascript:x"/>'), "<animate>"),
        (svg('<set attributeName="onload" to="x"/>'), "<set>"),
        (svg("&b;", BILLION), "entities"),
        (svg("", '<!DOCTYPE svg SYSTEM "a" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "entities"),
        (svg("<g>" * 50 + "</g>" * 50), "too many parts"),
        (svg("<g/>" * 6_000), "too many parts"),
        (svg(" " * MOST_BYTES), "200 kB"),
        (b"<html><svg/></html>", "no drawing"),
        (b"<svg", "cannot be read"),
        (b"\xff\xfe<svg/>", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_what_runs_loads_or_leads_elsewhere_is_refused_by_its_name(upload: bytes, sentence: str) -> None:
    """In a sentence that says what to do."""
    with pytest.raises(NotAPicture, match=sentence) as refusal:
        safe_svg(upload)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("head", ["", 'width="100%" height="50%"', 'viewBox="0 0 0 0"', 'viewBox="a b c d"'])
def test_a_drawing_without_a_size_is_refused(head: str) -> None:
    """Nobody could place it."""
    with pytest.raises(NotAPicture, match="how large"):
        svg_size(safe_svg(f'<svg xmlns="http://www.w3.org/2000/svg" {head}></svg>'.encode()))


@given(st.text(st.sampled_from("<>/=\"'&;:#svgonhrefscipt "), max_size=60))
def test_whatever_is_kept_holds_no_script(inside: str) -> None:
    """A drawing that can be read again and has nothing in it that runs, or a sentence."""
    try:
        drawn = safe_svg(svg(inside))
    except NotAPicture:
        return
    assert safe_svg(drawn) == drawn
    assert b"<script" not in drawn.lower()


def test_a_file_is_known_as_svg_by_how_it_begins() -> None:
    """Whatever its name is."""
    assert looks_like_svg(svg(""))
    assert not looks_like_svg(b"\x89PNG")
