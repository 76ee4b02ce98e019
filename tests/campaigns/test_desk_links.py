"""Links, codes and posters at the desk."""

from staff.role import Role
from tests.campaigns.desk_setup import DESK, DeskSetup


def test_every_link_of_the_page_carries_the_code(setup: DeskSetup) -> None:
    """A code that no form would keep is named as wrong, and stands in no link."""
    setup.sign_in()
    setup.add()
    page = setup.get(f"{DESK}/1/links?ref=Leaflet-7")

    for address in ("/c/the-van?ref=leaflet-7", "/c/the-van/qr.svg?ref=leaflet-7",
                    "/c/the-van/poster.pdf?size=a5&amp;ref=leaflet-7"):  # fmt: skip
        assert f'href="{address}"' in page.text
    for sentence in ("/give?amount=2500&amp;interval=month&ref=leaflet-7", "2500 is 25.00"):
        assert sentence in page.text.replace("&amp;ref", "&ref")
    wrong = setup.get(f"{DESK}/1/links?ref=a%20leaflet")
    assert (wrong.status_code, "?ref=a" in wrong.text) == (422, False)


def test_only_who_may_change_the_organisation_is_led_there(setup: DeskSetup) -> None:
    """An auditor was led to a page that turned them away."""
    setup.sign_in()
    setup.add()
    there = 'href="/desk/organisation/look"'
    assert there in setup.get(f"{DESK}/1/links").text
    setup.sign_in(Role.AUDITOR, email="auditor@example.org")
    assert there not in setup.get(f"{DESK}/1/links").text
