"""The guards of groups and match pots: see `tests/guards.py`."""

from tests.guard import Cut, Guard

LAWS = "tests/campaigns/test_group_laws.py"

GROUP_GUARDS: dict[str, Guard] = {
    "a-share-is-no-gift": Guard(
        "a gift to a group would count twice in its campaign",
        (Cut("payments/books/decide/entries.py", "Account.SHARES if allocation.campaign in sharing else Account.GIFTS",
             "Account.GIFTS"),),
        ("tests/payments/books/test_group_shares.py", LAWS),
    ),
    "weights-are-kept": Guard(
        "a recurring gift would follow the rounded parts of its first instalment, and not the rule",
        (Cut("payments/giving/pledges.py", "begin(new, form.rhythm, shares)", "begin(new, form.rhythm)"),
         Cut("payments/gifts/recurring.py", "tuple(shares) or as_first", "as_first")),
        ("tests/payments/test_sharing.py",),
    ),
    "a-refund-releases-match": Guard(
        "a match pot would stay used by money that went back",
        (Cut("campaigns/match.py", "else gift.within - gift.left_within for gift in sums", "else 0 for gift in sums"),),
        (LAWS,),
    ),
    "a-payment-is-not-matched": Guard(
        "who pays a match pot would match themselves, and the match would count twice",
        (Cut("campaigns/match.py", "sum(gift.within if gift.gift in unmatched else ", "sum("),),
        (LAWS, "tests/treasury/test_match.py"),
    ),
    "no-pot-matches-a-payment": Guard(
        "what the giver of a pot paid would be matched by the next pot",
        (Cut("campaigns/match.py", "{*payments, *others}", "{*payments}"),),
        (f"{LAWS}::test_in_whatever_order_payments_are_noted_no_pot_matches_one",),
    ),
    "a-group-follows-its-campaign": Guard(
        "a group would take gifts for a campaign that was closed",
        (Cut("campaigns/campaign.py", "if parent is None or self.openness(now) is not Openness.OPEN else parent",
             "if True or parent else self"),),
        ("tests/payments/test_group_giving.py", "tests/campaigns/test_group_pages.py"),
    ),
    "a-list-as-a-whole": Guard(
        "half of a list of groups would be made, the rest refused",
        (Cut("campaigns/editing/groups.py", "                if listed.problems:\n", "                if False:\n"),),
        ("tests/campaigns/test_desk_groups.py",),
    ),
}  # fmt: skip
