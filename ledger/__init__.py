"""Double-entry books: money, accounts, entries, totals, audit. Knows nothing of Stripe, donors or pages."""
