"""The worker's job that prints the report of a closed month, once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import reading, writing
from ledger.period_store import period_steps, report_pdf, save_report_pdf
from outbox.worker import Handler
from treasury.books.account_words import ACCOUNTANTS_WORDS, PLAIN_WORDS
from treasury.books.month_report import thawed_report
from treasury.books.months import period_step_of
from web.pages import Pages

PRINT_REPORT = "books.report"
TEMPLATE, REPORT_STYLE = "treasury/month_report_sheet.html", "treasury/month_report.css"

HtmlPrinter = Callable[[str], bytes]
"""Prints HTML as PDF (`receipts.pdf.Printer.print_html`)."""


def report_handler(engine: Engine, pages: Pages, print_html: HtmlPrinter, clock: Clock) -> Handler:
    """The handler of PRINT_REPORT. A report that is printed is not printed again, so its bytes never change."""

    def handle(payload: Any) -> None:
        with reading(engine) as conn:
            step = period_step_of(period_steps(conn), payload["step"])
            if step is None or report_pdf(conn, step.id) is not None:
                return
        report = thawed_report(step.report)
        pdf = print_html(
            pages.render(TEMPLATE, report=report, step=step, plain=PLAIN_WORDS, accountants=ACCOUNTANTS_WORDS)
        )
        with writing(engine) as conn:
            if report_pdf(conn, step.id) is None:
                save_report_pdf(conn, step.id, pdf, clock())

    return handle
