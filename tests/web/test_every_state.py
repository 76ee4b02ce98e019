"""Each page says the right thing in each state, before any browser looks at it."""

import gzip
import re
from collections.abc import Sequence
from functools import cache

import pytest

from tests.html_structure import mistakes_in
from tests.web.group_states import EVERY_STATE
from tests.web.samples import TEMPLATES, pages

INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
MOST_HTML = 12 * 1024
PAGES = cache(pages)  # the templates are compiled once


@cache
def html(name: str) -> str:
    """A state's page."""
    state = EVERY_STATE[name]
    return PAGES().render(state.template, **state.values)


def words(name: str) -> str:
    """What can be read on it between header and footer."""
    main = html(name).split("<main", 1)[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", "<main" + main).split())


@pytest.mark.parametrize("name", EVERY_STATE)
def test_every_page_keeps_the_rules_that_need_no_browser(name: str) -> None:
    """One heading, a title, nothing inline that the policy would block, small, and nobody else's address."""
    page = html(name)

    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>\s*\S.* \u2013 Wren &amp; Sons</title>", page, re.DOTALL)
    assert INLINE.findall(page) == []
    assert len(gzip.compress(page.encode())) <= MOST_HTML
    assert mistakes_in(page) == []
    assert re.findall(r'(?:src|action|<link[^>]*href)="(?!/)(?!https://give\.example/)[^"]*"', page) == []


def test_no_template_holds_anything_inline() -> None:
    """Also those of other packages: the policy is one for all."""
    broken = {
        str(path.relative_to(TEMPLATES)): INLINE.findall(path.read_text())
        for path in TEMPLATES.rglob("*.html")
        if path.name != "receipt.html"  # printed on paper, never sent to a browser
    }

    assert {path: bad for path, bad in broken.items() if bad} == {}


@pytest.mark.parametrize(
    ("name", "expected", "unexpected"),
    [
        ("campaign", ["£12,400 raised of £20,000", "62%", "148 donations", "20 days left", "Donate"], []),
        ("campaign", ["Goes to Wren &amp; Sons", "The last day is 10 December 2026."], []),
        ("campaign without gifts", ["Be the first to give", "target of £6,500", "Donate"], ["£0", "0%"]),
        ("campaign beyond its target", ["£12,400 raised, 190% of £6,500", "1,480 donations"], []),
        ("campaign with one gift", ["1 donation", "0%"], ["1 donations"]),
        ("campaign wholly refunded", ["£0 raised of £20,000", "1 donation"], ["Be the first"]),
        ("campaign without target or end", ["£25 raised"], ["%", "days left", "last day"]),
        ("campaign on its last day", ["Last day"], ["days left"]),
        ("campaign with a picture and updates", ["Updates We met the council 20 November 2026 They listened"], []),
        ("campaign counted in donations", ["148 of 200 donations", "74%", "£1,234 raised"], ["148 donations"]),
        ("campaign counted in donors", ["132 donors, 132% of 100 donors", "£1,234 raised", "148 donations"], []),
        ("campaign counted by the month", ["£450 a month of £1,000", "45%", "£1,234 raised", "148 donations"], []),
        ("campaign paused", ["This campaign is paused.", "£25 raised of £6,500"], ["Donate", "has closed"]),
        ("campaign previewed", ["This is a preview.", "Only staff see it.", "Donate"], []),
        (
            "campaign with groups",
            [
                "41 local groups",
                "Find your group",
                "Leeds North £19.99",
                "1 donation, 3% of £500",
                "to the whole campaign",
            ],
            ["match “"],
        ),
        ("campaign with groups, one found", ["1 of 41 groups match “leeds”. Show all", "Leeds North"], ["York"]),
        ("campaign with groups, none found", ["No group is called “&lt;nowhere&gt;”.", "all 41"], ["York"]),
        (
            "campaign with a match",
            [
                "£8,400 raised and matched of £20,000",
                "£4,200 was given, £4,200 more is matched by The Ryder family",
                "£800 of £5,000 match left",
            ],
            [],
        ),
        ("campaign with a match used up", ["The match of £5,000 is used up."], ["match left"]),
        ("group", ["A local group of Ask every candidate", "20% of each donation goes to Ask every candidate"], []),
        ("group of a closed campaign", ["It closed on 22 September 2026"], ["Donate"]),
        ("form of a group", ["20% of each donation goes to Ask every candidate, the rest to Leeds North."], []),
        ("takes no gifts: group of a closed campaign", ["closed on 22 September 2026"], ["not open yet"]),
        ("campaign not yet open", ["not open yet", "opens on 8 December 2026.", "£4,000"], ["Donate"]),
        ("campaign closed", ["has closed", "£31,416 raised, 104% of £30,000", "What became of it"], ["Donate"]),
        ("campaign closed without gifts", ["This campaign has closed"], ["£0", "Be the first"]),
        (
            "list",
            [
                "Ask every candidate",
                "Paused Keep the Thornby van",
                "Coming up",
                "Opens on 8 December 2026",
                "Raised £31,416 of £30,000",
            ],
            [],
        ),
        ("list of nothing", ["We are not raising money just now"], ["Coming up", "Closed"]),
        (
            "form",
            ["£2 or more", "Continue to payment", "Secure payment by Stripe", "Given once, nothing repeats"],
            ["problem"],
        ),
        ("form after cancelling", ["You have not paid.", "Nothing was charged"], []),
        ("thanks received", ["Thank you, Zoë Ní Bhriain", "£25.00, once", "8F3K-22QD", "Your receipt"], []),
        ("thanks received", ["Would you like to help every month", "Give £8 a month"], []),
        ("thanks for the first of many", [], ["help every month"]),
        ("thanks a day later", ["Thank you Your donation", "£25.00", "Send me a new link"], ["Thank you,", "zoe@"]),
        ("thanks processing", ["Your bank is working on it", "£25"], ["Your receipt"]),
        ("thanks confirming", ["being confirmed", "should not pay again"], ["Your receipt"]),
        ("thanks late", ["takes longer than usual", "Please do not pay again", "8F3K-22QD", "zoe@example.org"], []),
        ("thanks failed", ["did not go through", "Nothing was charged", "Try again"], []),
        ("thanks expired", ["open for too long", "Try again"], []),
        ("thanks unknown", ["We cannot find that donation"], ["Zoë", "Try again", "£"]),
        (
            "form",
            [
                "Once",
                "Monthly: today, then on the 21st of each month.",
                "Yearly: today, then on 21 November each year.",
            ],
            ["Weekly"],
        ),
        ("form for every month", ["Until I stop it", "Until 6 May 2027 when the campaign closes"], []),
        (
            "form with every rhythm",
            ["Weekly: today, then each Saturday.", "on the 31st (or the last day) of every third month"],
            [],
        ),
        (
            "form with words beside the amounts",
            ["£8 one stop", "£250 a month insured", "How much a month?", "How much a year?", "£4 half a stop"],
            [],
        ),
        ("takes no gifts: closed", ["closed on 22 September 2026", "See what became of it"], ["not open yet"]),
        ("takes no gifts: not yet", ["not open yet. It opens on 8 December 2026."], ["closed"]),
        ("takes no gifts: paused", ["is paused", "Nothing was charged", "See the campaign"], ["closed"]),
        ("takes no old attempt", ["more than a day old", "Begin again"], ["closed"]),
        ("form for once alone", ["nothing repeats"], ["How often", "How long", "stop it"]),
        ("thanks for the first of many", ["£25.00, every month", "£25 on the 21st of each month, until you stop"], []),
        ("thanks for the first of many", ["The next is on 21 December 2026 ."], ["once"]),
        ("thanks until polling day", ["on the 21st of each month, until 6 May 2027"], ["until you stop"]),
        ("thanks for a year of quarters", ["21st of every third month, 4 times in all", "21 February 2027"], []),
        ("thanks processing a first", ["After that it is £25 on 21 November each year, until you stop it"], []),
        ("not charged monthly", ["Your £25 a month and"], []),
        ("thanks partly returned", ["has arrived. £10 of it has gone back since."], []),
        ("thanks returned", ["Your donation has gone back", "Nothing of it is left with us"], ["has arrived"]),
        ("not charged, refused", ["Nothing was charged", "The mistake is ours"], ["Try again", "could not reach"]),
        ("not charged", ["Nothing was charged", "Your £25 and", "not be charged twice", "Try again"], []),
    ],
)
def test_a_page_says_what_is_so(name: str, expected: Sequence[str], unexpected: Sequence[str]) -> None:
    """And nothing that is not."""
    text = words(name)

    assert [phrase for phrase in expected if phrase not in text] == []
    assert [phrase for phrase in unexpected if phrase in text] == []


@pytest.mark.parametrize(
    "name", [name for name in EVERY_STATE if any(word in name for word in ("closed", "not yet", "paused", "previewed"))]
)
def test_a_campaign_that_takes_nothing_leads_to_no_form(name: str) -> None:
    """No button, no link, no bar at the bottom."""
    assert '/give"' not in html(name)


def test_the_bar_is_told_in_words_too() -> None:
    """For who cannot see it; the width is an attribute, because the policy forbids styles."""
    page = html("campaign")

    assert 'role="progressbar" aria-labelledby="raised-1"' in page
    assert 'aria-valuetext="£12,400 raised of £20,000, 62 percent"' in page
    assert '<line class="fill" x1="0" y1="14" x2="62%"' in page


def test_nothing_is_chosen_for_the_donor() -> None:
    """No amount, no box, and nothing that repeats: once, and (should something repeat) until it is stopped."""
    chosen = re.findall(r'name="([a-z_]+)" value="([^"]+)"[^>]* checked', html("form"))

    assert chosen == [("interval", "once"), ("end", "open")]


def test_a_form_that_comes_back_keeps_everything() -> None:
    """What was typed, escaped, and the choice."""
    page = html("form with a wrong amount")

    assert 'value="other" checked' in page.replace("  ", " ")
    kept = ['value="1,50"', 'value="zoe@example.org"', 'value="Zoë"', ">Keep &lt;going&gt;</textarea>"]
    assert [kept_text for kept_text in kept if kept_text not in page] == []


def test_each_mistake_is_told_twice_and_linked() -> None:
    """At the top, leading to its field, and beside the field, tied to it."""
    page = html("form with a wrong amount")

    assert "<title>Error: Donate to Ask every candidate" in page
    for field in ("other_amount", "email", "name", "message"):
        assert f'<a href="#{field}">' in page
        assert f'id="{field}-error"' in page
        tied = f'id="{field}" name="{field}"[^>]*aria-describedby="{field}-hint {field}-error" aria-invalid="true"'
        assert re.search(tied, page)
    assert "<li>This form is too old. Send it again.</li>" in page


def test_a_missing_choice_leads_to_the_choices() -> None:
    """The group is what is wrong, not the hidden field."""
    page = html("form without an amount")

    assert '<a href="#amount">Choose an amount.</a>' in page
    assert '<fieldset class="field" aria-describedby="amount-error"' in page


def test_presets_rise_and_other_comes_last() -> None:
    """As posted: values that the parser reads, in order."""
    values = re.findall(r'name="amount" value="([^"]+)"', html("form"))

    assert values == ["5.00", "10.00", "25.00", "50.00", "100.00", "other"]


@pytest.mark.parametrize(
    ("name", "private"), [("campaign", False), ("list", False), ("thanks received", True), ("form", True)]
)
def test_search_engines_find_campaigns_and_nothing_else(name: str, private: bool) -> None:
    """Nobody's thank-you page is found by its donor's name."""
    assert ('<meta name="robots" content="noindex">' in html(name)) is private


def test_only_a_page_that_waits_asks_again() -> None:
    """Without scripts, every few seconds; with them, the script looks."""
    waits = {name for name in EVERY_STATE if 'http-equiv="refresh"' in html(name)}

    assert waits == {"queue", "queue, long", "thanks confirming", "thanks late"}
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in html("thanks confirming")


@pytest.mark.parametrize("name", ["thanks received", "thanks for the first of many", "thanks processing"])
def test_who_has_given_can_tell_others(name: str) -> None:
    """By links that work without JavaScript, to the campaign's page, which counts where its visitors come from."""
    assert "Tell others" in words(name)
    assert re.search(r'href="mailto:\?subject=[^"]+/c/[a-z-]+%3Fref%3Dthanks"', html(name)) is not None
    assert re.search(r'href="https://wa\.me/\?text=[^"]+/c/[a-z-]+%3Fref%3Dthanks"', html(name)) is not None


@pytest.mark.parametrize(
    "name", [f"thanks {state}" for state in ("failed", "expired", "unknown", "returned", "confirming", "late")]
)
def test_nobody_is_asked_to_tell_others_of_a_gift_that_has_not_come(name: str) -> None:
    """Neither while it is not known, nor when it failed or went back."""
    assert "ref=thanks" not in html(name)
