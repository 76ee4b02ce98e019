"""The guards of campaigns: see `tests/guards.py`."""

from tests.guard import Cut, Guard

CAMPAIGN_GUARDS: dict[str, Guard] = {
    "campaign-version": Guard(
        "of two people who edit a campaign, the second would wipe out what the first has written",
        (Cut("campaigns/store.py", "table.c.id == before.id, table.c.version == before.version",
             "table.c.id == before.id"),),
        ("tests/campaigns/test_store.py::test_the_second_of_two_edits_is_refused",),
    ),
    "campaign-addresses": Guard(
        "a campaign could take the address that another one had, and with it who follows old posters",
        (Cut("campaigns/store.py", "    if holder is not None and holder != number:\n", "    if False:\n"),),
        ("tests/campaigns/test_store.py::test_nobody_takes_an_address_that_leads_somewhere",),
    ),
    "drafts": Guard(
        "everybody could read a draft who guesses its address",
        (Cut("campaigns/store.py", "where(campaign_address.c.slug == slug, table.c.state != CampaignState.DRAFT.value)",
             "where(campaign_address.c.slug == slug)"),),
        ("tests/campaigns/test_desk.py::test_a_new_campaign_is_a_draft_that_only_staff_see",),
    ),
    "safe-links": Guard(
        "a link in a story could run a script",
        (Cut("web/markdown.py", "return bool(_PAGE.match(url) or _ALLOWED.match(url))", "return True"),),
        ("tests/web/test_markdown.py",),
    ),
    "own-campaigns-edited": Guard(
        "an organiser could edit another organiser's campaign",
        (Cut("campaigns/editing/desk.py", "if campaign is None or not signed_in.may_see_campaign(number):",
             "if campaign is None:"),),
        ("tests/campaigns/test_desk_access.py",),
    ),
    "published-with-its-notices": Guard(
        "a campaign could be published without what the law asks for",
        (Cut("campaigns/editing/routes.py", "if missing := self._desk.missing_for(campaign):", "if missing := []:"),),
        ("tests/campaigns/test_desk.py::test_what_the_law_asks_for_comes_before_publishing",),
    ),
    "amount-of-its-interval": Guard(
        "£8 once could become £8 a month, chosen among buttons that are hidden",
        (Cut("payments/giving/form.py", 'compact(fields.get(group.name, ""))', 'compact(fields.get("amount", ""))'),),
        ("tests/payments/test_form.py",),
    ),
}  # fmt: skip
