"""`/desk/rules`: what the organisation is under, which rules hold, and where each of them stands."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from compliance.election_store import accounting_units, commission_addresses, elections
from compliance.gate import CheckGate
from compliance.kept_records import kept_records
from compliance.regime import Regime, regime_on
from compliance.report_words import REGIME_WORDS
from compliance.rule import Rule
from compliance.rule_store import regime_periods, rule_book
from compliance.rule_words import (
    FOR_ALL,
    PLACE_WORDS,
    RULE_NAMES,
    TOPICS,
    UK_BODIES,
    RuleStanding,
    listed_rules,
    value_words,
)
from database.instants import Clock
from database.transactions import reading
from ledger.money import GBP
from organisation.store import REGIME_CHANGED
from outbox.jobs import is_kind_queued
from staff.act import Subject
from staff.changing import changing_books
from staff.door import Door, SignedIn
from staff.permissions import Permission
from treasury.rules.days_routes import days_routes
from treasury.rules.place_routes import place_routes
from treasury.rules.rule_form import CONFIDENCE, LONGEST_SOURCE, RULE_FIELDS, read_rule
from web.forms import posted_fields
from web.pages import Pages

RULES = "/desk/rules"


def rule_routes(engine: Engine, clock: Clock, pages: Pages, door: Door) -> APIRouter:
    """READ_MONEY reads, EDIT_RULES adds rows."""
    desk, router = RulesDesk(engine, clock, pages), APIRouter()
    Reader = Annotated[SignedIn, Depends(door.needs(Permission.READ_MONEY))]  # noqa: N806 (a type)
    Editor = Annotated[SignedIn, Depends(door.needs(Permission.EDIT_RULES))]  # noqa: N806 (a type)

    @router.get(RULES)
    def show_rules(reader: Reader) -> Response:
        return desk.show(reader)

    @router.get(RULES + "/new")
    def show_rule_form(editor: Editor, place: str = "", key: str = "") -> Response:
        return desk.form(editor, {"place": place, "key": key, "confidence": "verified"})

    @router.post(RULES + "/new")
    async def enter_rule(editor: Editor, request: Request) -> Response:
        return await run_in_threadpool(desk.add, editor, await posted_fields(request, RULE_FIELDS))

    router.include_router(days_routes(engine, clock, pages, door))
    router.include_router(place_routes(engine, clock, pages, door))
    return router


class RulesDesk:
    """The rules as rows, and the form of a new one."""

    def __init__(self, engine: Engine, clock: Clock, pages: Pages) -> None:
        self._engine, self._clock, self._pages = engine, clock, pages

    def show(self, reader: SignedIn) -> Response:
        """The regime with its days, every row by topic, elections, addresses, units, and what is kept."""
        today = self._pages.wording.local_day(self._clock())
        with reading(self._engine) as conn:
            book, periods = rule_book(conn), regime_periods(conn)
            known = elections(conn), commission_addresses(conn), accounting_units(conn)
            is_looking = is_kind_queued(conn, REGIME_CHANGED)
        period = regime_on(periods, today)
        rows, places = listed_rules(book, today), {FOR_ALL, UK_BODIES}
        if period is not None:
            places.add(period.regime.rules)
        own = [row for row in rows if row.rule.regime in places]
        in_sight = (RuleStanding.HOLDS, RuleStanding.LATER)
        return self._pages.page(
            "treasury/rules.html", private=True, member=reader.member, today=today, period=period, periods=periods,
            topics=TOPICS, rows=[row for row in own if row.standing in in_sight],
            others=[row for row in rows if row not in own or row.standing not in in_sight],
            elections=known[0], addresses=known[1], units=known[2], kept=kept_records(book, today),
            is_looking=is_looking, regimes=REGIME_WORDS, has_units=period is not None and period.regime is Regime.PARTY,
        )  # fmt: skip

    def form(self, editor: SignedIn, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Response:
        """The form of a new row."""
        return self._pages.page(
            "treasury/rule_new.html", private=True, status=422 if errors else 200, member=editor.member, typed=typed,
            errors=errors or {}, places=PLACE_WORDS, names=RULE_NAMES, topics=TOPICS, confidences=CONFIDENCE,
            longest=LONGEST_SOURCE,
        )  # fmt: skip

    def add(self, editor: SignedIn, typed: dict[str, str]) -> Response:
        """Add a row, and open the checks that are due by it. The same row sent twice is there once."""
        rule = read_rule(typed, self._pages.wording.number_style(GBP))
        if not isinstance(rule, Rule):
            return self.form(editor, typed, rule)
        with changing_books(self._engine, editor.actor, self._clock()) as change:
            if rule not in rule_book(change.conn).rules:
                gate = CheckGate(self._pages.wording.zone)
                gate.enter_rule(change.conn, rule, editor.member.id, change.now)
            after = {"value": value_words(rule), "from": str(rule.first), "source": rule.source}
            change.record("rule.add", Subject("rule", f"{rule.regime} {rule.key}"), after=after)
        return RedirectResponse(RULES, 303)
