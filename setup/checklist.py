"""What a new installation still lacks, as a list that the desk shows until it is empty. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """What is known of how far an installation has been set up; `member_…` is about who looks at it."""

    mode: str
    organisation_lacks: Sequence[str]
    campaigns_open: int
    campaigns_in_draft: int
    member_has_second_factor: bool
    mail_host: str | None
    has_signing_secret: bool
    has_delivery: bool
    has_gift: bool


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One step: its name, whether it is done, a sentence on how it stands, and the page where that is."""

    name: str
    done: bool
    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every step, in the order in which they are best taken."""

    items: Sequence[ChecklistItem]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(item.done for item in self.items)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.done == len(self.items)

    @property
    def next(self) -> ChecklistItem | None:
        """The first step that is not done."""
        return next((item for item in self.items if not item.done), None)


def checklist(facts: SetupFacts) -> Checklist:
    """Every step, done or not."""
    return Checklist(
        (
            _organisation(facts),
            _sign_in(facts),
            _campaign(facts),
            _mail(facts),
            _messages(facts),
            _first_gift(facts),
        )
    )


def _organisation(facts: SetupFacts) -> ChecklistItem:
    lacks = " ".join(facts.organisation_lacks)
    sentence = lacks or "Its name, address and notices stand on every page and receipt."
    return ChecklistItem("Who receives the donations", not lacks, sentence, "/desk/organisation")


def _sign_in(facts: SetupFacts) -> ChecklistItem:
    done = facts.member_has_second_factor
    sentence = (
        "You sign in with your password and a code from your phone."
        if done
        else "Choose a password, and let your phone make the codes that keep strangers out."
    )
    return ChecklistItem("Your own way in", done, sentence, "/desk/account")


def _campaign(facts: SetupFacts) -> ChecklistItem:
    if facts.campaigns_open:
        noun = "campaign takes" if facts.campaigns_open == 1 else "campaigns take"
        sentence = f"{facts.campaigns_open} {noun} gifts."
    elif facts.campaigns_in_draft:
        sentence = "There is a draft. Publish it, so that somebody can give."
    else:
        sentence = "Write what the money is for, add a picture, and publish it."
    return ChecklistItem("A campaign", facts.campaigns_open > 0, sentence, "/desk/campaigns")


def _mail(facts: SetupFacts) -> ChecklistItem:
    if facts.mail_host is not None:
        sentence = f"Letters go out through {facts.mail_host}."
    elif facts.mode == "sandbox":
        sentence = "In the sandbox letters are not sent. You can read them under Letters."
    else:
        sentence = "Until there is a mail server no donor gets a receipt by letter."
    done = facts.mail_host is not None or facts.mode == "sandbox"
    return ChecklistItem("Mail", done, sentence, "/desk/setup/mail")


def _messages(facts: SetupFacts) -> ChecklistItem:
    if facts.mode == "sandbox":
        sentence = "The sandbox has a Stripe of its own. With a key of yours, ./farthing setup connects the real one."
    elif not facts.has_signing_secret:
        sentence = "Stripe does not know yet where to send its messages."
    elif not facts.has_delivery:
        sentence = "The endpoint is there. No message has arrived yet: the first gift brings one."
    else:
        sentence = "Messages from Stripe arrive."
    done = facts.mode == "sandbox" or facts.has_signing_secret
    return ChecklistItem("Stripe", done, sentence, "/desk/setup/stripe")


def _first_gift(facts: SetupFacts) -> ChecklistItem:
    done = facts.has_gift
    sentence = (
        "The first gift is in the books."
        if done
        else "Give the smallest amount yourself, look at the letter, and find the gift here."
    )
    return ChecklistItem("A first gift", done, sentence, "/")
