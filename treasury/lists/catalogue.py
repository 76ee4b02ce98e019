"""Every list of the desk, in the order of the menu."""

from collections.abc import Sequence
from typing import Any

from treasury.lists.checks_list import CHECK_LIST
from treasury.lists.desk_list import DeskList
from treasury.lists.disputes_list import DISPUTE_LIST
from treasury.lists.documents_list import DOCUMENT_LIST
from treasury.lists.donors_list import DONOR_LIST
from treasury.lists.entries_list import ENTRY_LIST
from treasury.lists.gifts_list import GIFT_LIST
from treasury.lists.letters_list import LETTER_LIST
from treasury.lists.numbered_list import NUMBERED_LIST
from treasury.lists.payouts_list import PAYOUT_LIST
from treasury.lists.recurring_list import RECURRING_LIST
from treasury.lists.refunds_list import REFUND_LIST

DESK_LISTS: Sequence[DeskList[Any]] = (
    GIFT_LIST, DONOR_LIST, RECURRING_LIST, REFUND_LIST, DISPUTE_LIST, PAYOUT_LIST, DOCUMENT_LIST, NUMBERED_LIST,
    LETTER_LIST, ENTRY_LIST, CHECK_LIST,
)  # fmt: skip
