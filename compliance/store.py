"""Checks of donors in the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from compliance.check import Check, CheckClock, CheckReason
from compliance.check_steps import CheckRefusal, CheckStep, DonorRecord, NamedPerson, ReturnFailure
from compliance.due_checks import DueCheck
from compliance.gift_views import gifts_by_id
from compliance.regulated_gift import GiftNature, RegulatedGift
from compliance.step_rows import StepKind, StepParts, kept_step, step_parts
from compliance.tables import check_step, check_text, donor_check, pound_value
from database.bulk import insert_rows
from database.questions import among
from ledger.money import GBP, Money
from payments.gifts.erasure_store import REMOVED
from payments.gifts.store import lock_gift

_c, _s, _t = donor_check.c, check_step.c, check_text.c
# A second value in pounds puts the first right. The row of the check keeps what its gift was worth when it opened.
IS_CORRECTED = (
    sa.select(sa.func.count()).where(pound_value.c.gift_id == _c.gift_id).correlate(donor_check).scalar_subquery() > 1
)


def open_checks(conn: Connection, due: Iterable[DueCheck], on: date) -> None:
    """Open the checks that are due, in the transaction that receives their gifts. One that is open stays as it is."""
    wanted = {each.gift.gift_id: each for each in due}
    known = checked_gifts(conn, sorted(wanted)) if wanted else set()
    insert_rows(conn, donor_check, [_check_row(each, on) for key, each in wanted.items() if key not in known])


def checked_gifts(conn: Connection, gift_ids: Sequence[str]) -> set[str]:
    """Those of these gifts that have a check."""
    return set(conn.scalars(sa.select(_c.gift_id).where(among(conn, _c.gift_id, gift_ids))))


def last_check_day(conn: Connection, gift_ids: Sequence[str]) -> date | None:
    """The last day of receipt among the checks of these gifts: the record of a check is kept by law."""
    day: date | None = conn.scalar(
        sa.select(sa.func.max(_c.received_on, type_=_c.received_on.type)).where(among(conn, _c.gift_id, gift_ids))
    )
    return day


def take_check_step(conn: Connection, gift_id: str, step: CheckStep, at: datetime, *, today: date) -> Check:
    """Take a step of a check and keep it; the check after it.

    Raises CheckRefusal where there is no such check, or the step may not follow. Of two people at once the second
    waits, and is told what the first did.
    """
    lock_gift(conn, gift_id)
    if not (checks := checks_of(conn, [gift_id])):
        raise CheckRefusal("This gift has no check.")
    after = checks[0].with_step(step)
    parts = step_parts(step)
    row = {
        "id": str(uuid4()),
        "gift_id": gift_id,
        "n": len(after.steps),
        "kind": parts.kind.value,
        "on_day": today if isinstance(step, DonorRecord) else step.on,
        "at": at,
        "choices": dict(parts.choices),
        "ends": gift_id if parts.kind.ends_a_check else None,
        **_person_columns(step),
    }
    insert_rows(conn, check_step, [row])
    insert_rows(conn, check_text, [{"step_id": row["id"], "name": n, "text": text} for n, text in parts.texts.items()])
    return after


def checks_of(conn: Connection, gift_ids: Sequence[str]) -> list[Check]:
    """The checks of these gifts, in the order of receipt."""
    return _read(conn, among(conn, _c.gift_id, gift_ids))


def checks_of_donors(conn: Connection, donor_ids: Sequence[str]) -> list[Check]:
    """The checks of what these donors gave, in the order of receipt."""
    return _read(conn, among(conn, _c.donor_id, donor_ids))


def unended_checks(conn: Connection) -> list[Check]:
    """The checks that nobody has ended, those with the fewest days left first."""
    return sorted(_read(conn, ~is_ended(_c.gift_id)), key=lambda check: (check.clock.last_day, check.gift.gift_id))


def is_ended(gift_id: sa.ColumnElement[str], kind: StepKind | None = None) -> sa.ColumnElement[bool]:
    """The condition that a named person ended the check of a gift, and its return did not fail afterwards.

    `kind`: that they ended it so.
    """
    later = check_step.alias("later_failure")
    failed = sa.exists().where(later.c.gift_id == _s.gift_id, later.c.n > _s.n, later.c.kind == StepKind.FAILURE.value)
    so = _s.kind == kind.value if kind else sa.true()
    return sa.exists().where(_s.ends == gift_id, so, ~failed)


def remove_texts(conn: Connection, gift_ids: Sequence[str]) -> None:
    """Put `removed` in place of everything that was typed in these gifts' checks; what was decided and when stays."""
    steps = sa.select(_s.id).where(_s.gift_id.in_(gift_ids))
    conn.execute(sa.update(check_text).where(_t.step_id.in_(steps), _t.text != REMOVED).values(text=REMOVED))


def _read(conn: Connection, condition: sa.ColumnElement[bool]) -> list[Check]:
    rows = conn.execute(
        sa.select(donor_check, IS_CORRECTED.label("is_corrected")).where(condition).order_by(_c.received_on, _c.gift_id)
    ).all()
    keys = [row.gift_id for row in rows]
    values = corrected_values(conn, [row.gift_id for row in rows if row.is_corrected])
    texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    of_checks = sa.select(_s.id).where(among(conn, _s.gift_id, keys))
    for step_id, name, text in conn.execute(sa.select(_t.step_id, _t.name, _t.text).where(_t.step_id.in_(of_checks))):
        texts[step_id][name] = text
    steps: defaultdict[str, list[CheckStep]] = defaultdict(list)
    for row in conn.execute(sa.select(check_step).where(among(conn, _s.gift_id, keys)).order_by(_s.gift_id, _s.n)):
        steps[row.gift_id].append(_step(row, texts[row.id]))
    return [_check(row, values.get(row.gift_id), tuple(steps[row.gift_id])) for row in rows]


def corrected_values(conn: Connection, gift_ids: Sequence[str]) -> dict[str, Money]:
    """What gifts are worth whose value in pounds was put right after their checks had opened."""
    if not gift_ids:
        return {}
    return {gift.gift_id: gift.value for gift in gifts_by_id(conn, gift_ids).gifts}


def _check_row(due: DueCheck, on: date) -> dict[str, Any]:
    gift = due.gift
    return {
        "gift_id": gift.gift_id,
        "donor_id": gift.donor_id,
        "value_minor": gift.value.minor,
        "received_on": gift.received_on,
        "section": gift.section,
        "nature": gift.nature.value,
        "is_instalment": gift.is_instalment,
        "reason": due.reason.value,
        "opened_on": on,
        "days": due.clock.days,
    }


def _person_columns(step: CheckStep) -> dict[str, str | None]:
    by = None if isinstance(step, ReturnFailure) else step.by
    return {"staff_id": by.staff_id if by else None, "staff_name": by.name if by else None}


def _check(row: Any, corrected: Money | None, steps: tuple[CheckStep, ...]) -> Check:
    gift = RegulatedGift(
        row.gift_id,
        row.donor_id,
        corrected or Money(row.value_minor, GBP),
        row.received_on,
        row.section,
        GiftNature(row.nature),
        row.is_instalment,
    )
    return Check(gift, CheckReason(row.reason), row.opened_on, CheckClock(row.received_on, row.days), steps)


def _step(row: Any, texts: dict[str, str]) -> CheckStep:
    by = NamedPerson(row.staff_id, row.staff_name) if row.staff_id else None
    return kept_step(StepParts(StepKind(row.kind), row.choices, texts), by, row.at, row.on_day)
