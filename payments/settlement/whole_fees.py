"""Shares out the fees that versions before this one booked whole, without a campaign."""

from database.transactions import reading
from payments.books.fee_views import whole_fees_of_gifts
from payments.reading.happenings import FeeBookedWhole
from payments.settlement.list_reader import ROWS_TOGETHER, ListReader, ListRow


class WholeFees:
    """Finds them once, oldest first, a batch a transaction. Since this version none is added.

    A run may be interrupted between two batches; the next one goes on behind the last.
    """

    def __init__(self) -> None:
        self._after = 0

    def share(self, reader: ListReader) -> None:
        """Book every fee by campaign whose gift is known."""
        while True:
            with reading(reader.engine) as conn:
                fees, last = whole_fees_of_gifts(conn, self._after, ROWS_TOGETHER)
            if last is None:
                return
            now = reader.clock()
            rows = [ListRow(fee.line, now, (FeeBookedWhole(fee.line, fee.payment),)) for fee in fees]
            reader.apply_rows(rows)
            self._after = last
            if rows:
                reader.progress("fees", len(rows), 0.0)
