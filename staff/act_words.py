"""What acts are called on the desk. An act without words of its own is shown by its name."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "staff.add": "Added a member of staff",
    "staff.sign_in": "Signed in",
    "staff.make_link": "Made a sign-in link",
    "staff.change_role": "Changed a role",
    "staff.assign_campaigns": "Assigned campaigns",
    "staff.rename": "Changed a name",
    "staff.disable": "Disabled a member of staff",
    "staff.enable": "Let a member of staff in again",
    "staff.remove": "Removed a member of staff",
    "staff.reset": "Reset password and second factor",
    "staff.end_sessions": "Ended sessions",
    "staff.set_password": "Set their password",
    "staff.set_second_factor": "Set their second factor",
    "staff.make_recovery_codes": "Made recovery codes",
    "campaign.note_spending": "Noted what was spent of a campaign's money",
    "campaign.withdraw_spending": "Took a note of spending back",
    "books.map_accounts": "Changed what an accounting program calls our accounts",
    "books.close_month": "Closed a month",
    "books.reopen_month": "Opened a month again",
    "list.export": "Took a list as a file",
    "receipt.make_link": "Opened a receipt",
    "donor.merge": "Merged two donors",
    "donor.undo_merge": "Read two donors apart again",
    "donor.erase": "Had a donor erased",
    "note.write": "Wrote a note",
    "note.remove": "Removed a note",
    "gift.enter": "Entered an offline gift",
    "gift.take_back": "Took an offline gift back",
    "bank.import": "Read a bank statement in",
    "bank.undo_import": "Took a bank statement back",
    "bank.match": "Said what a line of the bank is",
    "bank.undo_match": "Took back what a line of the bank is",
    "cash.deposit": "Noted that cash was banked",
    "standing_order.add": "Added a standing order",
    "standing_order.end": "Noted that a standing order ended",
    "supporters.look": "Looked for supporters at Stripe",
    "supporter.adopt": "Adopted a supporter",
    "supporter.leave": "Left a subscription to another system",
    "gift.move": "Moved a gift to another campaign",
    "gift.not_twins": "Said that two gifts were both meant",
    "gift.refund": "Asked for a refund",
    "recurring.pause": "Paused a recurring gift",
    "recurring.resume": "Resumed a recurring gift",
    "recurring.amount": "Changed the amount of a recurring gift",
    "recurring.end_now": "Ended a recurring gift at once",
    "recurring.end_later": "Ended a recurring gift after its period",
}


def words_of(what: str) -> str:
    """What was done, for people: `campaign.publish` is "Campaign: publish" until it has words."""
    subject, _, done = what.partition(".")
    return WORDS.get(what) or f"{subject.capitalize()}: {done.replace('_', ' ')}"
