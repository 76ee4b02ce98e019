"""Checks in the database: what was decided comes back as it was, and only a person's step ends one."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from compliance.check import CheckState
from compliance.check_steps import Acceptance, CheckRefusal, CheckStep, ReturnFailure, ReturnProof, ReturnReason
from compliance.donor_links import DonorLink
from compliance.due_checks import DueCheck, due_checks
from compliance.evidence import EvidenceType, KeptEvidence
from compliance.evidence_store import erase_checks, evidence_content, evidence_of, keep_evidence
from compliance.link_store import add_donor_link, donor_links, erase_links
from compliance.regime import Regime
from compliance.store import checks_of, open_checks, remove_texts, take_check_step, unended_checks
from compliance.tables import check_text
from compliance.thresholds import shipped_rules
from database.transactions import booking
from donors.tables import donor
from ledger.store import open_accounts
from payments.gifts.erasure_store import REMOVED
from payments.gifts.tables import gift as gift_table
from staff.tables import staff_member
from tests.compliance.gifts import ASHA, FOREVER, accepted, check_of, decision, gift, lookup, record, returned
from tests.database.made_rows import row

MAY, NOON = date(2024, 5, 1), datetime(2024, 5, 2, 12, tzinfo=UTC)
NEXT = date(2024, 5, 2)
ASHAS_ROW = {"id": ASHA.staff_id, "name": ASHA.name, "role": "treasurer", "disabled_at": None, "removed_at": None}


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A transaction in a database that knows Asha, and two gifts above the threshold: `early` and `late`."""
    with booking(engine) as connection:
        open_accounts(connection)
        connection.execute(sa.insert(staff_member).values(row(staff_member, ASHAS_ROW)))
        connection.execute(sa.insert(donor).values(row(donor, {"id": "donor"})))
        for name in ("early", "late"):
            keys = dict.fromkeys(("session_id", "payment", "invoice_id", "recurring_id", "fee_cover_minor"))
            own = {"id": name, "donor_id": "donor", "currency": "GBP", "state": "received"}
            connection.execute(sa.insert(gift_table).values(row(gift_table, keys | own)))
        open_checks(connection, due(), NEXT)
        yield connection


def due() -> list[DueCheck]:
    """The checks of both gifts."""
    gifts = [gift("600", MAY + timedelta(days=3), gift_id="late"), gift("12000", MAY, gift_id="early")]
    return due_checks(gifts, [], FOREVER[Regime.PARTY], shipped_rules())


def take(conn: Connection, *steps: CheckStep) -> None:
    """Take these steps of the early gift's check."""
    for step in steps:
        take_check_step(conn, "early", step, NOON, today=NEXT)


@pytest.mark.parametrize(
    "steps",
    [
        accepted(gift("12000", MAY), MAY).steps,
        (lookup(MAY, is_found=False), record(), Acceptance(ASHA, NEXT, "Found in Bradford.")),
        returned(gift("12000", MAY), MAY).steps,
        (
            decision(MAY, ReturnReason.UNIDENTIFIED),
            ReturnFailure(MAY, "the account is closed"),
            decision(NEXT, ReturnReason.UNIDENTIFIED),
            ReturnProof(ASHA, NEXT, "BACS 0042"),
        ),
    ],
)
def test_a_check_comes_back_as_it_was(conn: Connection, steps: tuple[CheckStep, ...]) -> None:
    """The gift, the clock, and every step in order. A record's instant is that of its keeping."""
    take(conn, *steps)

    [check] = checks_of(conn, ["early"])
    expected = check_of(check.gift, *steps)
    assert (check.gift, check.clock, check.opened_on) == (due()[0].gift, expected.clock, NEXT)
    assert (check.state, check.accepted_on, check.returned_on) == (
        expected.state,
        expected.accepted_on,
        expected.returned_on,
    )
    assert [repr(step).replace(str(NOON), "") for step in check.steps if step != check.donor] == [
        repr(step) for step in steps if step != expected.donor
    ]


def test_unended_checks_stand_with_the_fewest_days_left_first(conn: Connection) -> None:
    """Opening them again changes nothing; an ended one is not among them."""
    take(conn, record())
    open_checks(conn, due(), NEXT)
    assert [check.gift.gift_id for check in unended_checks(conn)] == ["early", "late"]

    take(conn, lookup(MAY), Acceptance(ASHA, NEXT))
    assert [check.gift.gift_id for check in unended_checks(conn)] == ["late"]


def test_the_second_of_two_people_is_told_what_the_first_did(conn: Connection) -> None:
    """And nothing of the refused step is kept."""
    take(conn, record(), lookup(MAY), Acceptance(ASHA, NEXT))

    with pytest.raises(CheckRefusal, match="the gift was accepted"):
        take(conn, decision(NEXT))
    [check] = checks_of(conn, ["early"])
    assert (check.state, len(check.steps)) == (CheckState.ACCEPTED, 3)
    with pytest.raises(CheckRefusal, match="has no check"):
        take_check_step(conn, "another", record(), NOON, today=NEXT)


def test_evidence_is_kept_with_its_check_until_its_donor_is_erased(conn: Connection) -> None:
    """Once, under its SHA-256; then its content goes, and what was decided stays. A later gift's is kept as yet."""
    file, digest = b"%PDF-1.7", hashlib.sha256(b"%PDF-1.7").hexdigest()
    for gift_id in ("early", "early", "late"):
        assert keep_evidence(conn, gift_id, file, ASHA.staff_id, NOON) == digest
    kept = KeptEvidence(digest, EvidenceType.PDF, len(file))
    assert (evidence_of(conn, "early"), evidence_content(conn, "early", digest)) == ([kept], (kept, file))
    assert evidence_content(conn, "early", "0" * 64) is None
    take(conn, record(), lookup(MAY))

    erase_checks(conn, ["early", "late"], MAY)
    assert evidence_of(conn, "early") == [KeptEvidence(digest, EvidenceType.PDF, None)]
    assert (evidence_content(conn, "early", digest), evidence_of(conn, "late")) == (None, [kept])
    [check] = checks_of(conn, ["early"])
    assert (set(conn.scalars(sa.select(check_text.c.text))), len(check.steps)) == ({REMOVED}, 2)


def test_what_was_typed_goes_and_what_was_decided_stays(conn: Connection) -> None:
    """Once the law has it kept no longer: names, addresses and notes go, the acceptance with its day does not."""
    take(conn, *accepted(gift("12000", MAY), NEXT).steps)
    remove_texts(conn, ["early"])

    [check] = checks_of(conn, ["early"])
    assert (check.state, check.accepted_on) == (CheckState.ACCEPTED, NEXT)
    assert set(conn.scalars(sa.select(check_text.c.text))) == {REMOVED}


def test_why_donors_were_joined_goes_once_no_check_of_theirs_is_kept(conn: Connection) -> None:
    """The reason belongs to the checks of both, whichever was erased; who joined them and when stays for good."""
    for name in ("other", "third"):
        conn.execute(sa.insert(donor).values(row(donor, {"id": name, "email_key": name})))
    for pair in (("donor", "other"), ("other", "third")):
        add_donor_link(conn, DonorLink(*pair, True, ASHA, NOON, "the wife of Bo Li"))
    erase_links(conn, ["other"], MAY)
    assert [link.why for link in donor_links(conn)] == ["the wife of Bo Li", REMOVED]
    erase_checks(conn, ["early", "late"], date(2024, 12, 31))
    assert [link.why for link in donor_links(conn)] == [REMOVED, REMOVED]
