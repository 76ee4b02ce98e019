"""The twin's pages in a real browser: accessible, with and without scripts, on a narrow phone."""

import re
from typing import Any, Literal

import pytest
import stripe
from playwright.sync_api import expect

from sandbox.twin import Twin
from tests.browser import Tabs, assert_accessible
from tests.sandbox.loopback import Endpoint

pytestmark = pytest.mark.browser
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_payer_is_declined_and_then_pays(
    browser_page: Tabs, client: stripe.StripeClient, gift: Any, address: str, *, javascript: bool
) -> None:
    """By a card that fails, then by one that the bank asks about; the browser follows every redirect."""
    thanks = f"{address}/?session_id={{CHECKOUT_SESSION_ID}}"
    session = client.v1.checkout.sessions.create(gift | {"success_url": thanks})
    page = browser_page(javascript=javascript)
    page.goto(str(session.url))
    expect(page.get_by_text("TEST", exact=True)).to_be_visible()
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Name on card").fill("Ada Giver")
    page.get_by_role("radio", name=re.compile("^Declined")).check()
    page.get_by_role("button", name="Donate £25.00").click()
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined")
    expect(page.get_by_label("Name on card")).to_have_value("Ada Giver")

    page.get_by_role("radio", name=re.compile("^3-D Secure")).check()
    page.get_by_role("button", name="Donate £25.00").click()
    page.get_by_role("button", name="Approve the payment").click()
    expect(page).to_have_url(f"{address}/?session_id={session.id}")


def test_every_page_is_accessible(  # noqa: PLR0917  (fixtures)
    browser_page: Tabs,
    twin: Twin,
    client: stripe.StripeClient,
    endpoint: Endpoint,
    gift: Any,
    monthly: Any,
    address: str,
) -> None:
    """Axe finds nothing on the payment page, the bank's, the portal's, the panel, and pages for closed sessions."""
    client.v1.products.create({"name": "delivered to the endpoint"})
    unpaid, paid, recurring = (client.v1.checkout.sessions.create(p) for p in (gift, gift, monthly))
    charge = twin.pay(paid.id)["id"]
    twin.pay(recurring.id)
    client.v1.refunds.create({"charge": charge, "amount": 100})
    twin.settle()
    customer = client.v1.customers.list().data[0].id
    portal = client.v1.billing_portal.sessions.create({"customer": customer, "return_url": "http://127.0.0.1/"}).url
    page = browser_page()
    for url in (unpaid.url, f"{address}/checkout/{paid.id}", f"{address}/checkout/none", portal, f"{address}/"):
        page.goto(str(url))
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
        assert page.evaluate(FITS)

    page.goto(str(unpaid.url))
    page.get_by_role("button", name=re.compile("^Donate")).evaluate("button => button.form.noValidate = true")
    page.get_by_role("button", name=re.compile("^Donate")).click()
    assert_accessible(page)


def test_the_panel_works_on_a_phone(
    browser_page: Tabs, twin: Twin, client: stripe.StripeClient, endpoint: Endpoint, gift: Any, address: str
) -> None:
    """Every button is in sight: nothing but the lines to copy is wider than the screen, also with every list open."""
    del endpoint  # its deliveries stand on the panel
    twin.pay(client.v1.checkout.sessions.create(gift).id)
    twin.settle()
    page = browser_page()
    page.goto(f"{address}/")
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("details[open] li").count() > 400
    assert page.evaluate(FITS)
    assert page.evaluate(
        "[...document.querySelectorAll('button')].every(it => it.getBoundingClientRect().right <= 390)"
    )
    page.get_by_role("button", name="Refund ch_").click()

    expect(page.get_by_role("status")).to_contain_text("is pending")


def test_a_person_advances_the_clock_on_the_panel(browser_page: Tabs, twin: Twin, address: str) -> None:
    """With one button, and the page says what the clock shows."""
    before = twin.world.clock.now()
    page = browser_page(javascript=False)
    page.goto(f"{address}/")
    page.get_by_role("button", name="A month on").click()

    expect(page.get_by_role("status")).to_contain_text("The clock shows")
    assert twin.world.clock.now() == before + 31 * 86400
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("The clock shows")
    assert twin.world.clock.now() == before + 31 * 86400
