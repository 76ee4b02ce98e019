"""What only a browser shows: room, colours, focus, and that scripts add to pages which work without them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Request as Fetched

from tests.browser import Tabs, assert_accessible, served, tabs
from tests.web.group_states import EVERY_STATE
from tests.web.state_site import Site, opened

NARROW, WIDE = (320, 640), (1280, 900)


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    """The site, once for all tests of this file."""
    site = Site()
    with served(site.build):
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """The site as it was."""
    running.fragment, running.waiting = "campaign", "thanks confirming"
    running.posted.clear()
    return running


@dataclass(frozen=True)
class SharedPage:
    """One page for many states: a profile of its own for each would take longer than what is tried in it."""

    tabs: Tabs
    page: Page


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[SharedPage]:
    """A page on the narrowest screen."""
    with tabs(browser) as opening:
        yield SharedPage(opening, opening(size=NARROW))


@pytest.mark.parametrize("name", EVERY_STATE)
def test_every_state_is_accessible_on_the_narrowest_screen(site: Site, narrow: SharedPage, name: str) -> None:
    """Nothing sticks out sideways, and what is touched is large enough."""
    narrow.tabs.complaints.clear()
    page = opened(site, narrow.page, name)

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    assert page.evaluate(TOO_SMALL) == []
    assert_accessible(page)
    assert narrow.tabs.complaints == []


@pytest.mark.parametrize("name", ["list", "campaign", "form with a wrong amount", "thanks received"])
def test_pages_are_accessible_on_a_desk_at_night(site: Site, browser_page: Tabs, name: str) -> None:
    """The other layout in the other colours."""
    page = browser_page(size=WIDE)
    page.emulate_media(color_scheme="dark")
    opened(site, page, name)

    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE[0]
    assert_accessible(page)


TOO_SMALL = """[...document.querySelectorAll(
  ".button, .choices label, .tick, input:not([type=radio], [type=checkbox], [type=hidden]), textarea")]
  .filter(element => element.checkVisibility() && element.getBoundingClientRect().height < 48)
  .map(element => element.outerHTML)"""


def test_the_policy_blocks_what_is_not_ours(site: Site, browser_page: Tabs) -> None:
    """Our own pages never run into it (the fixture would complain); a foreign script does."""
    page = opened(site, browser_page(), "campaign")
    page.evaluate("document.body.append(Object.assign(document.createElement('p'), {id: 'x'}))")
    blocked = page.evaluate(
        """async () => {
        const violation = new Promise(tell => addEventListener("securitypolicyviolation", e => tell(e.blockedURI)));
        setTimeout(() => document.querySelector("#x").setAttribute("style", "color: red"), 0);
        return violation; }"""
    )

    assert blocked == "inline"
    browser_page.complaints.clear()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_another_amount_is_asked_for_when_it_is_chosen(site: Site, browser_page: Tabs, javascript: bool) -> None:
    """By the stylesheet alone; and what is typed is posted."""
    page = opened(site, browser_page(javascript=javascript), "form")
    expect(page.get_by_label("Other amount, in British pounds")).to_be_hidden()

    page.get_by_text("Other amount", exact=True).click()
    if javascript:
        expect(page.get_by_label("Other amount, in British pounds")).to_be_focused()
    page.get_by_label("Other amount, in British pounds").fill("12.50")
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button").click()

    page.wait_for_url("**/give")
    begins = "form_token=token&homepage=&ref=&interval=once"
    once = f"{begins}&amount=other&other_amount=12.50&day=&end=open&until=&instalments="
    more = "name=&message=&dedication=&dedication_name=&dedication_letter_to="
    assert site.posted == [f"{once}&email=zoe%40example.org&{more}"]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_how_long_is_asked_when_something_repeats(site: Site, browser_page: Tabs, javascript: bool) -> None:
    """By the stylesheet alone: not for once, and the last day only where a day is chosen."""
    page = opened(site, browser_page(javascript=javascript), "form")
    expect(page.get_by_text("For how long?")).to_be_hidden()
    expect(page.get_by_text("Given once, nothing repeats.")).to_be_visible()

    page.get_by_text("Monthly", exact=True).click()
    expect(page.get_by_text("For how long?")).to_be_visible()
    expect(page.get_by_text("Given once, nothing repeats.")).to_be_hidden()
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_text("Until a day").click()
    expect(page.get_by_label("Last day")).to_be_visible()
    expect(page.get_by_label("How many donations in all?")).to_be_hidden()
    page.get_by_text("Once", exact=False).first.click()
    expect(page.get_by_label("Last day")).to_be_hidden()


def test_the_button_names_how_often(site: Site, browser_page: Tabs) -> None:
    """£25 a month is another thing than £25."""
    page = opened(site, browser_page(), "form")
    page.get_by_text("£25", exact=True).click()
    for chosen, ending in (("Monthly", " a month"), ("Yearly", " a year"), ("Once", "")):
        page.get_by_label(chosen).check(force=True)
        expect(page.get_by_role("button")).to_have_text(f"Continue to payment \u2013 £25{ending}")


def test_typing_into_a_choices_own_field_makes_the_choice(site: Site, browser_page: Tabs) -> None:
    """Where a browser shows the field before its choice was made, or shows it still."""
    page = opened(site, browser_page(), "form with a wrong end")
    page.get_by_label("Until I stop it").check(force=True)
    page.get_by_label("Last day").fill("2027-06-01")
    expect(page.get_by_label("Until a day")).to_be_checked()


def test_the_button_names_the_amount(site: Site, browser_page: Tabs) -> None:
    """A preset as it is printed, another amount as it would be, nonsense not at all."""
    page = opened(site, browser_page(), "form")
    button, other = page.get_by_role("button"), page.get_by_label("Other amount, in British pounds")
    expect(button).to_have_text("Continue to payment")

    page.get_by_text("£25", exact=True).click()
    expect(button).to_have_text("Continue to payment \u2013 £25")
    page.get_by_text("Other amount", exact=True).click()
    for typed, ending in (("12.50", " \u2013 £12.50"), ("1000", " \u2013 £1,000"), ("1,50", ""), ("1e3", "")):
        other.fill(typed)
        expect(button).to_have_text(f"Continue to payment{ending}")


def test_a_choice_comes_back_with_the_form(site: Site, browser_page: Tabs) -> None:
    """And the button knows it at once."""
    page = opened(site, browser_page(), "form after cancelling")

    expect(page.get_by_role("radio", name="£25")).to_be_checked()
    expect(page.get_by_role("button")).to_have_text("Continue to payment \u2013 £25")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_mistakes_are_met_first(site: Site, browser_page: Tabs, javascript: bool) -> None:
    """The summary has the focus, and leads to the field."""
    page = opened(site, browser_page(javascript=javascript), "form with a wrong amount")

    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Enter £2 or more.").click()
    expect(page.get_by_label("Other amount, in British pounds")).to_be_focused()


def test_the_amounts_can_be_chosen_by_keyboard(site: Site, browser_page: Tabs) -> None:
    """They are radios: one stop for Tab, arrows within; what has the focus shows it."""
    page = opened(site, browser_page(), "form")
    page.get_by_role("radio", name="£5", exact=True).focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")

    expect(page.get_by_role("radio", name="£25", exact=True)).to_be_checked()
    outline = "getComputedStyle(document.activeElement.parentElement).outlineWidth"
    assert page.evaluate(outline) == "3px"


def test_the_button_stays_within_reach(site: Site, browser_page: Tabs) -> None:
    """On a phone, once the first has left the screen; it never covers the end of the page."""
    page = opened(site, browser_page(), "campaign")
    bar = page.locator(".stick")
    expect(bar).to_be_hidden()

    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(bar).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    footer, top = page.locator("footer").bounding_box(), bar.bounding_box()
    assert footer is not None
    assert top is not None
    assert footer["y"] + footer["height"] <= top["y"] + 1

    page.evaluate("scrollTo(0, 0)")
    expect(bar).to_be_hidden()


def test_the_bar_follows_the_books(site: Site, browser_page: Tabs) -> None:
    """When somebody comes back to the page: the figure changes and is told once."""
    page = opened(site, browser_page(), "campaign")
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look)
    expect(page.get_by_role("status")).to_have_text("")

    site.fragment = "campaign beyond its target"
    page.evaluate(look)
    expect(page.locator(".sum strong")).to_have_text("£12,400")
    expect(page.get_by_role("status")).to_have_text("£12,400 raised, 190% of £6,500")
    assert_accessible(page)


def test_who_waits_is_told_as_soon_as_it_is_known(site: Site, browser_page: Tabs) -> None:
    """Without touching anything."""
    page = browser_page()
    page.goto(f"{site.address}/wait")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your donation is being confirmed")

    site.waiting = "thanks received"
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Zoë Ní Bhriain", timeout=8_000)


@pytest.mark.parametrize(("javascript", "seen"), [(True, 1), (False, 0)], ids=["scripts", "no scripts"])
def test_sharing_is_offered_only_where_it_works(site: Site, browser_page: Tabs, javascript: bool, seen: int) -> None:
    """A button that does nothing is worse than none."""
    page = opened(site, browser_page(javascript=javascript), "campaign")

    expect(page.get_by_role("button", name="Share this campaign")).to_have_count(seen)


def test_a_page_is_fetched_in_few_pieces_from_us_alone(site: Site, browser_page: Tabs) -> None:
    """At most eight requests and 140 kB before Checkout, none of them to anybody else."""
    page, fetched = browser_page(), list[Fetched]()

    def note(request: Fetched) -> None:
        fetched.append(request)

    page.on("requestfinished", note)
    opened(site, page, "campaign").wait_for_load_state("networkidle")

    assert {request.url.split("/")[2] for request in fetched} == {site.address.split("/")[2]}
    assert len(fetched) <= 8
    assert sum(request.sizes()["responseBodySize"] for request in fetched) <= 140_000


def test_nothing_jumps_and_the_answer_is_there(site: Site, browser_page: Tabs) -> None:
    """Layout shift at most 0.02 on a phone; amount, bar and button stand on the first screen."""
    page = browser_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    opened(site, page, "campaign").wait_for_load_state("networkidle")

    button = page.get_by_role("link", name="Donate").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 844
    assert page.evaluate("window.shift") <= 0.02
