"""Where the money is, payouts, refunds and disputes, what waits for a treasurer, traces, and receipts by number."""
