"""Asks Stripe for the refunds that treasurers want. However often it is tried, Stripe makes one.

Within a day the request's id, which is the idempotency key, sees to that. Stripe then forgets the key; so before it is
asked, its list of the payment's refunds is read for one that bears our request.
"""

import structlog
from sqlalchemy.engine import Engine

from database.instants import Clock
from database.transactions import booking, reading, writing
from outbox.jobs import Payload
from outbox.worker import Handler
from payments.books.bookkeeper import Bookkeeper
from payments.books.decide.notice import Notice
from payments.reading.happenings import BalanceChanged
from payments.reading.refunds import PARTS, REQUEST, parts_text, refund_agreed, request_of
from payments.refunding.left_views import charge_of_payment
from payments.refunding.request import ASK_REFUND, RefundRequest
from payments.refunding.store import keep_answer, keep_refusal, refund_request_by_id
from payments.settlement.stripe_contact import recording_contact
from payments.stripe.lists import StripeLists
from payments.stripe.objects import StripeObject
from payments.stripe.refunds import RefundGateway, RefundOrder, RefundRefused

log = structlog.get_logger()


class RefundAsker:
    """Asks for refunds outside of any transaction; books the answer, and keeps it, in one."""

    def __init__(
        self, engine: Engine, bookkeeper: Bookkeeper, lists: StripeLists, gateway: RefundGateway, clock: Clock
    ) -> None:
        self._engine, self._bookkeeper, self._clock = engine, bookkeeper, clock
        self._lists, self._gateway = lists, gateway

    def ask(self, request_id: str) -> None:
        """Ask for the refund of a request that is open. Raises StripeAway or StripeRefused, to be tried again."""
        with reading(self._engine) as conn:
            request = refund_request_by_id(conn, request_id)
            charge = charge_of_payment(conn, request.payment) if request else ("", None)
        if request is None or not request.is_open:
            return
        order = _order(request, charge)
        try:
            with recording_contact(self._engine, self._clock):
                refund = self._made_before(request, order) or self._gateway.make_refund(order)
        except RefundRefused as refused:
            with writing(self._engine) as conn:
                keep_refusal(conn, request, refused.code, self._clock())
            log.warning("refund_refused", request=request.id, code=refused.code)
        else:
            self._book(request, refund)
            log.info("refund_made", request=request.id, refund=refund["id"])

    def _made_before(self, request: RefundRequest, order: RefundOrder) -> StripeObject | None:
        """The refund that an earlier attempt made, whose answer was lost."""
        of = {"payment_intent": order.payment_intent} if order.payment_intent else {"charge": order.charge}
        refunds = self._lists.refunds(**of).rows
        return next((refund for refund in refunds if request_of(refund) == request.id), None)

    def _book(self, request: RefundRequest, refund: StripeObject) -> None:
        """The same fact comes by Stripe's message as well. It is booked once."""
        agreed = refund_agreed(refund)
        assert agreed is not None, "we asked for the refund of a payment"
        with booking(self._engine) as conn:
            cause = f"{REQUEST}:{request.id}"
            self._bookkeeper.apply(conn, [Notice(agreed, cause), Notice(BalanceChanged(), cause)], self._clock())
            keep_answer(conn, request, agreed.refund, refund.get("pending_reason"), self._clock())


def _order(request: RefundRequest, charge: tuple[str, str | None]) -> RefundOrder:
    metadata = {REQUEST: request.id, PARTS: parts_text(request.parts)}
    return RefundOrder(request.id, *charge, request.amount, request.reason.value, metadata)


def refunding_jobs(asker: RefundAsker) -> dict[str, Handler]:
    """The worker's handler of ASK_REFUND."""

    def ask_refund(payload: Payload) -> None:
        asker.ask(payload["request"])

    return {ASK_REFUND: ask_refund}
