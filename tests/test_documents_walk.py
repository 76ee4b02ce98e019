"""A donor's papers followed from the mail to /verify, through a refund, a corrected name and a lost dispute.

One running Farthing with its twin; nothing is a browser's. Then a gift in Canada, whose receipt waits for no one.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pypdf
import pytest
import sqlalchemy as sa

from database.instants import utc_now
from database.migrating import migrate
from database.transactions import reading, writing
from organisation.receipt_rules import PLACE, REGISTRATION, SIGNATORY, Jurisdiction, ReceiptRules
from organisation.store import add_version, newest_version
from outbox.tables import letter
from outbox.worker import Worker
from payments.books.tables import charge
from payments.gifts.tables import gift
from proof.audit import audit_all
from receipts.pdf_store import any_pdf_by_number
from receipts.signature import is_signed_by
from sandbox.lifecycle import disputes
from staff.role import Role
from tests.place import Place, open_place
from tests.staff.signing_in import session_token
from web.sessions import SessionCookie
from worker import build_worker

workers: dict[str, Worker] = {}
"""The worker of each place."""
GIVE = "/c/ask-every-candidate/give"


@pytest.fixture
def donor(place: Place) -> Iterator[httpx.Client]:
    """Whoever gives, and looks at their papers."""
    with httpx.Client(base_url=place.address) as client:
        yield client


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A sandbox on SQLite."""
    folder = tmp_path_factory.mktemp("walk")
    address = f"sqlite:///{folder / 'farthing.db'}"
    migrate(address)
    with open_place(address, folder) as running:
        workers[running.address] = build_worker(running.house, running.twin)  # once: it opens the fonts
        yield running


def give(place: Place, donor: httpx.Client, **fields: str) -> str:
    """Fill in the form, pay at the twin, and let the worker work; the gift's id."""
    page = donor.get(GIVE).text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    typed = {"interval": "once", "amount": "other", "other_amount": "25", "form_token": token[1]} | fields
    to_stripe = donor.post(GIVE, data=typed)
    assert to_stripe.status_code == 303, to_stripe.text
    card = {"card": "4242424242424242", "email": fields["email"], "name": "Zoe Unal"}
    thanks = httpx.post(to_stripe.headers["location"], data=card)
    assert donor.get(thanks.headers["location"]).status_code == 200
    work(place)
    with reading(place.house.engine) as conn:
        identity: str = conn.scalars(sa.select(gift.c.id).where(gift.c.donor_email == fields["email"])).one()
    return identity


def work(place: Place) -> None:
    """The twin tells what happened, and the worker does what follows, until nothing is left."""
    place.twin.settle()
    while workers[place.address].run_due():
        place.twin.settle()


def mailed(place: Place, to: str) -> list[str]:
    """The numbers of the documents that letters to this address brought, in their order."""
    with reading(place.house.engine) as conn:
        rows = conn.execute(
            sa.select(letter.c.attachments).where(letter.c.to_address == to).order_by(letter.c.posted_at)
        )
        return [enclosed["subject"] for row in rows for enclosed in row.attachments]


def last_letter(place: Place, to: str) -> str:
    """The text of the newest letter to this address."""
    with reading(place.house.engine) as conn:
        newest = sa.select(letter.c.text).where(letter.c.to_address == to).order_by(letter.c.posted_at.desc())
        return " ".join(str(conn.scalars(newest).first()).split())


def paper(place: Place, number: str) -> str:
    """What is printed on a document."""
    pdf = any_pdf_by_number(place.house.engine, number)
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def checked(place: Place, donor: httpx.Client, number: str) -> str:
    """What the page says that the address on the paper leads to."""
    printed = paper(place, number).replace(" ", "")  # a line may break within the address
    address = re.search(rf"/verify/{number}/(?:[A-Z2-7]{{4}}-){{3}}[A-Z2-7]{{4}}", printed)
    assert address, printed
    page = " ".join(re.sub(r"<[^>]+>", " ", donor.get(address[0]).text).split())
    assert "This paper is genuine" in page
    assert "nal" not in page.split("Issued by")[0]  # nothing of its donor
    return page


@contextmanager
def at_desk(place: Place, role: Role) -> Iterator[httpx.Client]:
    """A member of staff."""
    name = SessionCookie(place.address).name
    token = session_token(place.house.engine, utc_now(), role, f"{role.value}@example.org")
    with httpx.Client(base_url=place.address, cookies={name: token}, headers={"Origin": place.address}) as client:
        yield client


def refund(place: Place, treasurer: httpx.Client, identity: str, sum_: str) -> None:
    """A treasurer gives a part back."""
    path = f"/desk/gifts/{identity}/refund"
    form = dict(re.findall(r'name="([\w-]+)"[^>]* value="([^"]*)"', treasurer.get(path).text))
    part = next(name for name in form if name.startswith("part-"))
    answer = treasurer.post(path, data=form | {part: sum_, "sum": sum_, "reason": "requested_by_customer"})
    assert answer.status_code == 303, answer.text
    work(place)


def lose_dispute(place: Place, identity: str) -> None:
    """The donor's bank takes back what is left, and keeps it."""
    with reading(place.house.engine) as conn:
        paid = conn.scalars(sa.select(charge.c.id).where(charge.c.gift_id == identity)).one()
    world = place.twin.world
    with world.step():
        opened = disputes.open_dispute(world, world.store.get(paid))
    work(place)
    with world.step():
        disputes.decide(world, disputes.get_dispute(world, opened["id"]), won=False)
    work(place)


def test_a_receipt_is_followed_through_its_life(place: Place, donor: httpx.Client) -> None:
    """Each paper names what it belongs to, and /verify says what is true of it."""
    address = "zoe@example.org"
    identity = give(place, donor, email=address, name="Zoe Unal")
    [first] = mailed(place, address)
    assert "It holds today." in checked(place, donor, first)
    with at_desk(place, Role.TREASURER) as treasurer:
        refund(place, treasurer, identity, "5")
        note = mailed(place, address)[-1]
        assert f"for receipt {first}" in paper(place, note)
        assert f"The credit note {note} comes with this letter." in last_letter(place, address)
        assert "£5.00 of the money has gone back since." in checked(place, donor, first)
        assert f"For receipt {first}" in checked(place, donor, note)
        second = correct_name(place, treasurer, first, "Zoë Ünal")
    assert mailed(place, address)[-1] == second
    assert f"It takes the place of receipt {first}, which holds no longer." in last_letter(place, address)
    assert "Here is your receipt, put right." in last_letter(place, address)
    assert f"It holds no longer: {second} took its place." in checked(place, donor, first)
    assert f"{second} has taken its place since." in checked(place, donor, note)
    assert "£5.00 of the money has gone back since." in checked(place, donor, second)

    last = lose_the_rest(place, identity)
    assert "All of the money has gone back since." in checked(place, donor, second)
    assert f"For receipt {second}" in checked(place, donor, last)
    see_as_auditor(place, [first, second, note, last])


def lose_the_rest(place: Place, identity: str) -> str:
    """The bank takes back what is left; the number of the credit note that says so, on paper and in its letter."""
    lose_dispute(place, identity)
    number = mailed(place, "zoe@example.org")[-1]
    printed, written = paper(place, number), last_letter(place, "zoe@example.org")
    assert "taken back through the bank" in printed
    assert "£20.00" in printed
    assert "Dear Zoë Ünal," in written
    assert "Received: £25.00 Went back before: £5.00 Went back: £20.00 Left: £0.00" in written
    return number


def correct_name(place: Place, treasurer: httpx.Client, number: str, name: str) -> str:
    """A treasurer has the receipt issued anew with another name; the number of the new one, which is printed."""
    corrected = {"donor_name": name, "donor_address": "", "why": "The name was misspelt"}
    answer = treasurer.post(f"/desk/documents/{number}/reissue", data=corrected)
    new = answer.headers["location"].rpartition("/")[2]
    work(place)
    assert name in paper(place, new)
    assert f"replaces Receipt {number}" in paper(place, new)
    return new


def see_as_auditor(place: Place, numbers: list[str]) -> None:
    """The desk lists every paper with its descent, each file is signed, and no number is missing."""
    first, second, *notes = numbers
    with at_desk(place, Role.AUDITOR) as auditor:
        listed = auditor.get("/desk/documents").text + auditor.get("/desk/credit-notes").text
        assert all(number in listed for number in numbers)
        descent = auditor.get(f"/desk/documents/{second}").text
        assert all(f'href="/desk/documents/{number}"' in descent for number in (first, *notes))
        assert "The name was misspelt" in auditor.get(f"/desk/documents/{first}").text
        key = auditor.get("/verify/key.pem").content
        assert all(is_signed_by(auditor.get(f"/desk/documents/{number}.pdf").content, key) for number in numbers)
    with reading(place.house.engine) as conn:
        assert [finding for finding in audit_all(conn, utc_now) if finding.has_failed] == []


def test_a_canadian_receipt_goes_from_the_form_to_the_mail(place: Place, donor: httpx.Client) -> None:
    """With the donor's address on it, which the form asks for there."""
    facts = {REGISTRATION: "123456789 RR 0001", PLACE: "Toronto, Ontario", SIGNATORY: "Margaret Chen, Treasurer"}
    with writing(place.house.engine) as conn:
        version = newest_version(conn, "Europe/London")
        assert version is not None
        rules = ReceiptRules(Jurisdiction.CANADA, facts)
        add_version(conn, replace(version.profile, locale="en_CA", receipts=rules), "test", utc_now())
    place.house.organisation.refresh()
    home = {"post_street": "55 Maple Avenue", "post_town": "Toronto", "post_region": "ON", "post_postcode": "M4B 1B3"}

    give(place, donor, email="margaret@example.org", name="Margaret Chen", **home)

    [number] = mailed(place, "margaret@example.org")
    text = paper(place, number)
    official = "Official receipt for income tax purposes"
    for printed in (official, "55 Maple Avenue", "Toronto ON M4B 1B3", "Toronto, Ontario"):
        assert printed in text
    assert "It holds today." in checked(place, donor, number)
