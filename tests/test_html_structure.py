"""The look at a page's HTML can fail."""

import pytest

from tests.html_structure import mistakes_in


@pytest.mark.parametrize(
    ("html", "mistake"),
    [
        ("<h1>a</h1><ul><li>b</li></ul>", None),
        ("<p><div></div></p>", "<div> in a paragraph"),
        ("<b><i></b></i>", "</b> closes"),
        ("<div>", "<div> is not closed"),
        ("<i id=a></i><i id=a></i>", "the id a stands twice"),
        ("<label for=b></label>", "for leads to no id: b"),
        ("<h1></h1><h3></h3>", "<h3> after level 1"),
        ("<img src=x>", "an image without alt"),
        ("<a href=x href=y></a>", "an attribute twice"),
    ],
)
def test_what_is_wrong_is_named(html: str, mistake: str | None) -> None:
    """And nothing else."""
    mistakes = mistakes_in(html)
    assert (len(mistakes) > 0) is (mistake is not None)
    assert mistake is None or any(mistake in each for each in mistakes)
