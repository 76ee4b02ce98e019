"""What setting up asks, step by step. Each answer is kept at once; what is there already is not asked again."""

import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from database.instants import Clock
from ledger.finding import Finding
from organisation.organisation import Organisation, OrganisationKind
from payments.stripe.gateway import StripeAway, StripeRefused
from setup.answers import (
    NotAnAnswer,
    imprint_of,
    mode_of,
    read_address_lines,
    read_base_url,
    read_email,
    read_key,
    read_short_text,
)
from setup.conversation import Conversation
from setup.environment import API_BASE, API_KEY, BASE_URL, WEBHOOK_SECRETS, Environment, EnvironmentFile
from setup.mail_steps import ENCRYPTIONS, MailAnswers, send_trial_letter
from setup.steps import INVITATION_DAYS, SetUp
from setup.stripe_steps import account_of, acts_in_words, mend_endpoint, refusal_in_words
from staff.sign_in import link_address

OptionalAnswer = TypeVar("OptionalAnswer")
KINDS = {kind.value.replace("_", " "): kind for kind in OrganisationKind}
ORGANISATION = ("name", "kind", "address", "email", "website", "imprint", "legal-note")
CAMPAIGN = ("campaign", "story", "target")
MAIL = ("mail-host", "mail-encryption", "mail-port", "mail-user", "mail-from", "test-letter")
LEGAL_NOTE = "A sentence on what it is, such as that Gift Aid cannot be claimed (Enter: none)"


@dataclass(frozen=True)
class OpenedForSetup:
    """An installation whose database is there: what is set up in it, and its web's address."""

    set_up: SetUp
    base_url: str


@dataclass(frozen=True)
class SetupPorts:
    """What the command is given. `opened` migrates the database, and `examined` gives the doctor's findings.

    `tls` are the authorities for the mail server's certificate, where they are not the system's.
    """

    file: EnvironmentFile
    opened: Callable[[Path | None], AbstractContextManager[OpenedForSetup]]
    examined: Callable[[Path | None], Sequence[Finding]]
    clock: Clock
    tls: ssl.SSLContext | None = None


def hold_conversation(talk: Conversation, ports: SetupPorts, var_dir: Path | None) -> None:
    """Ask everything that is not there yet, keep it, and say what is left.

    Raises WrongOption, SettingIsElsewhere and CannotWriteSetting.
    """
    talk.say("Each answer is kept at once. Leave with Ctrl-C whenever you like; ./farthing setup goes on from there.")
    _connect_stripe(talk, ports.file)
    with ports.opened(var_dir) as opened:
        talk.say("\n2  Organisation", "bold")
        _set_up_organisation(talk, opened.set_up)
        talk.say("\n3  First campaign", "bold")
        _add_first_campaign(talk, opened)
        talk.say("\n4  Who owns the desk", "bold")
        _invite_owner(talk, opened)
        talk.say("\n5  Mail", "bold")
        _set_up_mail(talk, ports, opened.set_up)
    _mend_endpoint(talk, ports)
    _finish(talk, ports, var_dir)


def _connect_stripe(talk: Conversation, file: EnvironmentFile) -> None:
    """Stripe's key and our address, which are written together: the one cannot be used without the other."""
    talk.say("\n1  Stripe", "bold")
    environment = file.read()
    api_base = talk.given.get("stripe-api-base") or environment.api_base
    key = environment.api_key
    if key is None or talk.is_given("stripe-key", "new-key"):
        question = "Stripe's secret or restricted key (Enter: none yet, stay in the sandbox)"
        key = talk.answer("stripe-key", question, _key_known_at(api_base, talk), default=" ", secret=True) or key
    if key is None:
        talk.say("  No key: this is a sandbox, and no money moves. Everything below works in it.")
        return
    address = environment.base_url
    if address is None or talk.is_given("base-url"):
        question = "The address that donors will see, like https://give.example.org"
        address = talk.answer("base-url", question, read_base_url)
    talk.draft.forget(["base-url"])  # it stands in `.env` with the key, or is asked with it again
    if address is not None and file.write(connection_settings(environment, key, address, api_base)):
        talk.say(f"  Kept in {file.path.name}, which only you can read.")
    elif address is not None:
        talk.say("  The key is there. ./farthing setup --new-key asks for another.")


def connection_settings(environment: Environment, key: str, address: str, api_base: str | None) -> dict[str, str]:
    """The settings by which we reach Stripe and Stripe reaches us."""
    values = {API_KEY: key, BASE_URL: address} | ({API_BASE: api_base} if api_base else {})
    if mode_of(key) != environment.mode:
        values[WEBHOOK_SECRETS] = ""  # they belong to endpoints of the other mode
    return values


def _key_known_at(api_base: str | None, talk: Conversation) -> Callable[[str], str | None]:
    """Reads a key, and asks Stripe whose it is; Enter is no key."""

    def read_known_key(typed: str) -> str | None:
        if not typed.strip():
            return None
        key = read_key(typed)
        money = "real money" if mode_of(key) == "live" else "test mode: no money moves"
        try:
            account = account_of(key, api_base)
        except StripeAway as away:
            talk.say(f"  {refusal_in_words(away)} The key is kept all the same ({money}).", "yellow")
            return key
        talk.say(f"  This key belongs to {account.name or account.id} ({money})." if account else f"  A key ({money}).")
        if account and not account.takes_payments:
            talk.say("  Stripe still wants to know something of the organisation before it takes payments.", "yellow")
        return key

    return read_known_key


def _set_up_organisation(talk: Conversation, set_up: SetUp) -> None:
    profile = set_up.organisation()
    if profile is not None and not talk.is_given(*ORGANISATION):
        talk.say(f"  {profile.organisation.name}. Change it at the desk, under Organisation.")
        return
    organisation, kind = _asked_organisation(talk, profile.organisation if profile else set_up.stand_in.organisation)
    if organisation is not None and kind is not None:
        talk.say("  Kept." if set_up.keep_organisation(organisation, kind) else "  Nothing has changed.")
        talk.draft.forget(ORGANISATION)


def _asked_organisation(talk: Conversation, old: Organisation) -> tuple[Organisation | None, OrganisationKind | None]:
    named = bool(old.address)  # until somebody has said who receives the gifts there is nothing to keep
    name = talk.answer(
        "name", "Legal name of who receives the gifts", read_short_text, default=old.name if named else ""
    )
    lines = "; ".join(old.address)
    address = talk.answer("address", "Postal address, with commas between its lines", read_address_lines, default=lines)
    kind = talk.answer("kind", f"What it is in law ({', '.join(KINDS)})", _read_kind, default=next(iter(KINDS)))
    email = talk.answer("email", "Email address that donors write to", read_email, default=old.email)
    if name is None or address is None or email is None:
        return None, None
    promoted = old.imprint or imprint_of(name, address)
    return (
        Organisation(
            name,
            address,
            email,
            talk.answer("imprint", "Imprint of every page", read_short_text, default=promoted) or promoted,
            talk.answer("website", "Website (Enter: none)", str.strip, default=old.url or " ") or "",
            talk.answer("legal-note", LEGAL_NOTE, str.strip, default=old.legal_note or " ") or "",
            old.timezone,
        ),
        kind,
    )


def _add_first_campaign(talk: Conversation, opened: OpenedForSetup) -> None:
    campaigns = opened.set_up.campaigns()
    if campaigns and not talk.is_given("campaign"):
        talk.say(f"  {len(campaigns)} there already. Edit them at the desk, under Campaigns.")
        return
    title = talk.answer(
        "campaign", "Its title (Enter: later, at the desk)", _optional(opened.set_up.read_title), default=" "
    )
    if not title or title in {campaign.title for campaign in campaigns}:
        talk.draft.forget(CAMPAIGN)
        return
    story = talk.answer("story", "What it is for, in a sentence or two", str.strip, default=title)
    make = partial(opened.set_up.add_campaign, title, story or title)
    campaign = talk.answer("target", "How much it is to raise, in pounds (Enter: no target)", make, default=" ")
    if campaign is not None:
        talk.say(f"  {opened.base_url}/c/{campaign.slug}")
    talk.draft.forget(CAMPAIGN)


def _invite_owner(talk: Conversation, opened: OpenedForSetup) -> None:
    owners = opened.set_up.owners()
    if owners and not talk.is_given("owner"):
        _say_who_owns(talk, opened, owners)
        return
    email = talk.answer("owner", "Your own email address (Enter: nobody yet)", _optional(read_email), default=" ")
    talk.draft.forget(["owner"])
    if email:
        code = opened.set_up.invite_owner(email, "")
        talk.say(f"  Once Farthing runs, this link lets you in, once, within {INVITATION_DAYS} days:")
        talk.say(f"  {link_address(opened.base_url, code)}")


def _say_who_owns(talk: Conversation, opened: OpenedForSetup, owners: Sequence[str]) -> None:
    """Who signs in as an owner, and where."""
    talk.say(f"  {', '.join(owners)}. ./farthing staff add EMAIL --role owner lets somebody else in.")
    if waiting := opened.set_up.owner_who_never_came():
        talk.say(f"  Nobody has signed in yet. Link lost? ./farthing staff add {waiting} --reset prints another.")
    else:
        talk.say(f"  Sign in with password and code at {opened.base_url}/desk")


def _set_up_mail(talk: Conversation, ports: SetupPorts, set_up: SetUp) -> None:
    """Ask for the mail server, try it with a test letter, and keep it only where that was taken."""
    environment, options = ports.file.read(), ("mail-host", "mail-from", "mail-password")
    if environment.mail_host is not None and not talk.is_given(*options):
        talk.say(f"  Letters go out through {environment.mail_host}. Change it at the desk, under Set-up.")
        return
    host = talk.answer("mail-host", "Your mail server, like mail.example.org (Enter: later)", str.strip, default=" ")
    if not host:
        talk.draft.forget(MAIL)
        kept = "the sandbox's inbox" if environment.mode == "sandbox" else "files under var/mail"
        talk.say(f"  Until then letters are kept as {kept}, and nobody gets them.")
        return
    profile = set_up.organisation() or set_up.stand_in
    answers = MailAnswers(
        host=host,
        encryption=talk.answer(
            "mail-encryption", f"Encryption ({', '.join(ENCRYPTIONS)})", str.strip, default="starttls"
        )
        or "",
        port=talk.answer("mail-port", "Port (Enter: the usual one)", str.strip, default=" ") or "",
        user=talk.answer("mail-user", "User (Enter: none)", str.strip, default=" ") or "",
        password=talk.answer("mail-password", "Password (Enter: none)", _or_nothing, default=" ", secret=True) or "",
        mail_from=talk.answer("mail-from", "Letters come from", read_email, default=profile.organisation.email) or "",
    )
    to = talk.answer("test-letter", "Send a test letter to", read_email, default=profile.organisation.email)
    try:
        server, whom = answers.read(profile.organisation.name)
        if to:
            send_trial_letter(server, whom, to, ports.clock(), ports.tls)
        ports.file.write(answers.settings)
    except NotAnAnswer as mistake:
        talk.draft.forget(MAIL)
        talk.say(f"  {mistake} Nothing was kept: ./farthing setup asks again.", "red")
        return
    talk.draft.forget(MAIL)
    talk.say(f"  A test letter is on its way to {to}." if to else "  Kept.")


def _mend_endpoint(talk: Conversation, ports: SetupPorts) -> None:
    talk.say("\n6  Stripe's messages", "bold")
    environment = ports.file.read()
    if environment.api_key is None or environment.base_url is None:
        talk.say(
            "  The sandbox has its own." if environment.api_key is None else "  First the address that donors see."
        )
        return
    try:
        mended = mend_endpoint(ports.file, environment.base_url, ports.clock())
    except (StripeAway, StripeRefused) as refused:
        talk.say(f"  {refusal_in_words(refused)}", "yellow")
        return
    for act in acts_in_words(mended):
        talk.say(f"  {act}")


def _finish(talk: Conversation, ports: SetupPorts, var_dir: Path | None) -> None:
    findings = ports.examined(var_dir)
    talk.say("\n7  What ./farthing doctor says", "bold")
    for finding in findings:
        if finding.advice:
            talk.say(f"  {finding.name}: {finding.advice}")
    talk.say(f"  {sum(not finding.advice for finding in findings)} of {len(findings)} checks have nothing to say.")
    if talk.unanswered:
        talk.say(f"\nStill missing: {', '.join(f'--{option}' for option in talk.unanswered)}.", "yellow")
    if not talk.asked and not talk.unanswered:
        talk.say("\nEverything was answered before: nothing has changed.")
    talk.say("\nNext: ./farthing run, or web and worker under your service manager (docs/operating.md).")


def _optional(read: Callable[[str], OptionalAnswer]) -> Callable[[str], OptionalAnswer | None]:
    """Takes Enter for no answer."""
    return lambda typed: read(typed) if typed.strip() else None


def _read_kind(typed: str) -> OrganisationKind:
    kind = KINDS.get(" ".join(typed.lower().replace("_", " ").split()))
    if kind is None:
        raise NotAnAnswer(f"Type one of: {', '.join(KINDS)}.")
    return kind


def _or_nothing(typed: str) -> str:
    """A password as it was typed; nothing where only Enter was pressed."""
    return typed if typed.strip() else ""
